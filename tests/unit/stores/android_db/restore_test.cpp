// What a restore makes of a phone's databases.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "smsbackup/android_db_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "unit/stores/android_db/messages.hpp"
#include "unit/stores/android_db/sql.hpp"
#include "unit/stores/read_all.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

namespace fs = std::filesystem;
using test::file_part;
using test::get;
using test::mms;
using test::party;
using test::put;
using test::rows;
using test::Rows;
using test::run_sql;
using test::sms;
using test::TempFolder;

class AndroidDbRestore : public testing::Test {
 protected:
  Report put_back(std::vector<Record> records, RestoreOptions options = {}) const {
    MemoryStore archive(std::move(records));
    AndroidDbStore phone(phone_, Access::write);
    const Report report = restore(archive, phone, options);
    EXPECT_TRUE(report.complete()) << report.to_json();
    return report;
  }
  Rows ask(std::string_view sql) const { return rows(db_, sql); }
  Rows threads() const {
    return ask(
        "SELECT recipient_ids, date, message_count, snippet, snippet_cs, read, type, error, has_attachment FROM "
        "threads");
  }

  TempFolder folder_;
  fs::path phone_ = folder_ / "phone";
  fs::path db_ = phone_ / "mmssms.db";
};

TEST_F(AndroidDbRestore, MakesDatabasesThatProvidersAccept) {
  put_back({sms("+4930", 5, "a"), Call{}});
  EXPECT_EQ(ask("PRAGMA user_version"), Rows{"67"});
  EXPECT_EQ(ask("SELECT locale FROM android_metadata"), Rows{"en_US"});
  EXPECT_EQ(ask("PRAGMA integrity_check"), Rows{"ok"});
  EXPECT_EQ(ask("PRAGMA journal_mode"), Rows{"delete"});
  EXPECT_EQ(rows(phone_ / "calllog.db", "PRAGMA user_version"), Rows{"10"});
  EXPECT_EQ(rows(phone_ / "calllog.db", "SELECT presentation, new, features, post_dial_digits FROM calls"),
            Rows{"1|0|0|"});
}

// The provider goes on with its triggers: they must work.
TEST_F(AndroidDbRestore, LeavesTriggersThatWork) {
  put_back({sms("+4930", 5, "a")});
  run_sql(db_,
          "INSERT INTO sms(thread_id, address, type, read, body) VALUES(1, '+4930', 1, 0, 'new');"
          "INSERT INTO pdu(thread_id, m_type, msg_box, sub) VALUES(1, 132, 1, 'subject');"
          "INSERT INTO part(mid, ct) VALUES(1, 'image/png');");
  EXPECT_EQ(ask("SELECT message_count, snippet, read, has_attachment FROM threads"), Rows{"3|subject|0|1"});
  run_sql(db_, "PRAGMA trusted_schema = ON; DELETE FROM pdu");  // they use the full-text search
  EXPECT_EQ(ask("SELECT message_count, snippet, has_attachment FROM threads"), Rows{"2|a|0"});
  EXPECT_EQ(ask("SELECT count(*) FROM part"), Rows{"0"});
}

TEST_F(AndroidDbRestore, PutsEveryConversationInOrder) {
  Sms unread = sms("+4915112345678", 3000, "newest, unread");
  unread.read = 0;
  put_back({sms("+4915112345678", 2000, "middle", sms_sent), unread, sms("015112345678", 1000, "the same number"),
            sms("MY BANK", 1500, "code"), sms("my bank", 1501, "another sender to Android"),
            sms("12345", 4000, "short code")});
  EXPECT_EQ(ask("SELECT address FROM canonical_addresses ORDER BY _id"),
            (Rows{"+4915112345678", "MY BANK", "my bank", "12345"}));
  EXPECT_EQ(threads(), (Rows{"1|3000|3|newest, unread|0|0|0|0|0", "2|1500|1|code|0|1|0|0|0",
                             "3|1501|1|another sender to Android|0|1|0|0|0", "4|4000|1|short code|0|1|0|0|0"}));
  EXPECT_EQ(ask("SELECT thread_id, seen FROM sms ORDER BY _id"), (Rows{"1|1", "1|1", "1|1", "2|1", "3|1", "4|1"}));
}

