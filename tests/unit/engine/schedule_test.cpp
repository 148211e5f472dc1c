#include "smsbackup/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace smsbackup {
namespace {

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t noon = 1700000000000;

// The last run ended at noon.
ScheduleState after_noon() {
  ScheduleState state;
  state.last_run = noon;
  return state;
}

Conditions at(std::int64_t now, Network network = Network::unmetered) {
  Conditions conditions;
  conditions.now = now;
  conditions.network = network;
  return conditions;
}

NextRun expected(std::int64_t due, RunReason reason, WaitsFor waits_for) {
  return {due, reason, waits_for, std::nullopt};
}

TEST(Schedule, HasTheDefaultsOfSmsBackupPlus) {
  const ScheduleOptions options;
  EXPECT_EQ(options.regular_interval, 7'200'000);
  EXPECT_EQ(options.after_message, 60'000);
  EXPECT_EQ(options.after_call, std::nullopt);
  EXPECT_FALSE(options.unmetered_only);
  EXPECT_EQ(options.first_retry, 30'000);
  EXPECT_EQ(options.longest_retry, 300'000);
}

TEST(Schedule, RunsAtOnceWhenItNeverRan) {
  EXPECT_EQ(next_run({}, {}, at(noon)), expected(noon, RunReason::first_run, WaitsFor::nothing));
}

TEST(Schedule, RunsRegularly) {
  EXPECT_EQ(next_run({}, after_noon(), at(noon + minute)),
            expected(noon + 2 * hour, RunReason::regular, WaitsFor::time));
  EXPECT_EQ(next_run({}, after_noon(), at(noon + 2 * hour)),
            expected(noon + 2 * hour, RunReason::regular, WaitsFor::nothing));
  EXPECT_EQ(next_run({}, after_noon(), at(noon + 9 * hour)),
            expected(noon + 2 * hour, RunReason::regular, WaitsFor::nothing));
}

TEST(Schedule, RunsAWhileAfterTheFirstMessageThatWaits) {
  ScheduleState state = after_noon();
  message_came(state, noon + 10 * second);
  message_came(state, noon + 50 * second);
  EXPECT_EQ(next_run({}, state, at(noon + 60 * second)),
            expected(noon + 70 * second, RunReason::message, WaitsFor::time));
  EXPECT_EQ(next_run({}, state, at(noon + 70 * second)),
            expected(noon + 70 * second, RunReason::message, WaitsFor::nothing));
}

TEST(Schedule, RunsAfterACallOnlyIfAsked) {
  ScheduleState state = after_noon();
  call_ended(state, noon + second);
  EXPECT_EQ(next_run({}, state, at(noon + hour)).reason, RunReason::regular);
  ScheduleOptions options;
  options.after_call = 3 * minute;
  EXPECT_EQ(next_run(options, state, at(noon + minute)),
            expected(noon + second + 3 * minute, RunReason::call, WaitsFor::time));
}

TEST(Schedule, TakesWhateverIsDueFirst) {
  ScheduleOptions options;
  options.after_call = second;
  ScheduleState state = after_noon();
  message_came(state, noon + minute);
  call_ended(state, noon + minute);
  EXPECT_EQ(next_run(options, state, at(noon + minute)).reason, RunReason::call);
  options.regular_interval = 10 * second;
  EXPECT_EQ(next_run(options, state, at(noon + minute)),
            expected(noon + 10 * second, RunReason::regular, WaitsFor::nothing));
}

TEST(Schedule, WaitsForSomethingToHappenWhenNothingIsRegular) {
  ScheduleOptions options;
  options.regular_interval.reset();
  EXPECT_EQ(next_run(options, after_noon(), at(noon + hour)), NextRun());
  EXPECT_EQ(next_run(options, {}, at(noon)), NextRun());
  EXPECT_EQ(NextRun().waits_for, WaitsFor::event);
}

TEST(Schedule, WaitsForTheNetworkThatIsWanted) {
  ScheduleOptions options;
  const std::int64_t late = noon + 3 * hour;
  EXPECT_EQ(next_run(options, after_noon(), at(late, Network::none)).waits_for, WaitsFor::network);
  EXPECT_EQ(next_run(options, after_noon(), at(late, Network::metered)).waits_for, WaitsFor::nothing);
  options.unmetered_only = true;
  EXPECT_EQ(next_run(options, after_noon(), at(late, Network::none)).waits_for, WaitsFor::network);
  EXPECT_EQ(next_run(options, after_noon(), at(late, Network::metered)),
            expected(noon + 2 * hour, RunReason::regular, WaitsFor::unmetered_network));
  EXPECT_EQ(next_run(options, after_noon(), at(late)).waits_for, WaitsFor::nothing);
}

TEST(Schedule, RunsOverAnyNetworkWhenTheUserAsks) {
  ScheduleOptions options;
  options.unmetered_only = true;
  ScheduleState state = after_noon();
  state.asked = true;
  state.needs_user = true;
  state.failures = 9;
  EXPECT_EQ(next_run(options, state, at(noon + 1, Network::metered)),
            expected(noon + 1, RunReason::asked, WaitsFor::nothing));
  EXPECT_EQ(next_run(options, state, at(noon + 1, Network::none)).waits_for, WaitsFor::network);
}

TEST(Schedule, BacksOffAfterFailuresUpToABound) {
  ScheduleState state = after_noon();
  for (const std::int64_t wait : {30, 60, 120, 240, 300, 300}) {
    run_ended(state, noon, noon, RunEnd::failed);
    EXPECT_EQ(next_run({}, state, at(noon)), expected(noon + wait * second, RunReason::retry, WaitsFor::time)) << wait;
  }
  state.failures = std::numeric_limits<std::uint32_t>::max();
  run_ended(state, noon, noon, RunEnd::failed);
  EXPECT_EQ(next_run({}, state, at(noon)).due, noon + 300 * second);
}

TEST(Schedule, ShortensTheWaitByTheJitterThatIsHandedIn) {
  ScheduleState state = after_noon();
  run_ended(state, noon, noon, RunEnd::failed);
  Conditions conditions = at(noon);
  const auto wait = [&](double jitter) {
    conditions.jitter = jitter;
    return *next_run({}, state, conditions).due - noon;
  };
  EXPECT_EQ(wait(0.5), 22'500);
  EXPECT_EQ(wait(1), 15'000);
  EXPECT_EQ(wait(7), 15'000);
  EXPECT_EQ(wait(-1), 30'000);
  EXPECT_EQ(wait(std::nan("")), 30'000);
}

TEST(Schedule, LetsNoMessageCutTheWaitAfterAFailureShort) {
  ScheduleOptions options;
  options.after_message = second;
  ScheduleState state = after_noon();
  run_ended(state, noon - second, noon, RunEnd::failed);
  message_came(state, noon);
  EXPECT_EQ(next_run(options, state, at(noon + 5 * second)),
            expected(noon + 30 * second, RunReason::retry, WaitsFor::time));
}

TEST(Schedule, GivesUpRetryingAfterAWhileAndWaitsForTheNextRegularRun) {
  ScheduleOptions options;
  options.retry_for = 10 * minute;
  ScheduleState state = after_noon();
  run_ended(state, noon, noon, RunEnd::failed);
  run_ended(state, noon, noon + 9 * minute, RunEnd::failed);
  EXPECT_EQ(next_run(options, state, at(noon + 9 * minute)),
            expected(noon + 10 * minute, RunReason::retry, WaitsFor::time));
  run_ended(state, noon, noon + 10 * minute, RunEnd::failed);
  EXPECT_EQ(next_run(options, state, at(noon + 11 * minute)),
            expected(noon + 10 * minute + 2 * hour, RunReason::regular, WaitsFor::time));
  message_came(state, noon + 11 * minute);
  EXPECT_EQ(next_run(options, state, at(noon + 11 * minute)),
            expected(noon + 12 * minute, RunReason::message, WaitsFor::time));
}

TEST(Schedule, WaitsForTheUserAfterAFailureThatOnlyTheyCanMend) {
  ScheduleState state = after_noon();
  message_came(state, noon - second);
  run_ended(state, noon, noon, RunEnd::needs_user);
  EXPECT_EQ(next_run({}, state, at(noon + 9 * hour)),
            (NextRun{std::nullopt, RunReason::none, WaitsFor::user, std::nullopt}));
  run_ended(state, noon, noon + 9 * hour, RunEnd::complete);
  EXPECT_EQ(next_run({}, state, at(noon + 9 * hour)).waits_for, WaitsFor::time);
}

TEST(Schedule, LeavesWhatCameDuringARunToTheNextOne) {
  ScheduleState state;
  message_came(state, noon);
  message_came(state, noon + 20 * second);
  call_ended(state, noon);
  run_ended(state, noon + 10 * second, noon + minute, RunEnd::complete);
  EXPECT_EQ(state.messages, (ScheduleState::Waiting{noon + 10 * second, noon + 20 * second}));
  EXPECT_EQ(state.calls, ScheduleState::Waiting());
  EXPECT_EQ(next_run({}, state, at(noon + minute)), expected(noon + 70 * second, RunReason::message, WaitsFor::time));
}

TEST(Schedule, TakesACancelledRunForNoFailureAndKeepsWhatWaits) {
  ScheduleState state;
  message_came(state, noon);
  run_ended(state, noon + second, noon + minute, RunEnd::cancelled);
  EXPECT_EQ(state.failures, 0U);
  EXPECT_EQ(state.messages.first, noon);
}

TEST(Schedule, IsNotStoppedByAClockThatWasSetBack) {
  ScheduleState state = after_noon();
  const std::int64_t year_before = noon - 365 * 24 * hour;
  EXPECT_EQ(next_run({}, state, at(year_before)).due, year_before + 2 * hour);
  message_came(state, noon);
  EXPECT_EQ(next_run({}, state, at(year_before)).due, year_before + minute);
}

TEST(Schedule, SaysWhenToCancelARunThatTakesTooLong) {
  ScheduleOptions options;
  options.longest_run = 10 * minute;
  EXPECT_EQ(next_run(options, {}, at(noon)).cancel_at, noon + 10 * minute);
  EXPECT_EQ(next_run(options, after_noon(), at(noon)).cancel_at, std::nullopt);
}

TEST(Schedule, OverflowsNowhere) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  ScheduleOptions options;
  options.regular_interval = most;
  options.first_retry = most;
  options.longest_retry = most;
  options.longest_run = most;
  ScheduleState state = after_noon();
  EXPECT_EQ(next_run(options, state, at(noon)).due, most);
  state.failures = 70;
  EXPECT_EQ(next_run(options, state, at(noon)).due, most);
  options.first_retry = -5;
  options.longest_retry = -7;
  EXPECT_EQ(next_run(options, state, at(noon)).due, noon);
}

}  // namespace
}  // namespace smsbackup
