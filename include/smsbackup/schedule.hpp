// When the next backup is due, and why. Plain data and plain functions: no thread, no clock, no network. A host keeps a
// ScheduleState wherever it likes, tells it what happens, and asks next_run() whenever anything has changed.
//
// All times are UTC milliseconds since 1970, all durations milliseconds. Safe to call from any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "smsbackup/export.hpp"

namespace smsbackup {

// The defaults are those of SMS Backup+ 1.6 once its automatic backup is switched on (docs/schedule.md has the
// sources).
struct ScheduleOptions {
  std::optional<std::int64_t> regular_interval = 2 * 60 * 60'000;  // after the last run; nothing: no regular runs
  std::optional<std::int64_t> after_message = 60'000;              // after a message came; nothing: not for messages
  std::optional<std::int64_t> after_call;                          // after a call ended; nothing: not for calls
  bool unmetered_only = false;                                     // Wi-Fi, as a rule

  // After a run that failed: the first wait, doubled with each further failure, and the longest wait.
  std::int64_t first_retry = 30'000;
  std::int64_t longest_retry = 300'000;
  // So long after the first failure it is still retried; then it waits for the next regular run, message or call.
  // Nothing: for ever.
  std::optional<std::int64_t> retry_for;
  // How long a run may take before the host should cancel it (NextRun::cancel_at). Nothing: as long as it needs.
  std::optional<std::int64_t> longest_run;
};

// What happened so far. All defaults: nothing yet.
struct ScheduleState {
  std::optional<std::int64_t> last_run;  // when the last run ended, however it did
  std::uint32_t failures = 0;            // in a row
  std::optional<std::int64_t> failing_since;
  bool needs_user = false;  // the last run failed in a way that only the user can mend
  bool asked = false;       // the user wants a run at once

  // Events that no run has seen: the first and the last of them.
  struct Waiting {
    std::optional<std::int64_t> first;
    std::optional<std::int64_t> last;
    friend bool operator==(const Waiting&, const Waiting&) = default;
  };
  Waiting messages;
  Waiting calls;

  friend bool operator==(const ScheduleState&, const ScheduleState&) = default;
};

enum class Network : std::uint8_t { none, metered, unmetered };

struct Conditions {
  std::int64_t now = 0;
  Network network = Network::unmetered;
  // 0 up to 1, a random number that stays the same until the next run: shortens the wait after a failure by up to half
  // of it, so that not all phones come back at once. 0: not at all.
  double jitter = 0;
};

enum class RunReason : std::uint8_t {
  none,       // nothing is due, nor will be before something happens
  asked,      // the user wants it
  message,    // one has come
  call,       // one has ended
  regular,    // the interval is over
  first_run,  // there was none yet
  retry,      // the last one failed
};

enum class WaitsFor : std::uint8_t {
  nothing,            // it should run now
  time,               // until NextRun::due
  network,            // any
  unmetered_network,  // Wi-Fi, as a rule
  user,               // whose help the last failure needs, for instance a new password
  event,              // a message, a call, or the user
};

struct NextRun {
  std::optional<std::int64_t> due;  // not before; nothing with WaitsFor::user and ::event
  RunReason reason = RunReason::none;
  WaitsFor waits_for = WaitsFor::event;
  std::optional<std::int64_t> cancel_at;  // with WaitsFor::nothing: when to cancel it, if it may not take for ever

  friend bool operator==(const NextRun&, const NextRun&) = default;
};

// What to do next. A `last_run` in the future, after the clock was set back, counts as now.
SMSBACKUP_EXPORT NextRun next_run(const ScheduleOptions& options, const ScheduleState& state,
                                  const Conditions& conditions);

// What happened.
SMSBACKUP_EXPORT void message_came(ScheduleState& state, std::int64_t when);
SMSBACKUP_EXPORT void call_ended(ScheduleState& state, std::int64_t when);

enum class RunEnd : std::uint8_t {
  complete,    // everything that was asked for is in the archive
  failed,      // worth another try: no connection, a full server, records that were refused
  needs_user,  // not worth one before the user has done something: wrong_credentials, certificate_rejected...
  cancelled,   // by the user, or at NextRun::cancel_at
};
// Events from `started` on are left to the next run. A cancelled run leaves all of them, and is no failure.
SMSBACKUP_EXPORT void run_ended(ScheduleState& state, std::int64_t started, std::int64_t ended, RunEnd end);

}  // namespace smsbackup
