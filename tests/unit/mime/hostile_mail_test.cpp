// Mails made to break a reader: each has an answer, none takes long or much memory.
#include <gtest/gtest.h>

#include "golden_data.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup {
namespace {

const std::string head = "X-smssync-datatype: MMS\r\nX-smssync-type: 132\r\nX-smssync-address: 1\r\n";
const std::string sms_head = "X-smssync-datatype: SMS\r\nX-smssync-type: 1\r\nX-smssync-address: 1\r\n";

DecodedMail decode(const std::string& mail, Limits limits = {}) { return MimeDecoder(limits).decode(mail); }

void expect_limit(const DecodedMail& mail) {
  ASSERT_EQ(mail.kind, MailKind::damaged);
  EXPECT_EQ(mail.problem->code, ErrorCode::limit_exceeded);
  EXPECT_FALSE(mail.problem->record_kept);
}

TEST(HostileMail, NothingAtAllIsForeign) {
  for (const char* mail : {"", "\r\n", "\n\n\n", ":", ": x\r\n\r\n", "no colon", "From nobody\r\n\r\n"}) {
    EXPECT_EQ(decode(mail).kind, MailKind::foreign) << mail;
  }
}

TEST(HostileMail, ThatIsCutAnywhereIsReadOrReported) {
  MimeDecoder decoder;
  for (const char* number : {"001", "042", "094", "125", "163"}) {
    const std::string& mail = *golden::find(number).mail;
    for (std::size_t size = 0; size < mail.size(); ++size) {
      const DecodedMail cut = decoder.decode(std::string(mail, 0, size));
      EXPECT_EQ(cut.kind == MailKind::damaged, cut.problem && !cut.problem->record_kept);
    }
  }
}

TEST(HostileMail, OverItsLimitsIsDamaged) {
  Limits limits;
  limits.mail_size = 100;
  expect_limit(decode(sms_head + "\r\n" + std::string(200, 'x'), limits));
  limits = {};
  limits.headers = 10;
  std::string many = sms_head;
  for (int i = 0; i < 10; ++i) many += "X: y\r\n";
  expect_limit(decode(many + "\r\n", limits));
  limits = {};
  limits.header_size = 200;
  expect_limit(decode(sms_head + "X: " + std::string(300, 'x') + "\r\n\r\n", limits));
  limits = {};
  limits.text_size = 100;
  expect_limit(decode(sms_head + "\r\n" + std::string(200, 'x'), limits));
  expect_limit(decode(sms_head + "\r\n" + std::string(2000, 'x'), limits));
  limits = {};
  limits.part_size = 100;
  expect_limit(decode(head + "Content-Type: image/png\r\n\r\n" + std::string(200, 'x'), limits));
  limits = {};
  limits.columns = 3;
  expect_limit(decode(sms_head + "X-smsbackup-columns: a=1; b=2; c=3; d=4\r\n\r\n", limits));
  limits = {};
  limits.name_size = 3;
  expect_limit(decode(sms_head + "X-smsbackup-columns: abcd=1\r\n\r\n", limits));
  limits = {};
  limits.addresses = 1;
  expect_limit(
      decode(head + "X-smsbackup-version: 1\r\nX-smsbackup-addresses: 2, address=1, address=2\r\n\r\n", limits));
  limits = {};
  limits.parts = 2;
  std::string parts = head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 10; ++i) parts += "--b\r\n\r\nx\r\n";
  expect_limit(decode(parts + "--b--\r\n", limits));
}

TEST(HostileMail, OverItsLimitsIsForeignWhenItIsNoRecord) {
  Limits limits;
  limits.header_size = 200;
  EXPECT_EQ(decode("X: " + std::string(300, 'x') + "\r\n\r\n", limits).kind, MailKind::foreign);
}

