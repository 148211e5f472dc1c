// Groups that are restored before anybody knows which of the recipients is the phone itself.
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
using test::mms;
using test::party;
using test::Rows;
using test::sms;

constexpr const char* own = "+4915199999999";
constexpr const char* ann = "+491601111111";
constexpr const char* bob = "+491602222222";
constexpr const char* kim = "+491603333333";

Mms from_ann() { return mms(10'000, mms_inbox, {party(ann, mms_from), party(own, mms_to), party(bob, mms_to)}); }
Mms from_bob() {
  return mms(12'000, mms_inbox, {party(bob, mms_from), party("015199999999", mms_to), party(ann, mms_to)});
}
Mms mine() {
  return mms(11'000, mms_sent, {party("insert-address-token", mms_from), party(ann, mms_to), party(bob, mms_to)});
}
// What names the own number.
Mms from_ann_alone() { return mms(13'000, mms_inbox, {party(ann, mms_from), party(own, mms_to)}); }

class AndroidDbGroups : public testing::Test {
 protected:
  void put_back(std::vector<Record> records, RestoreOptions options = {}) const {
    MemoryStore archive(std::move(records));
    AndroidDbStore phone(phone_, Access::write);
    const Report report = restore(archive, phone, options);
    EXPECT_TRUE(report.complete()) << report.to_json();
  }
  // As a run that is killed before its end.
  void write_only(const std::vector<Record>& records) const {
    AndroidDbStore phone(phone_, Access::write);
    for (const Outcome& outcome : phone.write(records)) EXPECT_TRUE(outcome.written);
  }
  Rows ask(std::string_view sql) const { return test::rows(db_, sql); }
  // Each conversation: its parties' numbers, and what it says of its messages.
  Rows conversations() const {
    return ask(
        "SELECT (SELECT group_concat(address, ' ') FROM (SELECT address FROM canonical_addresses WHERE "
        "' ' || recipient_ids || ' ' LIKE '% ' || _id || ' %' ORDER BY address)), date, message_count, type FROM "
        "threads ORDER BY 1");
  }
  std::string group_of(std::vector<std::string> numbers) const {
    std::string joined;
    for (const std::string& number : numbers) joined += (joined.empty() ? "" : " ") + number;
    return joined;
  }
  bool is_undecided() const { return fs::exists(phone_ / ".smsbackup-groups"); }

  test::TempFolder folder_;
  fs::path phone_ = folder_ / "phone";
  fs::path db_ = phone_ / "mmssms.db";
};

TEST_F(AndroidDbGroups, AreOneConversationOnceAnyMessageNamesTheOwnNumber) {
  put_back({from_ann(), mine(), from_bob(), from_ann_alone()});
  EXPECT_EQ(conversations(), (Rows{std::string(ann) + "|13000|1|0", group_of({ann, bob}) + "|12000|3|1"}));
  EXPECT_EQ(ask("SELECT address FROM canonical_addresses ORDER BY address"), (Rows{ann, bob})) << "nor the own one";
  EXPECT_FALSE(is_undecided());
}

TEST_F(AndroidDbGroups, StayApartWhileTheOwnNumberIsInDoubt) {
  put_back({from_ann(), mine(), from_bob()});
  EXPECT_EQ(conversations(), (Rows{group_of({own, ann, bob}) + "|12000|2|1", group_of({ann, bob}) + "|11000|1|1"}));
  EXPECT_TRUE(is_undecided());
}

TEST_F(AndroidDbGroups, AreDecidedByALaterRestore) {
  put_back({from_ann(), mine(), from_bob()});
  put_back({from_ann_alone()});
  EXPECT_EQ(conversations(), (Rows{std::string(ann) + "|13000|1|0", group_of({ann, bob}) + "|12000|3|1"}));
  EXPECT_FALSE(is_undecided());
}

TEST_F(AndroidDbGroups, AreDecidedByBeingTold) {
  const std::vector<Record> records = {from_ann(), mine(), from_bob()};
  put_back(records);
  RestoreOptions options;
  options.dedup.own_numbers = {own};
  put_back(records, options);
  EXPECT_EQ(conversations(), Rows{group_of({ann, bob}) + "|12000|3|1"});
  EXPECT_FALSE(is_undecided());
}

TEST_F(AndroidDbGroups, OfAKilledRunAreDecidedByTheNextOne) {
  const std::vector<Record> records = {from_ann(), mine(), from_bob(), from_ann_alone()};
  write_only(records);
  EXPECT_TRUE(is_undecided());
  put_back(records);
  EXPECT_EQ(conversations(), (Rows{std::string(ann) + "|13000|1|0", group_of({ann, bob}) + "|12000|3|1"}));
  EXPECT_FALSE(is_undecided());
}

TEST_F(AndroidDbGroups, AreDecidedBehindHalfALineOfAKilledRun) {
  fs::create_directories(phone_);
  test::put(phone_ / ".smsbackup-groups", "1");
  put_back({from_ann(), mine(), from_bob(), from_ann_alone()});
  EXPECT_EQ(conversations(), (Rows{std::string(ann) + "|13000|1|0", group_of({ann, bob}) + "|12000|3|1"}));
}

// A phone that does not know its number itself has such conversations; what it made stays.
TEST_F(AndroidDbGroups, LeaveThePhonesOwnMessagesWhereTheyAre) {
  RestoreOptions told;
  told.dedup.own_numbers = {"+491"};
  put_back({from_ann()}, told);
  const Rows before = conversations();
  EXPECT_EQ(before, Rows{group_of({own, ann, bob}) + "|10000|1|1"});
  put_back({from_bob(), from_ann_alone()});
  EXPECT_EQ(conversations(), (Rows{group_of({own, ann, bob}) + "|10000|1|1", std::string(ann) + "|13000|1|0",
                                   group_of({ann, bob}) + "|12000|1|1"}));
}

TEST_F(AndroidDbGroups, SayWhatIsInThemAfterBeingMoved) {
  Mms unread = from_bob();
  unread.read = 0;
  unread.sub = "subject";
  unread.sub_cs = 106;
  unread.parts.push_back(test::file_part("image/png", "a.png", "picture"));
  Mms failed = mine();
  failed.msg_box = mms_failed;
  put_back({from_ann(), failed, unread, from_ann_alone(), sms(kim, 5000, "a text")});
  EXPECT_EQ(
      ask("SELECT date, message_count, snippet, snippet_cs, read, error, has_attachment FROM threads WHERE type = 1"),
      Rows{"12000|3|subject|106|0|1|1"});
}

// What stays in the conversation that the others leave is a delivery report, which does not count.
TEST_F(AndroidDbGroups, LeaveAConversationAsItsRestIs) {
  RestoreOptions told;
  told.dedup.own_numbers = {"+491"};
  Mms report = from_ann();
  report.m_type = 134;
  put_back({report}, told);
  put_back({from_bob(), from_ann_alone()});
  EXPECT_EQ(conversations(), (Rows{group_of({own, ann, bob}) + "|0|0|1", std::string(ann) + "|13000|1|0",
                                   group_of({ann, bob}) + "|12000|1|1"}));
}

TEST_F(AndroidDbGroups, AnswerToTheOwnNumberIsTheSameConversation) {
  const Mms to_all = mms(11'000, mms_sent, {party(ann, mms_to), party(bob, mms_to), party(own, mms_to)});
  put_back({from_ann(), to_all, from_ann_alone()});
  EXPECT_EQ(conversations(), (Rows{std::string(ann) + "|13000|1|0", group_of({ann, bob}) + "|11000|2|1"}));
}

TEST_F(AndroidDbGroups, AreTakenFromAListThatAnybodyMayHaveWritten) {
  put_back({from_ann(), mine(), from_bob()});
  test::put(phone_ / ".smsbackup-groups", "99999\n-5\nnonsense\n18446744073709551616\n\n1");
  put_back({from_ann_alone()});
  EXPECT_EQ(conversations(), (Rows{group_of({own, ann, bob}) + "|12000|1|1", std::string(ann) + "|13000|1|0",
                                   group_of({ann, bob}) + "|11000|2|1"}));
}

// Phone A -> archive without a word about own numbers -> phone B.
TEST_F(AndroidDbGroups, ComeFromPhoneToPhoneAsTheyWere) {
  const fs::path first = folder_ / "first";
  {
    MemoryStore made({from_ann(), mine(), from_bob(), from_ann_alone(), sms(kim, 5000, "a text")});
    AndroidDbStore phone(first, Access::write);
    RestoreOptions told;
    told.dedup.own_numbers = {own};
    EXPECT_TRUE(restore(made, phone, told).complete());
  }
  MemoryStore archive;
  {
    AndroidDbStore phone(first, Access::read);
    EXPECT_TRUE(backup(phone, archive).complete());
  }
  AndroidDbStore second(phone_, Access::write);
  EXPECT_TRUE(restore(archive, second).complete());
  const std::string together =
      "SELECT (SELECT group_concat(x) FROM (SELECT date * 1000 AS x FROM pdu WHERE thread_id = threads._id UNION ALL "
      "SELECT date FROM sms WHERE thread_id = threads._id ORDER BY 1)), date, message_count, type, read, snippet "
      "FROM threads ORDER BY 1";
  EXPECT_EQ(ask(together), test::rows(first / "mmssms.db", together));
  EXPECT_EQ(ask(together).size(), 3U);
}

}  // namespace
}  // namespace smsbackup
