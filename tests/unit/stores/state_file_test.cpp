#include "smsbackup/state_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "smsbackup/error.hpp"
#include "stores/sqlite.hpp"
#include "unit/stores/expect_error.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

using stores::SqliteDatabase;
using stores::SqliteMode;
using test::TempFolder;

const Digest name = state_name("phone", "archive");

std::vector<Digest> fingerprints(int count) {
  std::vector<Digest> all;
  for (int i = 0; i < count; ++i) {
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

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

void fill(const std::filesystem::path& file, int count) {
  const auto state = open_state_file(file, name);
  state->mark_done(fingerprints(count));
  StateRun run;
  run.started = 1700000000000;
  run.skipped = 7;
  state->save_run(run);
}

ErrorCode code_of_opening(const std::filesystem::path& file) {
  try {
    const auto state = open_state_file(file, name);
    done(*state);
    state->last_run();
  } catch (const Error& error) {
    EXPECT_NE(error.hint(), "") << error.what();
    return error.code();
  }
  ADD_FAILURE() << "did not throw";
  return ErrorCode::internal;
}

TEST(StateFile, IsItsOwnersOnlyAndAlone) {
  const TempFolder folder;
  fill(folder / "state", 10);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "state").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(folder.entries(), std::set<std::string>{"state"});
}

TEST(StateFile, HoldsNothingInClear) {
  const TempFolder folder;
  {
    const auto state = open_state_file(folder / "state", state_name("+15550100", "imaps://bob@example.org/"));
    Sms sms;
    sms.address = "+15550100";
    sms.body = "see you";
    state->mark_done(std::vector<Digest>{state_fingerprint(sms)});
  }
  const std::string bytes = read(folder / "state");
  for (const char* secret : {"15550100", "bob", "example.org", "see you"}) {
    EXPECT_EQ(bytes.find(secret), std::string::npos) << secret;
  }
}

TEST(StateFile, NeedsAFolder) {
  const TempFolder folder;
  test::expect_error(ErrorCode::not_found, [&] { open_state_file(folder / "missing" / "state", name); });
}

TEST(StateFile, IsNoOtherFile) {
  const TempFolder folder;
  write(folder / "text", "Dear diary");
  { SqliteDatabase(folder / "database", SqliteMode::create).run("CREATE TABLE sms(body)"); }
  for (const char* other : {"text", "database"}) {
    const std::string before = read(folder / other);
    EXPECT_EQ(code_of_opening(folder / other), ErrorCode::unknown_format);
    EXPECT_THROW(open_state_file(folder / other, name, StateOpening::anew), Error);
    EXPECT_EQ(read(folder / other), before) << "it is not touched";
  }
}

TEST(StateFile, FromTheFutureIsRefused) {
  const TempFolder folder;
  fill(folder / "state", 3);
  { SqliteDatabase(folder / "state", SqliteMode::read_write).run("PRAGMA user_version = 2"); }
  const std::string before = read(folder / "state");
  EXPECT_EQ(code_of_opening(folder / "state"), ErrorCode::unsupported);
  EXPECT_THROW(open_state_file(folder / "state", name, StateOpening::anew), Error) << "it may be needed";
  EXPECT_EQ(read(folder / "state"), before);
}

TEST(StateFile, KeepsPhonesApartWhenOneBeginsAnew) {
  const TempFolder folder;
  const Digest other = state_name("other phone", "archive");
  fill(folder / "state", 3);
  open_state_file(folder / "state", other)->mark_done(fingerprints(5));
  EXPECT_TRUE(done(*open_state_file(folder / "state", name, StateOpening::anew)).empty());
  EXPECT_EQ(done(*open_state_file(folder / "state", other)).size(), 5U);
}

TEST(StateFile, TellsOfTheLastRunWithoutMakingAFile) {
  const TempFolder folder;
  EXPECT_EQ(last_run_in_state_file(folder / "state", name), std::nullopt);
  EXPECT_EQ(last_run_in_state_file(folder / "missing" / "state", name), std::nullopt);
  EXPECT_TRUE(folder.entries().empty());
  fill(folder / "state", 3);
  EXPECT_EQ(last_run_in_state_file(folder / "state", state_name("other", "archive")), std::nullopt);
  const auto last = last_run_in_state_file(folder / "state", name);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->started, 1700000000000);
  const auto state = open_state_file(folder / "state", name);
  test::expect_error(ErrorCode::busy, [&] { last_run_in_state_file(folder / "state", name); });
}