TEST(HostileMail, NestedWithoutEndIsDamaged) {
  std::string mail = head;
  for (int i = 0; i < 10'000; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    mail += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  expect_limit(decode(mail));
}

TEST(HostileMail, MailsWithinMailsEnd) {
  std::string mail;
  for (int i = 0; i < 1000; ++i) mail += "Content-Type: message/rfc822\r\n\r\n";
  EXPECT_EQ(decode(mail + sms_head + "\r\nx").kind, MailKind::foreign);
  mail = "Content-Type: message/rfc822\r\n\r\n";
  EXPECT_EQ(decode(mail + sms_head + "\r\nx").kind, MailKind::record);
}

TEST(HostileMail, ThousandsOfEncodedWordsTakeNoTime) {
  std::string value;
  for (int i = 0; i < 300'000; ++i) value += "=?a?Q?x";
  DecodedMail mail = decode("X-smssync-datatype: SMS\r\nX-smssync-address: " + value + "\r\n\r\n");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_EQ(*std::get<Sms>(mail.record).address, value);
  mail = decode("X-smssync-datatype: SMS\r\nX-smssync-address: " + value + "?=\r\n\r\n");
  EXPECT_EQ(mail.kind, MailKind::record);
}

TEST(HostileMail, DashesTakeNoTime) {
  const std::string dashes(1'000'000, '-');
  const DecodedMail mail =
      decode(head + "Content-Type: multipart/mixed; boundary=\"" + std::string(200, '-') + "\"\r\n\r\n" + dashes);
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_EQ(mail.problem->code, ErrorCode::truncated_input);
}

TEST(HostileMail, WithoutItsBoundaryIsReportedAndKept) {
  const DecodedMail mail = decode(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\nnothing");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_TRUE(mail.problem->record_kept);
  EXPECT_EQ(mail.problem->code, ErrorCode::truncated_input);
  EXPECT_TRUE(std::get<Mms>(mail.record).parts.empty());
}

TEST(HostileMail, CutOffAttachmentsAreReportedAndKept) {
  const std::string& whole = *golden::find("137").mail;
  const DecodedMail mail = decode(whole.substr(0, whole.size() / 2));
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_EQ(mail.problem->code, ErrorCode::truncated_input);
  EXPECT_TRUE(mail.problem->record_kept);
  EXPECT_GT(std::get<Mms>(mail.record).parts.front().data->size(), 9000U);
}

TEST(HostileMail, StrangeListsAreReadAsFarAsTheyMakeSense) {
  for (const char* list : {"", ";", ";;,,", "=", "+", "*", "!", "+!", "%", "%4", "%zz=%", "a=b=c", ",a;b", "body!",
                           "+date; date=x; date!", "9999999999999999999999, a=b"}) {
    for (const char* header : {"columns", "addresses", "part", "hidden-part", "lines", "parts", "digest", "overflow"}) {
      for (const std::string& start : {head, sms_head}) {
        const DecodedMail mail =
            decode(start + "X-smsbackup-version: 1\r\nX-smsbackup-" + header + ": " + list + "\r\n\r\nx");
        EXPECT_EQ(mail.kind, MailKind::record) << header << ": " << list;
      }
    }
  }
}

TEST(HostileMail, LostPartHeadersLeaveTheParts) {
  Mms mms;
  mms.parts.resize(2);
  mms.parts[0].ct = "text/plain";
  mms.parts[0].text = "hello";
  mms.parts[1].ct = "image/png";
  mms.parts[1].data = Blob("png");
  MimeEncoder encoder;
  std::string mail;
  encoder.encode(mms, mail);
  for (std::size_t at = mail.find("X-smsbackup-part: "); at != std::string::npos;
       at = mail.find("X-smsbackup-part: ")) {
    mail.replace(at, 18, "X-taken-away-now: ");
  }
  const DecodedMail read = decode(mail);
  ASSERT_EQ(read.kind, MailKind::record);
  ASSERT_TRUE(read.problem);
  EXPECT_TRUE(read.problem->record_kept);
  const auto& parts = std::get<Mms>(read.record).parts;
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(*parts[0].text, "hello");
  EXPECT_EQ(parts[1].data->bytes(), "png");
}

TEST(HostileMail, OfANewerVersionIsReadWithAWarning) {
  const DecodedMail mail = decode(sms_head + "X-smsbackup-version: 2\r\n\r\nhi");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_EQ(mail.problem->code, ErrorCode::unsupported);
  EXPECT_TRUE(mail.problem->record_kept);
}

TEST(HostileMail, KeepsOnlyAsMuchRawAsTheLimitsSay) {
  Limits limits;
  limits.problem_raw = 10;
  const DecodedMail mail = decode("X-smssync-datatype: RCS\r\n\r\nbody", limits);
  ASSERT_EQ(mail.kind, MailKind::damaged);
  EXPECT_EQ(mail.problem->raw.bytes(), "X-smssync-");
  EXPECT_FALSE(mail.problem->raw_is_complete);
}

TEST(HostileMail, LeavesNothingBehindForTheNext) {
  MimeDecoder decoder;
  DecodedMail mail;
  decoder.decode(*golden::find("085").mail, mail);
  decoder.decode(sms_head + "\r\nhi", mail);
  Sms expected;
  expected.type = 1;
  expected.address = "1";
  expected.body = "hi";
  EXPECT_TRUE(mail.record == Record(expected));
  EXPECT_EQ(mail.message_id, "");
  decoder.decode("X-smssync-datatype: RCS\r\n\r\n", mail);
  decoder.decode(*golden::find("001").mail, mail);
  EXPECT_FALSE(mail.problem);
}

}  // namespace
}  // namespace smsbackup
