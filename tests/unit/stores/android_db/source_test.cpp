// What is read out of a phone's databases, in whatever state they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "smsbackup/android_db_store.hpp"
#include "support/environment.hpp"
#include "unit/stores/android_db/sql.hpp"
#include "unit/stores/read_all.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

namespace fs = std::filesystem;
using test::read_all;
using test::run_sql;
using test::TempFolder;

class AndroidDbSource : public testing::Test {
 protected:
  Batch read(const fs::path& path, const Query& query = {}) const {
    AndroidDbStore store(path, Access::read);
    return read_all(store, query);
  }
  Batch read() const { return read(folder_.path()); }
  ErrorCode code_of_reading(const fs::path& path) const {
    try {
      read(path);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  }
  // Names, bytes and times of everything in the folder.
  std::map<std::string, std::string> snapshot() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      files[entry.path()] = entry.is_regular_file() ? test::get(entry.path()) : "";
      files[entry.path()] += std::to_string(entry.last_write_time().time_since_epoch().count());
    }
    return files;
  }

  TempFolder folder_;
  fs::path db_ = folder_ / "mmssms.db";
};

TEST_F(AndroidDbSource, ReadsTheOldestSchema) {
  run_sql(db_, std::string(test::oldest_tables) +
                   "INSERT INTO sms(_id, thread_id, address, date, read, type, body)"
                   " VALUES(7, 3, '+4915112345678', 1300000000123, 1, 2, 'hello');");
  const Batch all = read();
  ASSERT_EQ(all.records.size(), 1U);
  const Sms& sms = std::get<Sms>(all.records[0]);
  EXPECT_EQ(sms.id, Integer(7));
  EXPECT_EQ(sms.date, Integer(1300000000123));
  EXPECT_EQ(sms.body, Text("hello"));
  EXPECT_EQ(sms.status, Integer(-1));
  EXPECT_TRUE(sms.service_center.is_null());
  EXPECT_TRUE(sms.date_sent.is_absent());
  EXPECT_TRUE(sms.sub_id.is_absent());
  ASSERT_EQ(all.positions.size(), 1U);
  EXPECT_EQ(all.positions[0], "mmssms.db, sms 7");
}

TEST_F(AndroidDbSource, KeepsColumnsOfTheMaker) {
  run_sql(db_, std::string(test::oldest_tables) +
                   "ALTER TABLE sms ADD phone_id INTEGER; ALTER TABLE sms ADD \"odd \"\"name\" BLOB;"
                   "INSERT INTO sms(phone_id, \"odd \"\"name\") VALUES(5, x'00ff'), (NULL, NULL);");
  const Batch all = read();
  ASSERT_EQ(all.records.size(), 2U);
  EXPECT_EQ(std::get<Sms>(all.records[0]).extras,
            (Extras{{"phone_id", "5"}, {"odd \"name", std::string("\0\xff", 2)}}));
  EXPECT_EQ(std::get<Sms>(all.records[1]).extras, (Extras{{"phone_id", std::nullopt}, {"odd \"name", std::nullopt}}));
}

// SQLite keeps any kind of value in any column.
TEST_F(AndroidDbSource, KeepsValuesOfTheWrongKind) {
  run_sql(db_, std::string(test::oldest_tables) +
                   "INSERT INTO sms(address, date, read, body, type)"
                   " VALUES(x'2b3439', 'yesterday', 1.5, x'6869ff', x'3031');");
  const Batch all = read();
  ASSERT_EQ(all.records.size(), 1U);
  const Sms& sms = std::get<Sms>(all.records[0]);
  EXPECT_EQ(sms.address, Text("+49"));
  EXPECT_EQ(sms.body, Text("hi\xff"));
  EXPECT_TRUE(sms.date.is_absent());
  EXPECT_EQ(sms.extras, (Extras{{"date", "yesterday"}, {"read", "1.5"}, {"type", "01"}}));
}