TEST_F(AndroidDbRestore, PutsAMessageWithoutAnAddressIntoAConversationOfItsOwn) {
  Sms nobody = sms("", 5, "from nobody");
  nobody.address = null;
  put_back({nobody, sms("", 6, "nor here")});
  EXPECT_EQ(ask("SELECT address, thread_id FROM sms"), (Rows{"NULL|1", "|1"}));
  EXPECT_EQ(ask("SELECT address FROM canonical_addresses"), Rows{""});
}

TEST_F(AndroidDbRestore, MakesOneThreadOfAGroup) {
  RestoreOptions options;
  options.dedup.own_numbers = {"+4915199999999"};
  Mms from_ann = mms(10'000, mms_inbox,
                     {party("+491601", mms_from), party("+4915199999999", mms_to), party("bob@example.org", mms_cc)});
  from_ann.sub = "party";
  from_ann.sub_cs = 106;
  Mms from_bob = mms(12'000, mms_inbox,
                     {party("Bob@Example.org", mms_from), party("015199999999", mms_to), party("+491601", mms_to)});
  const Mms mine =
      mms(11'000, mms_sent,
          {party("insert-address-token", mms_from), party("+491601", mms_to), party("bob@example.org", mms_to)});
  put_back({from_ann, from_bob, mine}, options);
  EXPECT_EQ(ask("SELECT thread_id FROM pdu"), (Rows{"1", "1", "1"}));
  EXPECT_EQ(ask("SELECT address FROM canonical_addresses ORDER BY _id"), (Rows{"+491601", "bob@example.org"}));
  EXPECT_EQ(threads(), Rows{"1 2|12000|3|NULL|0|1|1|0|0"});
}

TEST_F(AndroidDbRestore, TakesASingleRecipientForTheOwner) {
  put_back({mms(10'000, mms_inbox, {party("+491601", mms_from), party("+4915199999999", mms_to)}),
            sms("+491601", 9000, "and a text")});
  EXPECT_EQ(ask("SELECT address FROM canonical_addresses"), Rows{"+491601"});
  EXPECT_EQ(ask("SELECT message_count, type FROM threads"), Rows{"2|0"});
}

TEST_F(AndroidDbRestore, RestoresAnMmsWhole) {
  Mms picture =
      mms(1706950100000, mms_sent, {party("+491601", mms_to), party("+491602", mms_cc), party("+491603", mms_bcc)});
  picture.msg_box = {};
  picture.text_only = {};
  MmsPart layout;
  layout.ct = "application/smil";
  layout.seq = -1;
  layout.text = "<smil/>";
  picture.parts = {layout, picture.parts[0], file_part("image/jpeg", "a b.jpg", "\xff\xd8 bytes")};
  put_back({picture});
  EXPECT_EQ(ask("SELECT date, msg_box, m_type, text_only, m_size, sub_id, seen FROM pdu"),
            Rows{"1706950100|2|128|0|20|-1|1"});
  EXPECT_EQ(ask("SELECT msg_id, address, type, charset FROM addr"),
            (Rows{"1|+491601|151|106", "1|+491602|130|106", "1|+491603|129|106", "1|insert-address-token|137|106"}));
  EXPECT_EQ(ask("SELECT mid, seq, ct, text, _data IS NULL FROM part"),
            (Rows{"1|-1|application/smil|<smil/>|1", "1|0|text/plain|hello|1", "1|0|image/jpeg|NULL|0"}));
  const std::string path = ask("SELECT _data FROM part WHERE _data IS NOT NULL").at(0);
  const std::string folder = "/data/user_de/0/com.android.providers.telephony/app_parts/";
  ASSERT_TRUE(path.starts_with(folder + "PART_")) << path;
  EXPECT_TRUE(path.ends_with("_1_a_b.jpg")) << path;
  EXPECT_EQ(get(phone_ / "app_parts" / path.substr(folder.size())), "\xff\xd8 bytes");
  EXPECT_EQ(ask("SELECT message_count, has_attachment, snippet FROM threads"), Rows{"1|1|NULL"});
}

TEST_F(AndroidDbRestore, KeepsAnArchivesPathsOutOfItsOwn) {
  Mms evil = mms(1000, mms_inbox, {party("+491601", mms_from)});
  evil.parts = {file_part("image/jpeg", "../../../etc/passwd", "1"), file_part("image/jpeg", "/etc/passwd", "2"),
                file_part("image/jpeg", std::string("a\0b\n", 4) + std::string(500, 'x'), "3"),
                file_part("image/jpeg", "", "4")};
  evil.parts[0].data_path = "/data/data/com.example/../evil";
  put_back({evil});
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(phone_ / "app_parts")) names.insert(entry.path().filename());
  ASSERT_EQ(names.size(), 4U);
  for (const std::string& name : names) {
    EXPECT_TRUE(name.starts_with("PART_"));
    EXPECT_LT(name.size(), 120U);
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"),
              std::string::npos);
  }
  EXPECT_EQ(ask("SELECT count(*) FROM part WHERE _data LIKE '%..%/%'"), Rows{"0"});
}