TEST(StateFile, TellsOfTheLastRunOfEachStateInIt) {
  const TempFolder folder;
  EXPECT_TRUE(last_runs_in_state_file(folder / "state").empty());
  EXPECT_TRUE(folder.entries().empty());
  fill(folder / "state", 3);
  StateRun other;
  other.started = 5;
  open_state_file(folder / "state", state_name("other phone", "archive"))->save_run(other);
  open_state_file(folder / "state", state_name("third phone", "archive"))->mark_done(fingerprints(1));
  const std::vector<StateRun> runs = last_runs_in_state_file(folder / "state");
  ASSERT_EQ(runs.size(), 2U) << "the third never ran";
  EXPECT_EQ(runs[0].started, 1700000000000);
  EXPECT_EQ(runs[1], other);
}

TEST(StateFile, KeepsOthersOutThatOpenItWithSqlite) {
  const TempFolder folder;
  fill(folder / "state", 3);
  {
    const auto state = open_state_file(folder / "state", name);
    EXPECT_THROW(SqliteDatabase(folder / "state", SqliteMode::read_only).number("SELECT count(*) FROM done"), Error);
  }
  const SqliteDatabase other(folder / "state", SqliteMode::read_write);
  other.run("BEGIN EXCLUSIVE");
  EXPECT_EQ(code_of_opening(folder / "state"), ErrorCode::busy);
}

// What a kill leaves: the rollback journal beside a half-changed file. SQLite makes it good.
TEST(StateFile, IsGoodAfterAKillInTheMiddleOfAMark) {
  const TempFolder folder;
  fill(folder / "state", 3);
  {
    const SqliteDatabase writer(folder / "state", SqliteMode::read_write);
    writer.run(
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE filler(x); INSERT INTO filler"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT zeroblob(5000) FROM n");
    std::filesystem::copy(folder / "state", folder / "killed");
    std::filesystem::copy(folder / "state-journal", folder / "killed-journal");
  }
  const auto state = open_state_file(folder / "killed", name);
  EXPECT_EQ(done(*state).size(), 3U);
}

// Cut off anywhere: refused with words on what to do, or as if it were new.
TEST(StateFile, CutOffIsRefused) {
  const TempFolder folder;
  fill(folder / "state", 1000);
  const std::string good = read(folder / "state");
  ASSERT_GT(good.size(), 16'000U);
  for (std::size_t size = 1; size < good.size(); size += size < 110 ? 9 : 2039) {
    SCOPED_TRACE(size);
    write(folder / "cut", good.substr(0, size));
    EXPECT_EQ(code_of_opening(folder / "cut"), ErrorCode::corrupt_input);
    EXPECT_TRUE(done(*open_state_file(folder / "cut", name, StateOpening::anew)).empty());
    std::filesystem::remove(folder / "cut");
  }
  write(folder / "cut", "");
  EXPECT_TRUE(done(*open_state_file(folder / "cut", name)).empty());
}

// A byte that the disk changed must never make a record done that is not.
TEST(StateFile, ChangedBytesMakeNothingDone) {
  const TempFolder folder;
  {
    const auto other = open_state_file(folder / "state", state_name("other phone", "archive"));
    other->mark_done(std::vector<Digest>(2));
  }
  fill(folder / "state", 1000);
  const std::string good = read(folder / "state");
  const std::vector<Digest> all = fingerprints(1000);
  const std::set<Digest> expected(all.begin(), all.end());
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); at += at < 100 ? 3 : 97) {
    SCOPED_TRACE(at);
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
    write(folder / "changed", bytes);
    try {
      const auto state = open_state_file(folder / "changed", name);
      for (const Digest& fingerprint : done(*state)) EXPECT_EQ(expected.count(fingerprint), 1U);
      const auto last = state->last_run();
      EXPECT_TRUE(!last || last->skipped == 7U);
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::corrupt_input || error.code() == ErrorCode::unknown_format ||
                  error.code() == ErrorCode::unsupported)
          << error.what();
      EXPECT_NE(error.hint(), "");
      ++refused;
    }
    std::filesystem::remove(folder / "changed");
  }
  EXPECT_GT(refused, 150) << "most of the file is fingerprints";
}

TEST(StateFile, TakesSixteenBytesARecord) {
  const TempFolder folder;
  fill(folder / "state", 200'000);
  EXPECT_LT(std::filesystem::file_size(folder / "state"), 17U * 200'000);
}

}  // namespace
}  // namespace smsbackup