TEST_F(AndroidDbSource, ReadsAnMmsWithItsRowsAndFiles) {
  run_sql(db_, std::string(test::oldest_tables) + R"sql(
    INSERT INTO pdu(_id, thread_id, date, msg_box, m_id, m_type) VALUES(7, 4, 1706950100, 1, 'a1b2@mms.example', 132);
    INSERT INTO addr(_id, msg_id, address, type, charset) VALUES(1, 7, '+15550100', 137, 106), (2, 8, 'other', 137, 3),
      (3, 7, '+15550199', 151, 106);
    INSERT INTO part(_id, mid, seq, ct, cl, _data, text) VALUES
      (1, 7, 0, 'image/jpeg', 'a.jpg', '/data/user_de/0/x/app_parts/PART_1_a.jpg', NULL),
      (2, 7, -1, 'application/smil', NULL, NULL, '<smil/>'), (3, 7, 0, 'text/plain', NULL, NULL, 'look');
  )sql");
  fs::create_directory(folder_ / "app_parts");
  test::put(folder_ / "app_parts/PART_1_a.jpg", "\xff\xd8 picture");
  const Batch all = read();
  EXPECT_TRUE(all.problems.empty());
  ASSERT_EQ(all.records.size(), 1U);
  const Mms& mms = std::get<Mms>(all.records[0]);
  EXPECT_EQ(mms.date, Integer(1706950100000));
  ASSERT_EQ(mms.addresses.size(), 2U);
  EXPECT_EQ(mms.addresses[0].address, Text("+15550100"));
  EXPECT_EQ(mms.addresses[1].type, Integer(mms_to));
  ASSERT_EQ(mms.parts.size(), 3U);
  EXPECT_EQ(mms.parts[0].text, Text("<smil/>"));
  EXPECT_EQ(mms.parts[1].data->bytes(), "\xff\xd8 picture");
  EXPECT_EQ(mms.parts[1].data_path, Text("/data/user_de/0/x/app_parts/PART_1_a.jpg"));
  EXPECT_EQ(mms.parts[2].text, Text("look"));
  EXPECT_FALSE(mms.parts[2].data.has_value());
}

TEST_F(AndroidDbSource, ReadsNoFileBeforeSomebodyWantsIt) {
  run_sql(db_, std::string(test::oldest_tables) +
                   "INSERT INTO pdu(_id, date) VALUES(1, 5); INSERT INTO part(mid, _data) VALUES(1, '/a/PART_1');");
  fs::create_directory(folder_ / "app_parts");
  test::put(folder_ / "app_parts/PART_1", "bytes");
  const Batch all = read();
  const Blob& data = *std::get<Mms>(all.records.at(0)).parts.at(0).data;
  fs::remove(folder_ / "app_parts/PART_1");
  EXPECT_EQ(data.size(), 5U);
  EXPECT_THROW(data.bytes(), Error);
}

TEST_F(AndroidDbSource, KeepsAMessageWhosePartsFileIsMissingOrNoFile) {
  run_sql(db_, std::string(test::oldest_tables) + R"sql(
    INSERT INTO pdu(_id, date) VALUES(1, 5);
    INSERT INTO part(mid, _data, text) VALUES(1, '/data/app_parts/gone.jpg', NULL), (1, '/data/app_parts/..', NULL),
      (1, '/data/app_parts/link', NULL), (1, '', NULL), (1, NULL, 'text');
  )sql");
  fs::create_directory(folder_ / "app_parts");
  fs::create_symlink("/etc/passwd", folder_ / "app_parts/link");
  const Batch all = read();
  ASSERT_EQ(all.records.size(), 1U);
  EXPECT_EQ(std::get<Mms>(all.records[0]).parts.size(), 5U);
  for (const MmsPart& part : std::get<Mms>(all.records[0]).parts) EXPECT_FALSE(part.data.has_value());
  ASSERT_EQ(all.problems.size(), 3U);
  EXPECT_EQ(all.problems[0].code, ErrorCode::not_found);
  EXPECT_EQ(all.problems[0].where, "mmssms.db, pdu 1, part 1");
  for (const Problem& problem : all.problems) EXPECT_TRUE(problem.record_kept);
}

