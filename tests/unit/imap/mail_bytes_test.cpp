#include "imap/mail_bytes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smsbackup::imap {
namespace {

Record mms_with(std::size_t picture) {
  Mms mms;
  mms.date = 1'600'000'000'000;
  mms.msg_box = mms_inbox;
  mms.parts.resize(1);
  mms.parts[0].ct = "image/jpeg";
  mms.parts[0].data = Blob(std::string(picture, 'p'));
  return mms;
}

Record short_message() {
  Sms sms;
  sms.date = 1'600'000'000'000;
  sms.body = "Hello";
  return sms;
}

class MailBytesTest : public testing::Test {
 protected:
  MailBytesTest() : encoder_(options()), bytes_(encoder_) {}

  static MimeOptions options() {
    MimeOptions options;
    options.clock = [] { return std::int64_t{1'700'000'000'000}; };
    return options;
  }

  MimeEncoder encoder_;
  MailBytes bytes_;
};

TEST_F(MailBytesTest, AreTheSameWhenTheyAreMadeAgain) {
  const auto mail = bytes_.make(mms_with(100'000));
  const std::string first = mail->bytes;
  ASSERT_GT(first.size(), 100'000U);
  EXPECT_EQ(mail->size, first.size());
  EXPECT_NE(first.find(mail->message_id), std::string::npos);
  bytes_.let_go(*mail);
  EXPECT_EQ(mail->bytes, "");
  bytes_.make_again(*mail);
  EXPECT_EQ(mail->bytes, first);
  EXPECT_EQ(mail->size, first.size());
}

TEST_F(MailBytesTest, OfSmallMailsStay) {
  const auto mail = bytes_.make(short_message());
  const std::string first = mail->bytes;
  EXPECT_NE(first.find("Hello"), std::string::npos);
  bytes_.let_go(*mail);
  EXPECT_EQ(mail->bytes, first);
  EXPECT_EQ(mail->record, nullptr);
}

TEST_F(MailBytesTest, TakeTheMemoryOfThoseThatWereLetGo) {
  const auto first = bytes_.make(mms_with(200'000));
  const char* const memory = first->bytes.data();
  bytes_.let_go(*first);
  const auto second = bytes_.make(mms_with(100'000));
  EXPECT_EQ(second->bytes.data(), memory);
  EXPECT_LT(second->size, 150'000U);
  const auto third = bytes_.make(mms_with(100'000));
  EXPECT_NE(third->bytes.data(), memory);
}

TEST_F(MailBytesTest, OfHugeMailsAreInAFileAndCountAsLittleMemory) {
  const auto mail = bytes_.make(mms_with(6 << 20));
  EXPECT_EQ(mail->bytes, "");
  EXPECT_EQ(mail->spilled.size(), mail->size);
  EXPECT_GT(mail->size, std::uint64_t{8 << 20});
  EXPECT_LT(mail->memory, 10'000U);
}

}  // namespace
}  // namespace smsbackup::imap
