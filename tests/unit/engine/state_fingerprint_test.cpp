#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/done_records.hpp"
#include "smsbackup/state_store.hpp"

namespace smsbackup {
namespace {

using engine::DoneRecords;

Sms sms() {
  Sms row;
  row.address = "+15550100";
  row.date = 1600000000123;
  row.type = sms_inbox;
  row.body = "see you";
  return row;
}

Mms mms() {
  Mms row;
  row.date = 1600000000000;
  row.msg_box = mms_inbox;
  row.m_type = mms_retrieve_conf;
  row.m_id = "a1b2@mms.example";
  MmsAddress from;
  from.address = "+15550100";
  from.type = mms_from;
  MmsAddress to;
  to.address = "+15550199";
  to.type = mms_to;
  row.addresses = {from, to};
  MmsPart text;
  text.ct = "text/plain";
  text.text = "look";
  MmsPart picture;
  picture.ct = "image/jpeg";
  picture.name = "a.jpg";
  picture.data = Blob(std::string(100, 'x'));
  row.parts = {text, picture};
  return row;
}

Call call() {
  Call row;
  row.number = "+15550100";
  row.date = 1600000000123;
  row.duration = 60;
  row.type = call_incoming;
  return row;
}

// States hold them: a change means that every record is looked up in its archive once more.
TEST(StateFingerprint, IsAFormat) {
  EXPECT_EQ(state_fingerprint(sms()).hex(), "47bc51ac999737d4d46c02f413b043d4");
  EXPECT_EQ(state_fingerprint(mms()).hex(), "cb85298928675652ddf621fc6769062f");
  EXPECT_EQ(state_fingerprint(call()).hex(), "2a45b5d3f62243552a04436d66fab036");
  EXPECT_EQ(state_name("phone", "archive").hex(), "c2458691cc9f7d5d02334ca8bc678e08");
}

TEST(StateFingerprint, TellsRecordsApart) {
  const auto differs = [](const Record& record, auto change) {
    Record changed = record;
    change(changed);
    return state_fingerprint(changed) != state_fingerprint(record);
  };
  const Record a = sms();
  EXPECT_TRUE(differs(a, [](Record& r) { std::get<Sms>(r).date = 1600000000124; }));
  EXPECT_TRUE(differs(a, [](Record& r) { std::get<Sms>(r).date = null; }));
  EXPECT_TRUE(differs(a, [](Record& r) { std::get<Sms>(r).type = sms_sent; }));
  EXPECT_TRUE(differs(a, [](Record& r) { std::get<Sms>(r).address = "+15550101"; }));
  EXPECT_TRUE(differs(a, [](Record& r) { std::get<Sms>(r).body = "see you "; }));
  EXPECT_TRUE(differs(a, [](Record& r) { std::get<Sms>(r).subject = "now"; }));

  const Record b = mms();
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).date = 1600000001000; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).msg_box = mms_sent; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).m_type = mms_notification_ind; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).m_id = "other"; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).sub = "other"; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).addresses.pop_back(); }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).parts.pop_back(); }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).parts[0].text = "Look"; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).parts[1].name = "b.jpg"; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).parts[1].ct = "image/png"; }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).parts[1].data = Blob(std::string(101, 'x')); }));
  EXPECT_TRUE(differs(b, [](Record& r) { std::get<Mms>(r).parts[1].data.reset(); }));

  const Record c = call();
  EXPECT_TRUE(differs(c, [](Record& r) { std::get<Call>(r).date = 1600000000124; }));
  EXPECT_TRUE(differs(c, [](Record& r) { std::get<Call>(r).duration = 61; }));
  EXPECT_TRUE(differs(c, [](Record& r) { std::get<Call>(r).type = call_missed; }));
  EXPECT_TRUE(differs(c, [](Record& r) { std::get<Call>(r).number = "+15550101"; }));
}

TEST(StateFingerprint, TellsTextsWithoutADateApart) {
  Sms yesterday = sms();
  yesterday.date.reset();
  yesterday.extras["date"] = "yesterday";
  Sms today = yesterday;
  today.extras["date"] = "today";
  EXPECT_NE(state_fingerprint(yesterday), state_fingerprint(today));
}