// A phone that has been in use: its own schema, ids, threads and triggers.
TEST_F(AndroidDbRestore, AddsToAPhoneThatIsInUse) {
  fs::create_directories(phone_ / "app_parts");
  run_sql(db_, std::string(test::oldest_tables) + R"sql(
    INSERT INTO canonical_addresses VALUES(4, '+49 1601 5550100'), (9, '+491602');
    INSERT INTO threads(_id, recipient_ids, date, message_count, snippet) VALUES(3, '9 4', 1, 1, 'group'), (5, '4', 9, 1, 'x');
    INSERT INTO sms(thread_id, address, date, type, body) VALUES(5, '016015550100', 7000, 1, 'mine');
    INSERT INTO pdu(_id, thread_id, date, msg_box, m_type) VALUES(40, 3, 8, 1, 132);
    INSERT INTO part(mid, ct, _data) VALUES(40, 'image/png', '/data/data/com.android.providers.telephony/app_parts/PART_9');
    CREATE TRIGGER sms_now AFTER INSERT ON sms BEGIN
      UPDATE threads SET date = strftime('%s', 'now') * 1000, snippet = new.body WHERE _id = new.thread_id; END;
    CREATE TABLE pending_msgs(msg_id INTEGER);
    CREATE TRIGGER insert_mms_pending_on_insert AFTER INSERT ON pdu WHEN new.m_type = 130 BEGIN
      INSERT INTO pending_msgs VALUES(new._id); END;
  )sql");
  const Rows schema = ask("SELECT sql FROM sqlite_master");
  Mms group = mms(9000, mms_sent, {party("+4916015550100", mms_to), party("+491602", mms_to)});
  group.parts.push_back(file_part("image/png", "p.png", "p"));
  Mms notification = mms(5000, mms_inbox, {party("+491602", mms_from)});
  notification.m_type = mms_notification_ind;
  put_back({sms("016015550100", 6000, "older"), group, notification});
  EXPECT_EQ(threads(), (Rows{"9 4|9000|2|NULL|0|1|0|0|1", "4|7000|2|x|0|1|0|0|0", "9|5000|1|NULL|0|1|0|0|0"}));
  EXPECT_EQ(ask("SELECT _id, thread_id FROM sms"), (Rows{"1|5", "2|5"}));
  EXPECT_EQ(ask("SELECT count(*) FROM pending_msgs"), Rows{"0"}) << "nothing is put up for download";
  EXPECT_TRUE(ask("SELECT _data FROM part WHERE mid = 41 AND _data IS NOT NULL")
                  .at(0)
                  .starts_with("/data/data/com.android.providers.telephony/app_parts/PART_"));
  EXPECT_EQ(ask("SELECT sql FROM sqlite_master"), schema);
  EXPECT_EQ(ask("PRAGMA user_version"), Rows{"53"});
}

TEST_F(AndroidDbRestore, CountsNoDraftsAndMarksFailures) {
  AndroidDbStore phone(phone_, Access::write);
  const std::vector<Record> records = {sms("+4930", 1000, "sent", sms_sent), sms("+4930", 2000, "draft", sms_draft),
                                       sms("+4931", 3000, "failed", sms_failed)};
  phone.write(records);
  phone.finish();
  EXPECT_EQ(ask("SELECT message_count, date, error FROM threads"), (Rows{"1|2000|0", "1|3000|1"}));
}

