#include "smsbackup/schedule.hpp"

#include <algorithm>
#include <limits>

namespace smsbackup {
namespace {

// Durations come from settings that anybody may have typed.
std::int64_t later(std::int64_t when, std::int64_t duration) {
  duration = std::max<std::int64_t>(duration, 0);
  return when > std::numeric_limits<std::int64_t>::max() - duration ? std::numeric_limits<std::int64_t>::max()
                                                                    : when + duration;
}

struct Candidate {
  std::optional<std::int64_t> due;
  RunReason reason = RunReason::none;

  void offer(std::int64_t when, RunReason why) {
    if (due && *due <= when) return;
    due = when;
    reason = why;
  }
};

std::int64_t wait_after_failure(const ScheduleOptions& options, std::uint32_t failures, double jitter) {
  const std::int64_t longest = std::max<std::int64_t>(options.longest_retry, 0);
  std::int64_t wait = std::clamp<std::int64_t>(options.first_retry, 0, longest);
  for (std::uint32_t i = 1; i < failures && wait < longest && wait > 0; ++i) {
    wait = wait > longest / 2 ? longest : wait * 2;
  }
  const double share = jitter > 0 ? std::min(jitter, 1.0) : 0;  // also of what is no number
  return wait - static_cast<std::int64_t>(static_cast<double>(wait / 2) * share);
}

void add(ScheduleState::Waiting& waiting, std::int64_t when) {
  waiting.first = std::min(waiting.first.value_or(when), when);
  waiting.last = std::max(waiting.last.value_or(when), when);
}

// Those from `started` on stay.
void clear(ScheduleState::Waiting& waiting, std::int64_t started) {
  if (!waiting.last || *waiting.last < started) {
    waiting = {};
  } else {
    waiting.first = std::max(*waiting.first, started);
  }
}

WaitsFor what_for(const ScheduleOptions& options, const Conditions& conditions, std::int64_t due, bool asked) {
  if (due > conditions.now) return WaitsFor::time;
  if (conditions.network == Network::none) return WaitsFor::network;
  const bool too_dear = options.unmetered_only && conditions.network == Network::metered;
  return too_dear && !asked ? WaitsFor::unmetered_network : WaitsFor::nothing;
}

}  // namespace

NextRun next_run(const ScheduleOptions& options, const ScheduleState& state, const Conditions& conditions) {
  const std::int64_t now = conditions.now;
  Candidate next;
  if (state.asked) {
    next.offer(now, RunReason::asked);
  } else if (state.needs_user) {
    return {std::nullopt, RunReason::none, WaitsFor::user, std::nullopt};
  } else {
    const auto offer_event = [&](const ScheduleState::Waiting& waiting, std::optional<std::int64_t> delay,
                                 RunReason reason) {
      if (waiting.first && delay) next.offer(later(std::min(*waiting.first, now), *delay), reason);
    };
    offer_event(state.messages, options.after_message, RunReason::message);
    offer_event(state.calls, options.after_call, RunReason::call);
    const std::int64_t last = std::min(state.last_run.value_or(now), now);
    if (options.regular_interval) {
      if (state.last_run) {
        next.offer(later(last, *options.regular_interval), RunReason::regular);
      } else {
        next.offer(now, RunReason::first_run);
      }
    }
    if (state.failures > 0) {
      const std::int64_t earliest = later(last, wait_after_failure(options, state.failures, conditions.jitter));
      const std::int64_t since = std::min(state.failing_since.value_or(last), last);
      const bool gives_up = options.retry_for && earliest > later(since, *options.retry_for);
      if (!gives_up) next.offer(earliest, RunReason::retry);
      if (next.due && *next.due <= earliest) {
        next.due = earliest;  // nothing else comes sooner, either
        if (!gives_up) next.reason = RunReason::retry;
      }
    }
  }
  if (!next.due) return {};
  NextRun run;
  run.due = next.due;
  run.reason = next.reason;
  run.waits_for = what_for(options, conditions, *next.due, state.asked);
  if (run.waits_for == WaitsFor::nothing && options.longest_run) run.cancel_at = later(now, *options.longest_run);
  return run;
}

void message_came(ScheduleState& state, std::int64_t when) { add(state.messages, when); }

void call_ended(ScheduleState& state, std::int64_t when) { add(state.calls, when); }

void run_ended(ScheduleState& state, std::int64_t started, std::int64_t ended, RunEnd end) {
  state.last_run = ended;
  state.asked = false;
  switch (end) {
    case RunEnd::complete:
      state.failures = 0;
      state.failing_since.reset();
      state.needs_user = false;
      clear(state.messages, started);
      clear(state.calls, started);
      break;
    case RunEnd::failed:
    case RunEnd::needs_user:
      if (state.failures < std::numeric_limits<std::uint32_t>::max()) ++state.failures;
      if (!state.failing_since) state.failing_since = ended;
      state.needs_user = end == RunEnd::needs_user;
      break;
    case RunEnd::cancelled:
      break;
  }
}

}  // namespace smsbackup
