// Where mail programs put a mail: References, which threads of a mail box are made of.
#include <gtest/gtest.h>

#include <string>

#include "smsbackup/mime.hpp"

namespace smsbackup {
namespace {

std::string references_of(const Record& record) {
  MimeOptions options;
  options.reference_uid = "phone";
  options.zone = utc_zone();
  MimeEncoder encoder(options);
  std::string mail;
  encoder.encode(record, mail);
  const std::size_t start = mail.find("References: ");
  return start == std::string::npos ? std::string() : mail.substr(start, mail.find("\r\n", start) - start);
}

Sms sms_with(const char* address) {
  Sms sms;
  sms.address = address;
  sms.date = 1'600'000'000'000;
  sms.type = sms_inbox;
  return sms;
}

Mms mms_sent_by(const char* sender, std::initializer_list<const char*> recipients) {
  Mms mms;
  mms.date = 1'600'000'000'000;
  mms.msg_box = mms_inbox;
  MmsAddress row;
  row.address = sender;
  row.type = mms_from;
  mms.addresses.push_back(row);
  row.type = mms_to;
  for (const char* recipient : recipients) {
    row.address = recipient;
    mms.addresses.push_back(row);
  }
  return mms;
}

TEST(Threading, FollowsTheThreadIdOfThePhone) {
  Sms sms = sms_with("+15550100");
  sms.thread_id = 7;
  EXPECT_EQ(references_of(sms), "References: <phone.7@sms-backup-plus.local>");
  sms.thread_id = null;
  EXPECT_EQ(references_of(sms), "References: <phone.null@sms-backup-plus.local>") << "as SMS Backup+ does";
}

TEST(Threading, FollowsTheOtherPartyInFilesWithoutThreadIds) {
  EXPECT_EQ(references_of(sms_with("+15550100")), "References: <phone.+15550100@sms-backup-plus.local>");
  EXPECT_EQ(references_of(sms_with("+15550101")), "References: <phone.+15550101@sms-backup-plus.local>");
  EXPECT_EQ(references_of(mms_sent_by("+15550100", {"+15550199"})),
            "References: <phone.+15550100@sms-backup-plus.local>");
}

TEST(Threading, TakesAGroupForTheSetOfItsMembers) {
  const std::string group = "References: <phone.+15550100-+15550101-+15550199@sms-backup-plus.local>";
  EXPECT_EQ(references_of(mms_sent_by("+15550100", {"+15550199", "+15550101"})), group);
  EXPECT_EQ(references_of(mms_sent_by("+15550101", {"+15550100", "+15550199"})), group);
}

}  // namespace
}  // namespace smsbackup
