// Message-IDs and keys: what tells mails apart.
#include <gtest/gtest.h>

#include <set>

#include "golden_data.hpp"
#include "hostile_records.hpp"

namespace smsbackup {
namespace {

MimeOptions options() {
  MimeOptions options;
  options.clock = [] { return std::int64_t{1'700'000'000'123}; };
  options.zone = utc_zone();
  return options;
}

Sms sms(std::string body) {
  Sms sms;
  sms.address = "+49170";
  sms.date = 1'600'000'000'000;
  sms.type = 1;
  sms.body = std::move(body);
  return sms;
}

std::string id_of(MimeEncoder& encoder, const Record& record) {
  std::string mail;
  return encoder.encode(record, mail).message_id;
}

TEST(MessageIds, OfDifferentTextsInOneMillisecondAreDifferent) {
  MimeEncoder encoder(options());
  const std::string first = id_of(encoder, sms("one"));
  const std::string second = id_of(encoder, sms("two"));
  EXPECT_EQ(second.substr(0, 33), first.substr(0, 33));
  EXPECT_EQ(second,
            first.substr(0, 33) + "." + content_digest(sms("two")).hex().substr(0, 16) + "@sms-backup-plus.local>");
}

TEST(MessageIds, AreTheSameForTheSameRecord) {
  MimeEncoder encoder(options());
  const std::string first = id_of(encoder, sms("one"));
  const std::string second = id_of(encoder, sms("two"));
  EXPECT_EQ(id_of(encoder, sms("one")), first);
  EXPECT_EQ(id_of(encoder, sms("two")), second);
}

TEST(MessageIds, AreTheSameOnEveryRun) {
  MimeEncoder first_run(options());
  const std::string first = id_of(first_run, sms("one"));
  const std::string second = id_of(first_run, sms("two"));
  MimeEncoder later_run(options());
  later_run.remember(first, content_digest(sms("one")));
  later_run.remember(second, content_digest(sms("two")));
  EXPECT_EQ(id_of(later_run, sms("two")), second);
  EXPECT_EQ(id_of(later_run, sms("one")), first);
  EXPECT_NE(id_of(later_run, sms("three")), first);
}

TEST(MessageIds, TellRecordsApartThatDifferInWhiteSpaceOnly) {
  MimeEncoder encoder(options());
  std::set<std::string> ids;
  for (const char* body : {"a b", "a  b", "a\nb", " a b "}) ids.insert(id_of(encoder, sms(body)));
  EXPECT_EQ(ids.size(), 4U);
}

TEST(MessageIds, TellRecordsApartThatDifferInAnyColumn) {
  MimeEncoder encoder(options());
  std::set<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    Sms copy = sms("same");
    copy.id = i;
    ids.insert(id_of(encoder, copy));
  }
  EXPECT_EQ(ids.size(), 5U);
}

TEST(MessageIds, AreNeverSharedByHostileRecords) {
  MimeEncoder encoder(options());
  hostile::Generator generator(3, hostile::Texts::any);
  std::set<std::string> ids;
  for (int i = 0; i < 500; ++i) {
    Sms record = generator.sms();
    record.address = "x";
    record.date = 1;
    record.type = 1;
    record.id = i;
    ids.insert(id_of(encoder, record));
  }
  EXPECT_EQ(ids.size(), 500U);
}

TEST(Keys, FromHeadersAreTheKeysOfTheRecords) {
  hostile::Generator generator(11, hostile::Texts::any);
  MimeDecoder decoder;
  for (int i = 0; i < 300; ++i) {
    const Record record = generator.record();
    MimeEncoder encoder(options());
    std::string mail;
    encoder.encode(record, mail);
    const auto key = decoder.key_from_headers(std::string_view(mail).substr(0, mail.find("\r\n\r\n") + 4));
    ASSERT_TRUE(key);
    const RecordKey expected = key_of(record);
    EXPECT_EQ(key->type, expected.type);
    EXPECT_EQ(key->direction, expected.direction);
    EXPECT_EQ(key->date, expected.date);
    EXPECT_EQ(key->whole_second, expected.whole_second);
    EXPECT_EQ(key->parties, expected.parties);
    EXPECT_EQ(key->message_id, expected.message_id);
    EXPECT_EQ(key->content, expected.content);
    EXPECT_FALSE(decoder.key_from_headers(mail, DedupLevel::exact)->content);
  }
}

TEST(Keys, OfSmsBackupPlusMailsHaveNoContent) {
  MimeDecoder decoder;
  for (const golden::Case& c : golden::cases()) {
    if (c.is_restore_only() || !c.mail) continue;
    const auto key = decoder.key_from_headers(c.mail->substr(0, c.mail->find("\r\n\r\n") + 4));
    ASSERT_TRUE(key) << c.id;
    const RecordKey expected = key_of(decoder.decode(*c.mail).record);
    EXPECT_EQ(key->type, expected.type);
    EXPECT_EQ(key->date, expected.date);
    EXPECT_EQ(key->parties, expected.parties) << c.id;
    EXPECT_EQ(key->direction, expected.direction) << c.id;
    EXPECT_FALSE(key->content);
  }
}

TEST(Keys, OfForeignMailsAreNone) {
  MimeDecoder decoder;
  EXPECT_FALSE(decoder.key_from_headers("From: a@b.c\r\nSubject: x\r\n\r\n"));
  EXPECT_FALSE(decoder.key_from_headers("X-smssync-datatype: RCS\r\n\r\n"));
  EXPECT_FALSE(decoder.key_from_headers(""));
}

TEST(Wording, IsReplacedAndDoesNotMatterForReading) {
  MimeOptions german = options();
  german.wording.call_with = "Anruf mit {}";
  german.wording.outgoing_call = "ausgehend";
  german.wording.unknown = "Unbekannt";
  Call call;
  call.type = call_outgoing;
  call.duration = 267;
  MimeEncoder encoder(german);
  std::string mail;
  encoder.encode(call, mail);
  const golden::Mail parsed = golden::parse_mail(mail);
  EXPECT_EQ(parsed.get("Subject"), "Anruf mit Unbekannt");
  EXPECT_EQ(parsed.parts.front().content, "267s (00:04:27)\r\nUnbekannt (ausgehend)");
  EXPECT_TRUE(MimeDecoder().decode(mail).record == Record(call));
}

TEST(Boundaries, ThatAreNoneAreRefused) {
  for (const char* wrong : {"", "a\r\nb", "ends ", "\x80"}) {
    MimeOptions handed_in = options();
    handed_in.boundary = [wrong](const Digest&) { return std::string(wrong); };
    MimeEncoder encoder(handed_in);
    std::string mail;
    EXPECT_THROW(encoder.encode(Mms(), mail), Error) << wrong;
  }
}

TEST(HeaderInjection, IsImpossible) {
  const std::string evil = "x\r\nX-Evil: 1\r\n\r\nbody\n\0";
  for (const RecordType type : {RecordType::sms, RecordType::mms, RecordType::call}) {
    Record record;
    if (type == RecordType::sms) {
      Sms sms;
      sms.address = sms.service_center = sms.subject = sms.body = evil;
      sms.extras["date"] = sms.extras[evil] = evil;
      record = sms;
    } else if (type == RecordType::mms) {
      Mms mms;
      mms.sub = evil;
      mms.addresses.emplace_back().address = evil;
      MmsPart& part = mms.parts.emplace_back();
      part.ct = part.cl = part.name = evil;
      part.data = Blob(evil);
      mms.parts.emplace_back().ct = "text/plain; x=\"" + evil + "\"";
      mms.parts.back().text = evil;
      record = mms;
    } else {
      Call call;
      call.number = call.name = evil;
      call.extras["duration"] = evil;
      record = call;
    }
    MimeOptions hostile = options();
    hostile.user_email = hostile.reference_uid = hostile.sms_folder = hostile.wording.sms_with = evil;
    MimeEncoder encoder(hostile);
    std::string mail;
    encoder.encode(record, mail);
    EXPECT_EQ(golden::parse_mail(mail).get("X-Evil"), "(none)");
    // In a body it may start a line, after a soft break.
    for (std::size_t at = mail.find("\nX-Evil"); at != std::string::npos; at = mail.find("\nX-Evil", at + 1)) {
      EXPECT_EQ(mail.substr(at - 2, 2), "=\r");
    }
    EXPECT_TRUE(MimeDecoder().decode(mail).record == record);
  }
}

}  // namespace
}  // namespace smsbackup
