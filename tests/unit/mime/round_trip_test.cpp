// Record to mail to record is the identity, for any record, whatever servers and clients did to the mail in between.
#include <gtest/gtest.h>

#include <functional>

#include "hostile_records.hpp"
#include "mail_changes.hpp"
#include "smsbackup/jsonl.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup {
namespace {

using changes::Charset;
using changes::Encoding;
using changes::Random;
using hostile::Generator;
using hostile::Texts;

MimeOptions options() {
  MimeOptions options;
  options.clock = [] { return std::int64_t{1'700'000'000'123}; };
  options.zone = utc_zone();
  return options;
}

std::string encode(const Record& record) {
  MimeEncoder encoder(options());
  std::string mail;
  encoder.encode(record, mail);
  return mail;
}

std::string shown(const Record& record) {
  std::string line;
  to_json(record, line);
  return line;
}

void expect_same(const std::string& mail, const Record& record, const char* what) {
  const DecodedMail decoded = MimeDecoder().decode(mail);
  ASSERT_EQ(decoded.kind, MailKind::record) << what << (decoded.problem ? decoded.problem->why : "") << '\n' << mail;
  EXPECT_TRUE(decoded.record == record) << what << "\nis  " << shown(decoded.record) << "\nnot " << shown(record)
                                        << '\n'
                                        << mail;
}

class RoundTrip : public testing::TestWithParam<std::uint32_t> {
 protected:
  static constexpr int records = 60;
};

TEST_P(RoundTrip, KeepsAnyRecord) {
  Generator generator(GetParam(), Texts::any);
  for (int i = 0; i < records && !HasFailure(); ++i) {
    const Record record = generator.record();
    const std::string mail = encode(record);
    expect_same(mail, record, "as written");
    EXPECT_FALSE(MimeDecoder().decode(mail).problem);
    for (std::size_t at = 0; at < mail.size();) {
      const std::size_t end = mail.find("\r\n", at);
      ASSERT_NE(end, std::string::npos);
      ASSERT_LE(end - at, 998U);
      for (; at < end; ++at) ASSERT_TRUE(mail[at] == '\t' || (mail[at] >= 0x20 && mail[at] < 0x7f));
      at = end + 2;
    }
  }
}

TEST_P(RoundTrip, SurvivesServers) {
  Generator generator(GetParam() + 1000, Texts::any);
  Random random(GetParam());
  for (int i = 0; i < records && !HasFailure(); ++i) {
    const Record record = generator.record();
    const std::string mail = encode(record);
    expect_same(changes::with_lf(mail), record, "LF only");
    expect_same(changes::with_trailing_line_end(mail), record, "line end appended");
    expect_same(changes::refolded(mail, random), record, "refolded");
    expect_same(changes::reordered(mail, random), record, "reordered");
    expect_same(changes::with_other_encoded_words(mail), record, "encoded words");
    expect_same(changes::with_footer(mail), record, "footer");
    expect_same(changes::forwarded(mail), record, "forwarded");
    expect_same(changes::with_lf(changes::reordered(changes::refolded(changes::with_footer(mail), random), random)),
                record, "all of it");
  }
}

TEST_P(RoundTrip, SurvivesClientsThatWriteMailsAnew) {
  Generator generator(GetParam() + 2000, Texts::valid);
  for (int i = 0; i < records && !HasFailure(); ++i) {
    const Record record = generator.record();
    const std::string mail = encode(record);
    for (const Encoding encoding : {Encoding::eight_bit, Encoding::base64, Encoding::quoted_printable}) {
      for (const Charset charset : {Charset::utf8, Charset::latin1, Charset::utf16}) {
        const std::string changed = changes::transcoded(mail, encoding, charset);
        expect_same(changed, record, "transcoded");
        // Bytes added to UTF-16 outside of base64 are no line ends.
        if (charset == Charset::utf16 && encoding != Encoding::base64) continue;
        expect_same(changes::with_trailing_line_end(changed), record, "transcoded, line end appended");
        expect_same(changes::with_lf(changed), record, "transcoded, LF only");
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoundTrip, testing::Range(0U, 20U));

TEST(LargeRecords, KeepTenMegabytesOfBody) {
  Generator generator(1, Texts::any);
  Sms sms;
  std::string body;
  while (body.size() < 10'000'000) body += generator.text(2000);
  sms.body = body;
  expect_same(encode(sms), sms, "10 MB");
}

TEST(LargeRecords, KeepColumnsThatNoHeaderHolds) {
  const std::string large(3'000'000, '\xfe');
  Sms sms;
  sms.address = large;
  sms.body = "small";
  sms.subject = large;
  sms.extras["more"] = large;
  expect_same(encode(sms), sms, "SMS");
  expect_same(changes::with_footer(encode(sms)), sms, "SMS on a list");
  Call call;
  call.number = large;
  expect_same(encode(call), call, "call");
  Mms mms;
  mms.sub = large;
  for (int i = 0; i < 5000; ++i) mms.addresses.emplace_back().address = "+49170" + std::to_string(i);
  mms.parts.resize(3);
  mms.parts[0].ct = "application/smil";
  mms.parts[0].text = large;
  mms.parts[1].ct = "image/png";
  mms.parts[1].cl = large;
  mms.parts[1].data = Blob("png");
  mms.parts[2].ct = "text/plain";
  mms.parts[2].text = "text";
  mms.parts[2].name = large;
  expect_same(encode(mms), mms, "MMS");
}

TEST(LargeRecords, StreamAttachmentsThatAreInFiles) {
  BlobWriter writer(1024);
  std::string bytes;
  Random random(5);
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(random());
  writer.append(bytes);
  Mms mms;
  MmsPart& part = mms.parts.emplace_back();
  part.ct = "video/mp4";
  part.data = writer.finish();
  ASSERT_FALSE(part.data->in_memory());

  std::string mail;
  std::size_t largest = 0;
  MimeEncoder encoder(options());
  encoder.encode(mms, [&](std::string_view piece) {
    mail += piece;
    largest = std::max(largest, piece.size());
  });
  EXPECT_EQ(mail, encode(mms));
  EXPECT_LT(largest, 256U * 1024);

  Limits limits;
  limits.blob_memory = 1024;
  const DecodedMail decoded = MimeDecoder(limits).decode(mail);
  ASSERT_EQ(decoded.kind, MailKind::record);
  EXPECT_FALSE(std::get<Mms>(decoded.record).parts.front().data->in_memory());
  EXPECT_TRUE(decoded.record == Record(mms));
}

TEST(RoundTripOfColumns, TellsAbsentNullAndEmptyApart) {
  for (int kind = 0; kind < 3; ++kind) {
    const auto cell = [&]() -> Text { return kind == 0 ? Text() : kind == 1 ? Text(null) : Text(std::string()); };
    Sms sms;
    sms.address = cell();
    sms.body = cell();
    sms.subject = cell();
    sms.service_center = cell();
    expect_same(encode(sms), sms, "SMS");
    Mms mms;
    mms.sub = cell();
    mms.addresses.emplace_back().address = cell();
    mms.addresses.emplace_back();
    mms.parts.emplace_back().text = cell();
    mms.parts.emplace_back().ct = "text/plain";
    mms.parts.back().text = cell();
    mms.parts.emplace_back(mms.parts.back()).data = Blob();
    expect_same(encode(mms), mms, "MMS");
  }
}

TEST(RoundTripOfColumns, KeepsTimesBetweenSeconds) {
  Mms mms;
  for (const std::int64_t date :
       {std::int64_t{1'553'144'251'123}, std::int64_t{-1}, std::int64_t{-1001}, std::int64_t{999},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    mms.date = date;
    mms.date_sent = date;
    expect_same(encode(mms), mms, "date");
  }
}

}  // namespace
}  // namespace smsbackup
