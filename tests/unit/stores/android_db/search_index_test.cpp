// What a phone's own search finds after a restore.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <vector>

#include "smsbackup/android_db_store.hpp"
#include "unit/stores/android_db/messages.hpp"
#include "unit/stores/android_db/sql.hpp"
#include "unit/stores/read_all.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

namespace fs = std::filesystem;
using test::Rows;
using test::run_sql;
using test::sms;

class AndroidDbSearch : public testing::Test {
 protected:
  std::vector<bool> write(const std::vector<Record>& records) const {
    AndroidDbStore phone(phone_, Access::write);
    std::vector<bool> written;
    for (const Outcome& outcome : phone.write(records)) written.push_back(outcome.written);
    phone.finish();
    return written;
  }
  Rows ask(std::string_view sql) const { return test::rows(db_, sql); }

  // By an SQLite that lets everything happen to its tables.
  void run_unchecked(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(db_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  test::TempFolder folder_;
  fs::path phone_ = folder_ / "phone";
  fs::path db_ = phone_ / "mmssms.db";
};

Mms picture_with_words(const std::string& words) {
  Mms mms = test::mms(1000, mms_inbox, {test::party("+491601", mms_from)});
  mms.parts[0].text = words;
  mms.parts.push_back(test::file_part("image/png", "a.png", "picture"));
  MmsPart layout;
  layout.ct = "application/smil";
  layout.text = "<smil>seven</smil>";
  mms.parts.push_back(layout);
  return mms;
}

TEST_F(AndroidDbSearch, FindsWhatWasRestored) {
  write(
      {sms("+4930", 1000, "Lunch at seven?"), sms("+4931", 2000, "no"), picture_with_words("at seven, with the cat")});
  EXPECT_EQ(ask("SELECT source_id, table_to_use FROM words WHERE index_text MATCH 'seven' ORDER BY table_to_use"),
            (Rows{"1|1", "1|2"}));
  EXPECT_EQ(ask("SELECT _id, index_text FROM words ORDER BY docid"),
            (Rows{"1|Lunch at seven?", "2|no", "8589934593|at seven, with the cat"}));
}

TEST_F(AndroidDbSearch, FindsNothingOfARefusedMessage) {
  Mms broken = picture_with_words("gone");
  test::put(folder_ / "file", "bytes");
  broken.parts[1].data = Blob::of_file(folder_ / "file");
  fs::remove(folder_ / "file");
  EXPECT_EQ(write({sms("+4930", 1000, "kept"), broken, sms("+4930", 2000, "kept, too")}),
            (std::vector<bool>{true, false, true}));
  EXPECT_EQ(ask("SELECT index_text FROM words ORDER BY docid"), (Rows{"kept", "kept, too"}));
}

TEST_F(AndroidDbSearch, IsLeftAloneWhereItIsNoneOfAPhone) {
  fs::create_directories(phone_);
  run_sql(db_, std::string(test::oldest_tables) +
                   "CREATE TABLE words(_id INTEGER, index_text TEXT, source_id INTEGER, table_to_use INTEGER)");
  write({sms("+4930", 1000, "text")});
  EXPECT_EQ(ask("SELECT count(*) FROM words"), Rows{"0"});
  EXPECT_EQ(ask("SELECT count(*) FROM sms"), Rows{"1"});
}

TEST_F(AndroidDbSearch, IsLeftAloneWhereItsTokenizerIsUnknown) {
  fs::create_directories(phone_);
  run_sql(db_, test::oldest_tables);
  run_unchecked(
      "CREATE VIRTUAL TABLE words USING FTS3(_id INTEGER PRIMARY KEY, index_text TEXT, source_id INTEGER, table_to_use "
      "INTEGER, tokenize=simple); PRAGMA writable_schema = ON;"
      "UPDATE sqlite_master SET sql = replace(sql, '=simple', '=vendor') WHERE name = 'words'");
  EXPECT_EQ(write({sms("+4930", 1000, "text")}), std::vector<bool>{true});
  EXPECT_EQ(ask("SELECT body FROM sms"), Rows{"text"});
}

// A missing table, a damaged one that is met at once, and one that is met when the index is tidied up.
TEST_F(AndroidDbSearch, IsLeftAsItWasWhereItIsDamaged) {
  for (const std::string damage : {"DROP TABLE words_segdir", "DROP TABLE words_content",
                                   "UPDATE words_segdir SET root = x'ffffffff'", "DELETE FROM words_segments"}) {
    SCOPED_TRACE(damage);
    fs::remove_all(phone_);
    for (int run = 0; run < 15; ++run) write({sms("+4930", run, "word" + std::to_string(run))});
    run_unchecked(damage);
    for (int run = 15; run < 20; ++run) {
      EXPECT_EQ(write({sms("+4930", run, "text"), picture_with_words("more")}), (std::vector<bool>{true, true}));
    }
    EXPECT_EQ(ask("SELECT count(*) FROM sms"), Rows{"20"});
    EXPECT_EQ(ask("SELECT count(*) FROM part WHERE ct = 'text/plain'"), Rows{"5"});
  }
}

}  // namespace
}  // namespace smsbackup
