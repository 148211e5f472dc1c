#include "smsbackup/query.hpp"

#include <gtest/gtest.h>

namespace smsbackup {
namespace {

Record sms_at(Integer date, Text address = std::string("+15550100")) {
  Sms sms;
  sms.date = date;
  sms.address = std::move(address);
  return sms;
}

Record call_of(Integer type) {
  Call call;
  call.type = type;
  return call;
}

TEST(Matches, TakesEverythingByDefault) {
  EXPECT_TRUE(matches(Query{}, sms_at(0)));
  EXPECT_TRUE(matches(Query{}, Mms{}));
  EXPECT_TRUE(matches(Query{}, Call{}));
}

TEST(Matches, LeavesOutOtherTypes) {
  Query query;
  query.types = {RecordType::call};
  EXPECT_FALSE(matches(query, sms_at(0)));
  EXPECT_FALSE(matches(query, Mms{}));
  EXPECT_TRUE(matches(query, Call{}));
}

TEST(Matches, IncludesSinceAndExcludesUntil) {
  Query query;
  query.since = 1000;
  query.until = 2000;
  EXPECT_FALSE(matches(query, sms_at(999)));
  EXPECT_TRUE(matches(query, sms_at(1000)));
  EXPECT_TRUE(matches(query, sms_at(1999)));
  EXPECT_FALSE(matches(query, sms_at(2000)));
}

TEST(Matches, CountsRecordsWithoutADateAsOldest) {
  Query since;
  since.since = 0;
  EXPECT_FALSE(matches(since, sms_at(null)));
  Query until;
  until.until = 0;
  EXPECT_TRUE(matches(until, sms_at(null)));
}

TEST(Matches, ComparesCallTypesOfCallsOnly) {
  Query query;
  query.call_types = {call_missed, call_outgoing};
  EXPECT_TRUE(matches(query, call_of(call_missed)));
  EXPECT_FALSE(matches(query, call_of(call_incoming)));
  EXPECT_FALSE(matches(query, call_of(null)));
  EXPECT_TRUE(matches(query, sms_at(0)));
}

TEST(Matches, FindsAnyPartyHoweverItIsSpelled) {
  Query query;
  query.addresses = {"5550100"};
  EXPECT_TRUE(matches(query, sms_at(0, std::string("+1 555-0100"))));
  EXPECT_FALSE(matches(query, sms_at(0, std::string("+1 555-0101"))));
  EXPECT_FALSE(matches(query, sms_at(0, null)));
  Mms mms;
  mms.addresses.resize(2);
  mms.addresses[0].address = "+15550177";
  mms.addresses[1].address = "+15550100";
  EXPECT_TRUE(matches(query, mms));
}

TEST(Matches, AsksTheContactBookForAGroup) {
  MemoryContactBook book;
  Contact bob;
  bob.numbers = {"+15550100"};
  bob.groups = {"Family"};
  book.add(bob);
  Query query;
  query.contact_group = "Family";
  EXPECT_TRUE(matches(query, sms_at(0), &book));
  EXPECT_FALSE(matches(query, sms_at(0, std::string("+15550101")), &book));
  EXPECT_FALSE(matches(query, sms_at(0), nullptr));
  query.contact_group = "Work";
  EXPECT_FALSE(matches(query, sms_at(0), &book));
}

TEST(Query, LeavesOutWhatABackupLeavesOnThePhone) {
  Query query;
  query.leave_out_drafts = true;
  Sms sms;
  sms.type = sms_draft;
  EXPECT_FALSE(matches(query, sms));
  EXPECT_TRUE(matches(Query(), sms));
  sms.type = sms_sent;
  EXPECT_TRUE(matches(query, sms));
  Mms mms;
  mms.msg_box = mms_drafts;
  EXPECT_FALSE(matches(query, mms));
  mms.msg_box = mms_inbox;
  mms.m_type = 134;  // m-delivery-ind
  EXPECT_FALSE(matches(query, mms));
  mms.m_type = mms_retrieve_conf;
  EXPECT_TRUE(matches(query, mms));
  EXPECT_TRUE(matches(query, Call()));
}

}  // namespace
}  // namespace smsbackup
