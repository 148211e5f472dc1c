#include <gtest/gtest.h>

#include <vector>

#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {
namespace {

Record sms_of_type(Integer type, std::int64_t date = 1600000000123) {
  Sms sms;
  sms.address = "+15550100";
  sms.date = date;
  sms.type = type;
  sms.body = "hi";
  return sms;
}

Record mms_of(Integer box, Integer message_type) {
  Mms mms;
  mms.date = 1600000000000 + box.value_or(0) * 1000 + message_type.value_or(0) * 10'000;
  mms.msg_box = box;
  mms.m_type = message_type;
  return mms;
}

TEST(Backup, LeavesDraftsOnThePhone) {
  MemoryStore phone({sms_of_type(sms_inbox), sms_of_type(sms_draft), sms_of_type(sms_failed, 1600000009123),
                     mms_of(mms_drafts, mms_send_req), mms_of(mms_inbox, mms_retrieve_conf)});
  MemoryStore archive;
  const Report report = backup(phone, archive);
  EXPECT_EQ(report.sms, (Counts{3, 1, 0, 2, 0}));
  EXPECT_EQ(report.mms, (Counts{2, 1, 0, 1, 0}));
  MemoryStore everything;
  BackupOptions with_drafts;
  with_drafts.drafts = true;
  EXPECT_EQ(backup(phone, everything, with_drafts).total(), (Counts{5, 0, 0, 5, 0}));
}

TEST(Backup, LeavesReportsOnThePhone) {
  constexpr std::int64_t delivery_report = 134;
  MemoryStore phone({mms_of(mms_inbox, delivery_report), mms_of(mms_inbox, mms_notification_ind),
                     mms_of(mms_inbox, null), mms_of(mms_sent, mms_send_req)});
  MemoryStore archive;
  BackupOptions with_drafts;
  with_drafts.drafts = true;
  EXPECT_EQ(backup(phone, archive, with_drafts).mms, (Counts{4, 1, 0, 3, 0}));
}

TEST(Restore, SendsNothingAgain) {
  MemoryStore archive({sms_of_type(sms_draft, 1000), sms_of_type(sms_outbox, 2000), sms_of_type(sms_queued, 3000),
                       sms_of_type(sms_sent, 4000), sms_of_type(sms_inbox, 5000), mms_of(mms_outbox, mms_send_req),
                       mms_of(mms_drafts, mms_send_req)});
  MemoryStore phone;
  const Report report = restore(archive, phone);
  EXPECT_EQ(report.total(), (Counts{7, 0, 0, 7, 0}));
  std::vector<Integer> boxes;
  for (const Record& record : phone.records()) {
    const auto* sms = std::get_if<Sms>(&record);
    boxes.push_back(sms != nullptr ? sms->type : std::get<Mms>(record).msg_box);
  }
  EXPECT_EQ(boxes,
            (std::vector<Integer>{sms_failed, sms_failed, sms_failed, sms_sent, sms_inbox, mms_failed, mms_failed}));
}

TEST(Restore, LeavesOutWhatWasNotSentIfAsked) {
  MemoryStore archive({sms_of_type(sms_draft, 1000), sms_of_type(sms_queued, 3000), sms_of_type(sms_sent, 4000)});
  MemoryStore phone;
  RestoreOptions options;
  options.unsent = RestoreOptions::Unsent::skip;
  EXPECT_EQ(restore(archive, phone, options).sms, (Counts{3, 2, 0, 1, 0}));
  EXPECT_EQ(phone.records(), std::vector<Record>{sms_of_type(sms_sent, 4000)});
}

TEST(Restore, DoesNotDoubleWhatItRestoredAsFailed) {
  MemoryStore archive({sms_of_type(sms_draft, 1000), sms_of_type(sms_queued, 3000)});
  MemoryStore phone;
  restore(archive, phone);
  EXPECT_EQ(restore(archive, phone).sms, (Counts{2, 0, 2, 0, 0}));
}

TEST(Restore, ForgetsTheSubscriptionOfTheOtherPhone) {
  Sms with_sim = std::get<Sms>(sms_of_type(sms_inbox));
  with_sim.sub_id = 2;
  Call call;
  call.sub_id = 2;
  MemoryStore archive({with_sim, call, sms_of_type(sms_inbox, 7)});
  MemoryStore phone;
  restore(archive, phone);
  EXPECT_EQ(std::get<Sms>(phone.records()[0]).sub_id, Integer(-1));
  EXPECT_EQ(std::get<Call>(phone.records()[1]).sub_id, Integer(-1));
  EXPECT_TRUE(std::get<Sms>(phone.records()[2]).sub_id.is_absent());

  MemoryStore same_phone;
  RestoreOptions keep;
  keep.keep_sub_id = true;
  restore(archive, same_phone, keep);
  EXPECT_EQ(std::get<Sms>(same_phone.records()[0]).sub_id, Integer(2));
}

TEST(Restore, MarksAsReadIfAsked) {
  Sms unread = std::get<Sms>(sms_of_type(sms_inbox));
  unread.read = 0;
  unread.seen = 0;
  MemoryStore archive({unread, Call{}});
  MemoryStore as_it_was;
  restore(archive, as_it_was);
  EXPECT_EQ(as_it_was.records()[0], Record(unread));
  MemoryStore phone;
  RestoreOptions options;
  options.mark_as_read = true;
  restore(archive, phone, options);
  EXPECT_EQ(std::get<Sms>(phone.records()[0]).read, Integer(1));
  EXPECT_EQ(std::get<Sms>(phone.records()[0]).seen, Integer(1));
  EXPECT_EQ(std::get<Call>(phone.records()[1]).is_read, Integer(1));
  EXPECT_EQ(std::get<Call>(phone.records()[1]).is_new, Integer(0));
}

}  // namespace
}  // namespace smsbackup