TEST_F(AndroidDbSource, TakesInTheLogWithoutTouchingIt) {
  const TempFolder elsewhere;
  const stores::SqliteDatabase writer(elsewhere / "mmssms.db", stores::SqliteMode::create);
  writer.run(std::string(test::oldest_tables) +
             "PRAGMA journal_mode = WAL; INSERT INTO sms(body) VALUES('in the file');"
             "PRAGMA wal_checkpoint; INSERT INTO sms(body) VALUES('in the log');");
  for (const char* name : {"mmssms.db", "mmssms.db-wal"}) fs::copy_file(elsewhere / name, folder_ / name);
  const auto before = snapshot();
  const Batch all = read();
  ASSERT_EQ(all.records.size(), 2U);
  EXPECT_EQ(std::get<Sms>(all.records[1]).body, Text("in the log"));
  EXPECT_EQ(snapshot(), before);
}

// The copy that is read has no name any more, so that whoever is killed leaves no messages behind.
TEST_F(AndroidDbSource, LeavesNoCopyWhereItCouldStay) {
  const TempFolder elsewhere;
  const stores::SqliteDatabase writer(elsewhere / "mmssms.db", stores::SqliteMode::create);
  writer.run(std::string(test::oldest_tables) +
             "PRAGMA journal_mode = WAL;"
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
             " INSERT INTO sms(_id, body) SELECT i, hex(randomblob(500)) FROM n;"
             "PRAGMA wal_checkpoint; UPDATE sms SET body = 'in the log' WHERE _id % 2 = 0;");
  for (const char* name : {"mmssms.db", "mmssms.db-wal"}) fs::copy_file(elsewhere / name, folder_ / name);
  const TempFolder temporary;
  const test::Environment environment("TMPDIR", temporary.path());
  AndroidDbStore store(folder_.path(), Access::read);
  const auto cursor = store.open({});
  Batch batch;
  std::size_t in_the_log = 0;
  std::size_t records = 0;
  while (cursor->next(batch)) {
    EXPECT_EQ(temporary.entries(), std::set<std::string>());
    for (const Record& record : batch.records) in_the_log += std::get<Sms>(record).body == Text("in the log") ? 1 : 0;
    records += batch.records.size();
    batch.clear();
  }
  EXPECT_EQ(records, 20'000U);
  EXPECT_EQ(in_the_log, 10'000U);
}

TEST_F(AndroidDbSource, MakesNothingBesideADatabaseThatWasInWalMode) {
  run_sql(db_, std::string(test::oldest_tables) + "PRAGMA journal_mode = WAL; INSERT INTO sms(body) VALUES('there');");
  ASSERT_EQ(folder_.entries(), std::set<std::string>{"mmssms.db"});
  const auto before = snapshot();
  EXPECT_EQ(read().records.size(), 1U);
  EXPECT_EQ(snapshot(), before);
}

// A phone that lost power in the middle of a write: the journal says how to undo it.
TEST_F(AndroidDbSource, TakesBackWhatWasNotCommitted) {
  const TempFolder elsewhere;
  const stores::SqliteDatabase writer(elsewhere / "mmssms.db", stores::SqliteMode::create);
  writer.run(std::string(test::oldest_tables) + "INSERT INTO sms(_id, body) VALUES(1, 'committed');");
  writer.run(
      "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE sms SET body = 'not committed';"
      "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
      " INSERT INTO sms(_id, body) SELECT i, hex(randomblob(500)) FROM n;");
  for (const char* name : {"mmssms.db", "mmssms.db-journal"}) fs::copy_file(elsewhere / name, folder_ / name);
  const auto before = snapshot();
  const Batch all = read();
  ASSERT_EQ(all.records.size(), 1U);
  EXPECT_EQ(std::get<Sms>(all.records[0]).body, Text("committed"));
  EXPECT_EQ(snapshot(), before);
}

TEST_F(AndroidDbSource, FindsCallsInTheirOwnFileAndInOldContacts) {
  const std::string calls =
      "CREATE TABLE calls(_id INTEGER PRIMARY KEY, number TEXT, date INTEGER, duration INTEGER,"
      " type INTEGER, new INTEGER);";
  run_sql(folder_ / "contacts2.db", calls +
                                        "CREATE TABLE raw_contacts(_id INTEGER PRIMARY KEY);"
                                        "INSERT INTO calls VALUES(1, '+4930123456', 1558993931074, 59, 1, 0);");
  const Batch old = read(folder_ / "contacts2.db");
  ASSERT_EQ(old.records.size(), 1U);
  const Call& call = std::get<Call>(old.records[0]);
  EXPECT_EQ(call.number, Text("+4930123456"));
  EXPECT_EQ(call.date, Integer(1558993931074));
  EXPECT_EQ(call.duration, Integer(59));
  EXPECT_EQ(call.is_new, Integer(0));

  run_sql(db_, test::oldest_tables);
  EXPECT_EQ(read().records.size(), 1U);
  run_sql(folder_ / "calllog.db", calls + "INSERT INTO calls(date) VALUES(1), (2);");
  EXPECT_EQ(read().records.size(), 2U) << "calllog.db is the newer one";
  EXPECT_EQ(read(db_).records.size(), 2U) << "beside the messages";
}

TEST_F(AndroidDbSource, FindsItsFilesInACopyOfThePhone) {
  const fs::path apps = folder_ / "data/user_de/0";
  fs::create_directories(apps / "com.android.providers.telephony/databases");
  fs::create_directories(apps / "com.android.providers.telephony/app_parts");
  fs::create_directories(apps / "com.android.providers.contacts/databases");
  run_sql(apps / "com.android.providers.telephony/databases/mmssms.db",
          std::string(test::oldest_tables) +
              "INSERT INTO pdu(_id) VALUES(1);"
              "INSERT INTO part(mid, _data) VALUES(1, '/x/app_parts/PART_1');");
  test::put(apps / "com.android.providers.telephony/app_parts/PART_1", "bytes");
  run_sql(apps / "com.android.providers.contacts/databases/calllog.db",
          "CREATE TABLE calls(_id INTEGER PRIMARY KEY, date INTEGER); INSERT INTO calls VALUES(1, 5);");
  for (const fs::path& path : {folder_.path(), apps}) {
    const Batch all = read(path);
    ASSERT_EQ(all.records.size(), 2U) << path;
    EXPECT_EQ(std::get<Mms>(all.records[0]).parts.at(0).data->bytes(), "bytes");
  }
  EXPECT_EQ(detect_store(folder_.path()), "android-db");
}

TEST_F(AndroidDbSource, NamesWhatItCannotRead) {
  EXPECT_EQ(code_of_reading(folder_.path()), ErrorCode::not_found);
  EXPECT_EQ(code_of_reading(folder_ / "none.db"), ErrorCode::not_found);
  test::put(folder_ / "empty.db", "");
  EXPECT_EQ(code_of_reading(folder_ / "empty.db"), ErrorCode::empty_input);
  test::put(folder_ / "text.db", std::string(4096, 'x'));
  EXPECT_EQ(code_of_reading(folder_ / "text.db"), ErrorCode::unknown_format);
  run_sql(folder_ / "other.db", "CREATE TABLE t(a)");
  EXPECT_EQ(code_of_reading(folder_ / "other.db"), ErrorCode::unknown_format);
  run_sql(folder_ / "bugle_db", "CREATE TABLE messages(a); CREATE TABLE conversations(a);");
  EXPECT_EQ(code_of_reading(folder_ / "bugle_db"), ErrorCode::unknown_format);
  EXPECT_THROW(open_store((folder_ / "bugle_db").string(), Access::read), Error);
}

TEST_F(AndroidDbSource, SaysThatAnotherProgramWritesIt) {
  run_sql(db_, test::oldest_tables);
  const stores::SqliteDatabase other(db_, stores::SqliteMode::read_write);
  other.run("BEGIN EXCLUSIVE");
  EXPECT_EQ(code_of_reading(db_), ErrorCode::busy);
}

// A view can compute anything, for ever; nobody's phone has one by that name.
TEST_F(AndroidDbSource, ReadsTablesOnly) {
  run_sql(db_,
          "CREATE TABLE pdu(_id INTEGER PRIMARY KEY);"
          "CREATE VIEW sms AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n;");
  EXPECT_TRUE(read().records.empty());
}

TEST_F(AndroidDbSource, ReadsPastAValueThatIsTooLarge) {
  run_sql(db_, std::string(test::oldest_tables) +
                   "INSERT INTO sms(_id, body) VALUES(1, 'a'), (2, hex(zeroblob(100000))), (3, 'b');");
  StoreOptions options;
  options.limits.text_size = 100'000;
  AndroidDbStore store(db_, Access::read, options);
  const Batch all = read_all(store);
  ASSERT_EQ(all.records.size(), 2U);
  EXPECT_EQ(std::get<Sms>(all.records[1]).body, Text("b"));
  ASSERT_EQ(all.problems.size(), 1U);
  EXPECT_EQ(all.problems[0].code, ErrorCode::limit_exceeded);
  EXPECT_EQ(all.problems[0].where, "mmssms.db, sms 2");
  EXPECT_FALSE(all.problems[0].record_kept);
}

std::string many_messages() {
  return std::string("PRAGMA page_size = 1024;") + test::oldest_tables +
         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
         " INSERT INTO sms(_id, date, address, type, body)"
         " SELECT i, 1600000000000 + i, '+4930' || i, 1, 'message number ' || i FROM n;";
}

TEST_F(AndroidDbSource, ReadsPastADamagedPage) {
  run_sql(db_, many_messages());
  std::string bytes = test::get(db_);
  const std::size_t page = bytes.find("message number 1000") / 1024;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 1024), 1024, '\xee');
  test::put(db_, bytes);
  const Batch all = read();
  EXPECT_GT(all.records.size(), 1950U);
  EXPECT_LT(all.records.size(), 2000U);
  EXPECT_EQ(std::get<Sms>(all.records.front()).id, Integer(1));
  EXPECT_EQ(std::get<Sms>(all.records.back()).id, Integer(2000));
  ASSERT_EQ(all.problems.size(), 1U);
  EXPECT_EQ(all.problems[0].code, ErrorCode::corrupt_input);
  EXPECT_EQ(all.problems[0].type, RecordType::sms);
}