TEST(StateFingerprint, DoesNotMoveTextFromOneColumnToTheNext) {
  Sms a = sms();
  a.subject = "ab";
  a.body = "c";
  Sms b = sms();
  b.subject = "a";
  b.body = "bc";
  EXPECT_NE(state_fingerprint(a), state_fingerprint(b));
}

TEST(StateFingerprint, StaysWhenTheRecordDoes) {
  Sms read = sms();
  read.id = 7;
  read.thread_id = 8;
  read.read = 1;
  read.seen = 1;
  read.locked = 1;
  read.status = 0;
  read.sub_id = 2;
  read.subject = null;
  read.date_sent = 5;
  read.extras["vendor"] = "x";
  EXPECT_EQ(state_fingerprint(read), state_fingerprint(sms()));

  Mms moved = mms();
  moved.id = 9;
  moved.thread_id = 10;
  moved.read = 1;
  moved.sub = "";
  moved.date = 1600000000999;  // the provider keeps seconds
  std::swap(moved.addresses[0], moved.addresses[1]);
  MmsAddress self;
  self.address = std::string(insert_address_token);
  moved.addresses.push_back(self);
  moved.parts[1].id = 11;
  moved.parts[1].data_path = "/data/x";
  MmsPart layout;
  layout.ct = "application/smil";
  layout.text = "<smil/>";
  moved.parts.insert(moved.parts.begin(), layout);
  EXPECT_EQ(state_fingerprint(moved), state_fingerprint(mms()));

  Call seen = call();
  seen.id = 1;
  seen.name = "Bob";
  seen.is_new = 0;
  EXPECT_EQ(state_fingerprint(seen), state_fingerprint(call()));
}

TEST(StateFingerprint, DoesNotReadTheBytesOfParts) {
  Mms other = mms();
  other.parts[1].data = Blob(std::string(100, 'y'));
  EXPECT_EQ(state_fingerprint(other), state_fingerprint(mms()));
}

TEST(StateName, TellsPhonesAndArchivesApart) {
  EXPECT_NE(state_name("a", "bc"), state_name("ab", "c"));
  EXPECT_NE(state_name("a", "b"), state_name("b", "a"));
}

TEST(DoneRecords, KnowsWhatWasAdded) {
  DoneRecords done;
  const Digest fingerprint = state_fingerprint(sms());
  EXPECT_FALSE(DoneRecords().meet(fingerprint).done);
  done.add(fingerprint);
  done.add(fingerprint);
  EXPECT_EQ(done.size(), 1U);
  EXPECT_TRUE(done.meet(fingerprint).done);
}

// Two of a kind are two records, and each of them has to be done.
TEST(DoneRecords, CountsRepetitions) {
  const Digest fingerprint = state_fingerprint(mms());
  DoneRecords first_run;
  std::vector<Digest> marks;
  for (int i = 0; i < 3; ++i) {
    const DoneRecords::Answer answer = first_run.meet(fingerprint);
    EXPECT_FALSE(answer.done);
    marks.push_back(answer.fingerprint);
  }
  EXPECT_EQ(marks[0], fingerprint);
  EXPECT_NE(marks[1], marks[0]);
  EXPECT_NE(marks[2], marks[1]);

  DoneRecords second_run;
  for (const Digest& mark : {marks[0], marks[1]}) second_run.add(mark);
  EXPECT_TRUE(second_run.meet(fingerprint).done);
  EXPECT_TRUE(second_run.meet(fingerprint).done);
  const DoneRecords::Answer third = second_run.meet(fingerprint);
  EXPECT_FALSE(third.done);
  EXPECT_EQ(third.fingerprint, marks[2]);
}

TEST(DoneRecords, TakesAtMost24BytesEach) {
  DoneRecords done;
  Call row = call();
  constexpr int count = 200'000;
  for (int i = 0; i < count; ++i) {
    row.date = i;
    done.add(state_fingerprint(row));
  }
  EXPECT_EQ(done.size(), static_cast<std::size_t>(count));
  EXPECT_LE(done.memory_size(), 24U * count);
}

TEST(DoneRecords, KnowsADigestThatBeginsWithZeros) {
  DoneRecords done;
  Digest zeros;
  zeros.bytes.back() = 0;
  done.add(zeros);
  EXPECT_TRUE(done.meet(zeros).done);
}

}  // namespace
}  // namespace smsbackup
