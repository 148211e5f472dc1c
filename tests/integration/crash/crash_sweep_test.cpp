// Kills the command at each write of a backup and of a restore, and makes the disk full at each of them. After one more
// ordinary run, the sink must hold what it holds when nobody was killed: nothing lost, nothing doubled.
//
// A sample of the points is tried; all of them with SMSBACKUP_CRASH_ALL=1, other ones with SMSBACKUP_CRASH_SEED=7.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "smsbackup/jsonl.hpp"
#include "smsbackup/store.hpp"
#include "stores/sqlite.hpp"
#include "support/repeats.hpp"
#include "support/server_process.hpp"
#include "support/tool_process.hpp"
#ifdef SMSBACKUP_HAVE_IMAP
#include "support/dovecot.hpp"
#endif

namespace smsbackup::test {
namespace {

namespace fs = std::filesystem;

struct Scenario {
  std::string name;
  std::string command;  // backup or restore
  std::string source;   // the scheme
  std::string sink;
  bool grown = false;  // an earlier run has filled the sink and the state with a part
  friend void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }
};

Record sms(int number, std::int64_t type) {
  Sms row;
  row.address = "+1555010" + std::to_string(number);
  row.date = 1600000000123 + number * 60'000;
  row.type = type;
  row.read = 1;
  row.body = "line one\r\nline two of " + std::to_string(number) + " \xf0\x9f\x98\x80";
  return row;
}

Record mms(int number, std::size_t picture_size) {
  Mms row;
  row.date = (1600000000 + number * 60) * std::int64_t{1000};
  row.msg_box = mms_inbox;
  row.m_type = mms_retrieve_conf;
  row.m_id = "id" + std::to_string(number);
  row.read = 1;
  for (const auto& [address, type] : {std::pair{"+15550199", mms_from}, std::pair{"+15550198", mms_to}}) {
    MmsAddress party;
    party.address = address;
    party.type = type;
    party.charset = 106;
    row.addresses.push_back(party);
  }
  if (number == 6) {  // to a group: the other message says which recipient is the phone itself
    row.addresses.push_back(row.addresses.back());
    row.addresses.back().address = "+15550197";
  }
  MmsPart text;
  text.seq = 0;
  text.ct = "text/plain";
  text.chset = 106;
  text.text = "look at this";
  MmsPart picture;
  picture.seq = 0;
  picture.ct = "image/jpeg";
  picture.name = "a.jpg";
  std::string bytes;
  for (std::size_t i = 0; i < picture_size; ++i) bytes += static_cast<char>(i * i * 31 + i);
  picture.data = Blob(bytes);
  row.parts = {text, picture};
  return row;
}

Record call(int number) {
  Call row;
  row.number = "+1555010" + std::to_string(number);
  row.date = 1600000000123 + number * 60'000;
  row.duration = number;
  row.type = call_incoming;
  return row;
}

std::vector<Record> early() { return {sms(1, sms_inbox), mms(2, 3000), call(3)}; }
std::vector<Record> late() {
  return {sms(4, sms_sent), sms(5, sms_inbox), mms(6, 70'000), call(7), sms(8, sms_failed), sms(0, sms_inbox)};
}

// Without what each phone numbers for itself.
std::string content_of(Record record) {
  if (auto* one = std::get_if<Sms>(&record)) one->thread_id.reset();
  if (auto* one = std::get_if<Mms>(&record)) {
    one->thread_id.reset();
    for (MmsAddress& row : one->addresses) {
      row.id.reset();
      row.msg_id.reset();
    }
    for (MmsPart& row : one->parts) {
      row.id.reset();
      row.mid.reset();
      row.data_path.reset();
    }
  }
  std::visit([](auto& row) { row.id.reset(); }, record);
  std::string json;
  to_json(record, json);
  return json;
}

// The contents of a store, each with how often it is there.
using Contents = std::map<std::string, int>;

Contents contents_of(const std::string& place) {
  Contents contents;
  const auto store = open_store(place, Access::read);
  const auto cursor = store->open({});
  Batch batch;
  while (cursor->next(batch)) {
    for (const Problem& problem : batch.problems) ADD_FAILURE() << problem.where << ": " << problem.why;
    for (Record& record : batch.records) ++contents[content_of(std::move(record))];
    batch.clear();
  }
  return contents;
}

std::int64_t sum_of(const Contents& contents) {
  std::int64_t sum = 0;
  for (const auto& [content, count] : contents) sum += count;
  return sum;
}

class CrashSweep : public testing::TestWithParam<Scenario> {
 protected:
  void SetUp() override {
    fs::create_directories(run_);
#ifdef SMSBACKUP_HAVE_IMAP
    if (is_on_server()) {
      if (const auto missing = Dovecot::missing()) GTEST_SKIP() << *missing;
      server_ = std::make_unique<Dovecot>();
      write_file(folder_.path() / "ca.pem", server_->ca_pem());
    }
#endif
    put(source(), early());
    if (GetParam().grown) expect_done(run_tool({}));
    put(source(), late());
    fs::copy(run_, start_, fs::copy_options::recursive);
    look_at_a_run_that_nobody_kills();
  }

  bool is_on_server() const { return GetParam().sink == "imaps"; }
  std::string place(const std::string& scheme, const std::string& name) const {
    return scheme + ':' + (run_ / name).string();
  }
  std::string source() const { return place(GetParam().source, "source"); }
  std::string sink() const {
#ifdef SMSBACKUP_HAVE_IMAP
    // A folder of its own for each point.
    if (server_) return "imaps://u1@localhost:" + std::to_string(server_->tls_port()) + "/P" + std::to_string(point_);
#endif
    return place(GetParam().sink, "sink");
  }

  static void put(const std::string& to, const std::vector<Record>& records) {
    const auto store = open_store(to, Access::write);
    for (const Outcome& outcome : store->write(records)) ASSERT_TRUE(outcome.written);
    store->finish();
  }

  Ended run(std::vector<std::string> command, std::vector<std::string> environment) const {
    command.insert(command.begin(), SMSBACKUP_TOOL);
    command.insert(command.end(), {"--progress", "never"});
    if (is_on_server()) {
      command.insert(command.end(), {"--ca-file", (folder_.path() / "ca.pem").string()});
      command.insert(command.end(), {"--key-cache", (run_ / "keys").string()});
      environment.push_back("SMSBACKUP_PASSWORD=pass");
    }
    // Our library comes before the sanitizer's, which is fine: it only counts and hands on.
    environment.push_back("ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0");
    environment.push_back("CRASH_POINT_FOLDER=" + run_.string());
    // The coverage data of a killed process would spoil that of the others.
    environment.insert(environment.end(), {"GCOV_PREFIX=/dev/null", "GCOV_ERROR_FILE=/dev/null"});
    return run_process(command, run_, environment);
  }
  Ended run_tool(const std::vector<std::string>& environment) const {
    return run({GetParam().command, "--state", (run_ / "state").string(), source(), sink()}, environment);
  }
  Ended run_tool(const std::string& mode, long at) const {
    return run_tool(
        {"LD_PRELOAD=" CRASH_POINT_LIBRARY, "CRASH_POINT_MODE=" + mode, "CRASH_POINT_AT=" + std::to_string(at)});
  }
  static void expect_done(const Ended& ended) {
    EXPECT_EQ(ended.signal, 0);
    EXPECT_EQ(ended.code, 0) << ended.said;
  }

  void look_at_a_run_that_nobody_kills() {
    const std::string counts = (folder_.path() / "counts").string();
    expect_done(
        run_tool({"LD_PRELOAD=" CRASH_POINT_LIBRARY, "CRASH_POINT_MODE=count", "CRASH_POINT_COUNTS=" + counts}));
    std::istringstream(read_file(counts)) >> calls_ >> writes_ >> takes_;
    ASSERT_GT(calls_, 20);
    ASSERT_GT(writes_, 5);
    ASSERT_GT(takes_, 5);
    expected_ = contents_of_sink();
    ASSERT_EQ(sum_of(expected_), 9);
  }

  Contents contents_of_sink() const {
    if (!is_on_server()) return contents_of(sink());
    const fs::path copy = folder_.path() / "copy.jsonl";
    fs::remove(copy);
    expect_done(run({"copy", "--dedup", "off", sink(), "jsonl:" + copy.string()}, {}));
    return contents_of("jsonl:" + copy.string());
  }

  void begin_anew() {
    ++point_;
    fs::remove_all(run_);
    fs::copy(start_, run_, fs::copy_options::recursive);
  }

  // Between the crash and the next run: whatever is there is whole, and there once.
  void expect_whole_so_far() const {
    if (is_on_server() || !fs::exists(run_ / "sink")) return;
    try {
      for (const auto& [content, count] : contents_of(sink())) {
        const auto found = expected_.find(content);
        EXPECT_TRUE(found != expected_.end() && count <= found->second) << content.substr(0, 200);
      }
    } catch (const Error& error) {  // nothing is there yet, or half of a store that is just being made
      EXPECT_TRUE(error.code() == ErrorCode::not_found || error.code() == ErrorCode::empty_input ||
                  error.code() == ErrorCode::unknown_format)
          << error.what();
      EXPECT_FALSE(GetParam().grown);
    }
  }

  void expect_all(const Contents& contents) const {
    const auto count_in = [](const Contents& all, const std::string& content) {
      const auto found = all.find(content);
      return found == all.end() ? 0 : found->second;
    };
    for (const auto& [content, count] : expected_) {
      EXPECT_EQ(count_in(contents, content), count) << content.substr(0, 200);
    }
    EXPECT_EQ(sum_of(contents), sum_of(expected_));
  }

  bool last_run_was_interrupted() const {
    if (!fs::exists(run_ / "state") || fs::file_size(run_ / "state") == 0) return false;
    // A copy, as looking at it makes a half-written state good again.
    const fs::path copy = folder_.path() / "looked-at";
    for (const char* suffix : {"", "-journal"}) {
      fs::remove(copy.string() + suffix);
      const std::string from = (run_ / "state").string() + suffix;
      if (fs::exists(from)) fs::copy(from, copy.string() + suffix);
    }
    const stores::SqliteDatabase state(copy, stores::SqliteMode::read_write);
    if (state.number("SELECT count(*) FROM sqlite_schema") == 0) return false;
    return state.number("SELECT finished IS NULL FROM run") == 1;
  }

  // One more ordinary run makes everything good.
  void expect_reconciled() const {
    const bool interrupted = last_run_was_interrupted();
    const Ended again = run_tool({});
    expect_done(again);
    EXPECT_EQ(again.said.find("did not come to its end") != again.said.npos, interrupted) << again.said;
    expect_all(contents_of_sink());
    expect_nothing_left_behind();
    if (GetParam().sink == "android-db") {
      const stores::SqliteDatabase phone(run_ / "sink/mmssms.db", stores::SqliteMode::read_only);
      EXPECT_EQ(phone.number("SELECT count(*) FROM canonical_addresses WHERE address = '+15550198'"), 0)
          << "a group with the phone itself in it";
    }
    const stores::SqliteDatabase state(run_ / "state", stores::SqliteMode::read_only);
    EXPECT_EQ(state.number("SELECT complete FROM run"), 1);
    // A restore marks what it writes, and needs no mark for what it finds.
    const std::int64_t marks = state.number("SELECT sum(length(fingerprints)) / 16 FROM done");
    if (GetParam().command == "backup") {
      EXPECT_EQ(marks, sum_of(expected_));
    } else {
      EXPECT_LE(marks, sum_of(expected_));
    }
  }

  void expect_nothing_left_behind() const {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(run_)) {
      const std::string name = entry.path().filename().string();
      for (const char* leftover : {".partial-", ".lock", "-journal", "-wal", ".smsbackup-groups"}) {
        EXPECT_EQ(name.find(leftover), name.npos) << entry.path();
      }
    }
  }

  static std::vector<long> points_of(long count) {
    std::vector<long> points;
    if (std::getenv("SMSBACKUP_CRASH_ALL") != nullptr) {
      for (long at = 1; at <= count; ++at) points.push_back(at);
      return points;
    }
    const char* seed = std::getenv("SMSBACKUP_CRASH_SEED");
    std::mt19937 random(seed == nullptr ? 1U : static_cast<unsigned>(std::atoi(seed)));
    const long wanted = std::min(repeats(10L, 3L), count);
    for (long i = 0; i < wanted; ++i) {  // one of each tenth, or third
      const long first = count * i / wanted + 1;
      const long last = count * (i + 1) / wanted;
      points.push_back(first + static_cast<long>(random() % static_cast<unsigned long>(last - first + 1)));
    }
    return points;
  }

  // On the line to a server, how many calls there are differs a little from run to run.
  bool may_get_through(long at, long count) const { return is_on_server() && at > count - 10; }

  void sweep_killing(const std::string& mode, long count) {
    for (const long at : points_of(count)) {
      SCOPED_TRACE(mode + " call " + std::to_string(at) + " of " + std::to_string(count));
      begin_anew();
      const Ended killed = run_tool(mode, at);
      EXPECT_TRUE(killed.signal == SIGKILL || may_get_through(at, count)) << killed.code << killed.said;
      expect_whole_so_far();
      expect_reconciled();
      if (HasFailure()) return;
    }
  }

  ServerFolder folder_{"crash"};
  fs::path run_ = folder_.path() / "run";
  fs::path start_ = folder_.path() / "start";
  Contents expected_;
  long calls_ = 0;   // all
  long writes_ = 0;  // those that write or send bytes
  long takes_ = 0;   // those that take space on a disk
  int point_ = 0;
#ifdef SMSBACKUP_HAVE_IMAP
  std::unique_ptr<Dovecot> server_;
#endif
};

TEST_P(CrashSweep, KilledBeforeAnyCall) { sweep_killing("before", calls_); }

TEST_P(CrashSweep, KilledInTheMiddleOfAnyWrite) { sweep_killing("half", writes_); }

// Each time a little later, on what the last one has left.
TEST_P(CrashSweep, KilledAgainAndAgainUntilItGetsThrough) {
  begin_anew();
  const long step = std::getenv("SMSBACKUP_CRASH_ALL") != nullptr ? 1 : std::max(1L, calls_ / 12);
  Ended ended;
  int killed = 0;
  for (long at = 1; at <= 20 * calls_; at += step) {
    ended = run_tool("before", at);
    if (ended.signal == 0) break;
    ++killed;
    expect_whole_so_far();
    if (HasFailure()) return;
  }
  expect_done(ended);
  EXPECT_GT(killed, 3);
  expect_reconciled();
}

TEST_P(CrashSweep, DiskFullFromAnyCallOn) {
  for (const long at : points_of(takes_)) {
    SCOPED_TRACE("call " + std::to_string(at) + " of " + std::to_string(takes_));
    begin_anew();
    const Ended full = run_tool("full", at);
    EXPECT_EQ(full.signal, 0);
    EXPECT_EQ(full.code, 4) << full.said;
    EXPECT_TRUE(full.said.find("No space left on device") != full.said.npos ||
                full.said.find("disk is full") != full.said.npos)
        << full.said;
    expect_whole_so_far();
    expect_reconciled();
    if (HasFailure()) return;
  }
}

const Scenario scenarios[] = {
    {"phone_to_jsonl", "backup", "android-db", "jsonl"},
    {"phone_to_jsonl_grown", "backup", "android-db", "jsonl", true},
    {"phone_to_mbox_grown", "backup", "android-db", "mbox", true},
    {"phone_to_maildir", "backup", "android-db", "maildir"},
    {"phone_to_maildir_grown", "backup", "android-db", "maildir", true},
    {"phone_to_eml_grown", "backup", "android-db", "eml", true},
    {"phone_to_synctech_xml", "backup", "android-db", "synctech-xml"},
    {"phone_to_synctech_xml_grown", "backup", "android-db", "synctech-xml", true},
    {"jsonl_to_phone", "restore", "jsonl", "android-db"},
    {"jsonl_to_phone_grown", "restore", "jsonl", "android-db", true},
    {"maildir_to_phone", "restore", "maildir", "android-db"},
#ifdef SMSBACKUP_HAVE_IMAP
    {"phone_to_imap", "backup", "android-db", "imaps"},
#endif
};

INSTANTIATE_TEST_SUITE_P(Crash, CrashSweep, testing::ValuesIn(scenarios),
                         [](const testing::TestParamInfo<Scenario>& scenario) { return scenario.param.name; });

}  // namespace
}  // namespace smsbackup::test