TEST_F(AndroidDbRestore, SendsNothing) {
  put_back({sms("+4930", 1000, "draft", sms_draft), sms("+4930", 2000, "outbox", sms_outbox),
            sms("+4930", 3000, "queued", sms_queued), mms(4000, mms_outbox, {party("+4930", mms_to)})});
  EXPECT_EQ(ask("SELECT type FROM sms"), (Rows{"5", "5", "5"}));
  EXPECT_EQ(ask("SELECT msg_box FROM pdu"), Rows{"5"});
  EXPECT_EQ(ask("SELECT count(*) FROM pending_msgs"), Rows{"0"});
}

TEST_F(AndroidDbRestore, IsWholeAfterEveryBatch) {
  {
    AndroidDbStore phone(phone_, Access::write);
    const std::vector<Record> first = {sms("+4930", 1000, "a"), sms("+4930", 5000, "b")};
    phone.write(first);
  }  // never finished, as after a kill
  EXPECT_EQ(ask("SELECT date, message_count, snippet FROM threads"), Rows{"5000|2|b"});
  put_back({sms("+4930", 3000, "c")});
  EXPECT_EQ(ask("SELECT date, message_count, snippet FROM threads"), Rows{"5000|3|b"});
}

TEST_F(AndroidDbRestore, RemovesTheFilesOfAKilledRunAndNoOthers) {
  Mms picture = mms(1000, mms_inbox, {party("+491601", mms_from)});
  picture.parts.push_back(file_part("image/png", "kept.png", "kept"));
  put_back({picture});
  const std::string kept = fs::path(ask("SELECT _data FROM part WHERE _data IS NOT NULL").at(0)).filename();
  // What a run leaves that is killed between the files and their rows.
  const fs::path parts = phone_ / "app_parts";
  put(parts / "PART_5_1_orphan.png", "ours");
  put(parts / "PART_6_1_theirs.png", "not on the list");
  put(parts / ".smsbackup-part-3", "half");
  put(folder_ / "outside", "outside");
  put(parts / ".smsbackup-parts", "PART_5_1_orphan.png\n" + kept + "\n../../outside\nPART_/../../../outside\n");
  put_back({sms("+4930", 1000, "a")});
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(parts)) names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{kept, "PART_6_1_theirs.png"}));
  EXPECT_TRUE(fs::exists(folder_ / "outside"));
}

TEST_F(AndroidDbRestore, RefusesOnlyWhatTheTableRefuses) {
  fs::create_directories(phone_);
  run_sql(db_, "CREATE TABLE sms(_id INTEGER PRIMARY KEY, address TEXT, date INTEGER, body TEXT NOT NULL)");
  Sms empty = sms("+4930", 2000, "");
  empty.body = null;
  const std::vector<Record> records = {sms("+4930", 1000, "a"), empty, sms("+4930", 3000, "c"),
                                       mms(1000, mms_inbox, {})};
  AndroidDbStore phone(phone_, Access::write);
  const Outcomes outcomes = phone.write(records);
  EXPECT_TRUE(outcomes[0].written);
  EXPECT_FALSE(outcomes[1].written);
  EXPECT_EQ(outcomes[1].problem.value().type, RecordType::sms);
  EXPECT_TRUE(outcomes[2].written);
  EXPECT_FALSE(outcomes[3].written);
  EXPECT_EQ(ask("SELECT body FROM sms"), (Rows{"a", "c"}));
}

TEST_F(AndroidDbRestore, RefusesAMessageWhoseBytesAreGone) {
  put(folder_ / "gone", "bytes");
  Mms broken = mms(1000, mms_inbox, {party("+491601", mms_from)});
  broken.parts.push_back(file_part("image/png", "a.png", "good"));
  broken.parts.push_back(file_part("image/png", "b.png", ""));
  broken.parts.back().data = Blob::of_file(folder_ / "gone");
  fs::remove(folder_ / "gone");
  const std::vector<Record> records = {sms("+4930", 1000, "a"), broken, sms("+4930", 2000, "b")};
  AndroidDbStore phone(phone_, Access::write);
  const Outcomes outcomes = phone.write(records);
  EXPECT_TRUE(outcomes[0].written);
  EXPECT_FALSE(outcomes[1].written);
  EXPECT_TRUE(outcomes[2].written);
  EXPECT_EQ(ask("SELECT (SELECT count(*) FROM pdu), (SELECT count(*) FROM part), (SELECT count(*) FROM addr),"
                " (SELECT sum(message_count) FROM threads)"),
            Rows{"0|0|0|2"});
  EXPECT_TRUE(fs::is_empty(phone_ / "app_parts"));
}