TEST_F(AndroidDbSource, SaysThatTheFileIsCutOff) {
  run_sql(db_, many_messages());
  std::string bytes = test::get(db_);
  test::put(db_, bytes.substr(0, bytes.size() / 2));
  const Batch all = read();
  EXPECT_GT(all.records.size(), 500U);
  EXPECT_LT(all.records.size(), 2000U);
  const bool told = std::any_of(all.problems.begin(), all.problems.end(),
                                [](const Problem& problem) { return problem.code == ErrorCode::truncated_input; });
  EXPECT_TRUE(told);
}

// Whatever is wrong with a file: an Error, or records with Problems beside them.
TEST_F(AndroidDbSource, SurvivesEveryCutAndChange) {
  run_sql(db_, "PRAGMA page_size = 512;" + std::string(test::oldest_tables) + R"sql(
    INSERT INTO sms(date, address, body) VALUES(1, '+4930', 'hello'), (2, '+4931', hex(zeroblob(700)));
    INSERT INTO pdu(_id, date) VALUES(1, 1), (2, 2);
    INSERT INTO addr(msg_id, address) VALUES(1, 'a'), (2, 'b');
    INSERT INTO part(mid, text) VALUES(1, 'c'), (2, 'd');
  )sql");
  const std::string good = test::get(db_);
  const auto try_reading = [&] {
    try {
      const Batch all = read(db_);
      EXPECT_LE(all.records.size(), 100U);
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
    }
  };
  for (std::size_t size = 1; size < good.size(); size += size < 600 ? 37 : 251) {
    test::put(db_, good.substr(0, size));
    try_reading();
  }
  for (std::size_t at = 0; at < good.size(); at += at < 1600 ? 3 : 29) {
    for (const char other : {'\0', '\x7f', '\xff'}) {
      std::string bytes = good;
      bytes[at] = other;
      test::put(db_, bytes);
      try_reading();
    }
  }
}

}  // namespace
}  // namespace smsbackup
