#include "conformance/state_store_suite.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <vector>

#include "smsbackup/error.hpp"

namespace smsbackup::test {

namespace fs = std::filesystem;

StateStoreSuite::StateStoreSuite() {
  std::string name = std::string("smsbackup-") + testing::UnitTest::GetInstance()->current_test_info()->name() +
                     std::to_string(getpid());
  std::replace(name.begin(), name.end(), '/', '-');
  folder_ = fs::temp_directory_path() / name;
  fs::remove_all(folder_);
  fs::create_directories(folder_);
}

StateStoreSuite::~StateStoreSuite() { fs::remove_all(folder_); }

namespace {

std::vector<Digest> fingerprints(int count, int first = 0) {
  std::vector<Digest> all;
  for (int i = first; i < first + count; ++i) {
    Call call;
    call.date = i;
    all.push_back(state_fingerprint(call));
  }
  return all;
}

std::set<Digest> done(StateStore& state) {
  std::set<Digest> all;
  state.visit_done([&](const Digest& fingerprint) { all.insert(fingerprint); });
  return all;
}

std::set<Digest> as_set(const std::vector<Digest>& all) { return {all.begin(), all.end()}; }

StateRun a_run() {
  StateRun run;
  run.started = 1700000000000;
  run.finished = 1700000001234;
  run.complete = true;
  run.counts = {10, 1, 2, 6, 1};
  run.runs_before = 3;
  run.skipped = 4;
  return run;
}

TEST_P(StateStoreSuite, KnowsNothingAtFirst) {
  const auto state = open();
  EXPECT_TRUE(done(*state).empty());
  EXPECT_EQ(state->last_run(), std::nullopt);
}

TEST_P(StateStoreSuite, VisitsWhatWasMarked) {
  const auto state = open();
  const std::vector<Digest> all = fingerprints(30);
  state->mark_done(std::span(all).first(10));
  state->mark_done(std::span(all).subspan(10));
  EXPECT_EQ(done(*state), as_set(all));
  EXPECT_EQ(done(*state), as_set(all)) << "and once more";
}

TEST_P(StateStoreSuite, MarksNothing) {
  const auto state = open();
  state->mark_done({});
  EXPECT_TRUE(done(*state).empty());
}

TEST_P(StateStoreSuite, MayBeToldTwice) {
  const auto state = open();
  const std::vector<Digest> all = fingerprints(5);
  state->mark_done(all);
  state->mark_done(all);
  EXPECT_EQ(done(*state), as_set(all));
}

TEST_P(StateStoreSuite, KeepsDigestsOfAllBytes) {
  const auto state = open();
  std::vector<Digest> odd(3);
  odd[1].bytes.fill(0xff);
  odd[2].bytes.back() = 1;
  state->mark_done(odd);
  EXPECT_EQ(done(*state), as_set(odd));
}

TEST_P(StateStoreSuite, KeepsManyAtOnce) {
  const auto state = open();
  const std::vector<Digest> all = fingerprints(100'000);
  state->mark_done(all);
  EXPECT_EQ(done(*state), as_set(all));
}

TEST_P(StateStoreSuite, KeepsTheLastRun) {
  const auto state = open();
  StateRun begun;
  begun.started = 1600000000000;
  state->save_run(begun);
  EXPECT_EQ(state->last_run(), begun);
  EXPECT_EQ(state->last_run()->finished, std::nullopt) << "it is going on";
  state->save_run(a_run());
  EXPECT_EQ(state->last_run(), a_run());
}

TEST_P(StateStoreSuite, KeepsTheLargestNumbers) {
  const auto state = open();
  StateRun run;
  run.started = std::numeric_limits<std::int64_t>::min();
  run.finished = std::numeric_limits<std::int64_t>::max();
  run.counts.read = std::numeric_limits<std::uint64_t>::max();
  run.skipped = std::numeric_limits<std::uint64_t>::max();
  state->save_run(run);
  EXPECT_EQ(state->last_run(), run);
}

TEST_P(StateStoreSuite, ForgetsEverythingOnRequest) {
  const auto state = open();
  state->mark_done(fingerprints(10));
  state->save_run(a_run());
  state->reset();
  EXPECT_TRUE(done(*state).empty());
  EXPECT_EQ(state->last_run(), std::nullopt);
  state->mark_done(fingerprints(3));
  EXPECT_EQ(done(*state), as_set(fingerprints(3)));
}

TEST_P(StateStoreSuite, LetsTheVisitorThrow) {
  const auto state = open();
  state->mark_done(fingerprints(10));
  int visited = 0;
  EXPECT_THROW(state->visit_done([&](const Digest&) {
    if (++visited == 3) throw std::runtime_error("enough");
  }),
               std::runtime_error);
  EXPECT_EQ(visited, 3);
  EXPECT_EQ(done(*state), as_set(fingerprints(10)));
}

TEST_P(StateStoreSuite, IsStillThereWhenOpenedAgain) {
  if (!GetParam().lasts) GTEST_SKIP() << "this state is gone with its object";
  {
    const auto state = open();
    state->mark_done(fingerprints(10));
    state->save_run(a_run());
  }
  const auto state = open();
  EXPECT_EQ(done(*state), as_set(fingerprints(10)));
  EXPECT_EQ(state->last_run(), a_run());
  state->mark_done(fingerprints(10, 10));
  EXPECT_EQ(done(*state), as_set(fingerprints(20)));
}

TEST_P(StateStoreSuite, KeepsPhonesApart) {
  if (!GetParam().lasts) GTEST_SKIP() << "this state is gone with its object";
  {
    const auto state = open("one phone");
    state->mark_done(fingerprints(10));
    state->save_run(a_run());
  }
  {
    const auto state = open("another phone");
    EXPECT_TRUE(done(*state).empty());
    EXPECT_EQ(state->last_run(), std::nullopt);
    state->mark_done(fingerprints(5, 100));
  }
  {
    const auto state = open("one phone");
    EXPECT_EQ(done(*state), as_set(fingerprints(10)));
    EXPECT_EQ(state->last_run(), a_run());
    state->reset();
  }
  EXPECT_EQ(done(*open("another phone")), as_set(fingerprints(5, 100)));
}

TEST_P(StateStoreSuite, IsUsedByOneAtATime) {
  if (!GetParam().is_exclusive) GTEST_SKIP() << "this state can't be opened twice";
  const auto state = open();
  try {
    open();
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_NE(error.hint(), "");
  }
  state->mark_done(fingerprints(3));
  EXPECT_EQ(done(*state), as_set(fingerprints(3)));
}

}  // namespace
}  // namespace smsbackup::test