TEST_F(AndroidDbRestore, KeepsWhatTheTableHasAColumnFor) {
  fs::create_directories(phone_);
  run_sql(db_, std::string(test::oldest_tables) + "ALTER TABLE sms ADD phone_id INTEGER DEFAULT 3");
  Sms vendor = sms("+4930", 1000, "a");
  vendor.extras = {{"phone_id", "1"}, {"priority", "2"}};
  vendor.date_sent = 900;
  put_back({vendor, sms("+4930", 2000, "b")});
  EXPECT_EQ(ask("SELECT phone_id FROM sms"), (Rows{"1", "3"}));
}

TEST_F(AndroidDbRestore, MakesDoWithTablesThatLackColumns) {
  fs::create_directories(phone_);
  run_sql(db_, R"sql(
    CREATE TABLE sms(_id INTEGER PRIMARY KEY, address TEXT, date INTEGER, body TEXT DEFAULT "quoted oddly");
    CREATE TABLE pdu(_id INTEGER PRIMARY KEY, date INTEGER);
    CREATE TABLE addr(_id INTEGER PRIMARY KEY, address TEXT);
    CREATE TABLE part(_id INTEGER PRIMARY KEY, text TEXT);
    CREATE TABLE threads(_id INTEGER PRIMARY KEY, recipient_ids TEXT);
    CREATE TABLE canonical_addresses(_id INTEGER PRIMARY KEY, address TEXT);
  )sql");
  const std::vector<Record> records = {sms("+4930", 1000, "a"), mms(1000, mms_inbox, {party("+4931", mms_from)})};
  AndroidDbStore phone(phone_, Access::write);
  const Outcomes outcomes = phone.write(records);
  EXPECT_TRUE(outcomes[0].written);
  EXPECT_FALSE(outcomes[1].written) << "nothing can say whose parts they are";
  EXPECT_EQ(ask("SELECT address, date, body FROM sms"), Rows{"+4930|1000|a"});
}

TEST_F(AndroidDbRestore, KeepsASecondWriterOut) {
  AndroidDbStore phone(phone_, Access::write);
  const std::vector<Record> records = {sms("+4930", 1000, "a")};
  phone.write(records);
  AndroidDbStore other(phone_, Access::write);
  try {
    other.write(records);
    FAIL() << "two writers";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
  }
}

TEST_F(AndroidDbRestore, SaysWhetherAPhoneHoldsNothing) {
  EXPECT_TRUE(AndroidDbStore(phone_, Access::write).is_empty());
  put_back({sms("+4930", 1000, "a")});
  EXPECT_FALSE(AndroidDbStore(phone_, Access::write).is_empty());
  run_sql(db_, "PRAGMA trusted_schema = ON; DELETE FROM sms");  // its triggers use the full-text search
  EXPECT_TRUE(AndroidDbStore(phone_, Access::write).is_empty()) << "a phone that was reset";
  put_back({Call{}});
  EXPECT_FALSE(AndroidDbStore(phone_, Access::write).is_empty());
  run_sql(phone_ / "calllog.db", "DELETE FROM calls");
  AndroidDbStore phone(phone_, Access::write);
  EXPECT_TRUE(phone.is_empty());
  put(db_, std::string(5000, 'x'));
  EXPECT_FALSE(phone.is_empty()) << "damaged: nobody can tell";
}

TEST_F(AndroidDbRestore, ComparesPicturesBeforeItCallsThemTheSame) {
  Mms picture = mms(1000, mms_inbox, {party("+491601", mms_from)});
  picture.parts.push_back(file_part("image/png", "a.png", "one"));
  Mms other = picture;
  other.parts.back().data = Blob("two");
  put_back({picture});
  const Report again = put_back({picture, other});
  EXPECT_EQ(again.total().duplicate, 1U);
  EXPECT_EQ(again.total().written, 1U);
}

}  // namespace
}  // namespace smsbackup
