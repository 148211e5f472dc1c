// Our mails against those of the real SMS Backup+, for the same rows and settings. Every difference is listed here with
// what ours has instead (docs/smsbackupplus-differences.md says why); a difference that isn't there any more fails,
// too.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "golden_data.hpp"

namespace smsbackup {
namespace {

using golden::Case;
using golden::Mail;

// Header by header, what ours has where SMS Backup+ damages something.
const std::map<std::pair<std::string, std::string>, std::string> different_headers = {
    // An address that is not ASCII makes SMS Backup+ encode the whole header again, the encoded name included.
    {{"042", "From"}, "Größe GmbH <\"Gr%C3%B6%C3%9Fe GmbH\"@unknown.email>"},
    {{"059", "From"}, "Lütz <j%C3%B6rg@m%C3%BCller.example>"},
    // Encoded words split within a character.
    {{"053", "Subject"}, "SMS with 😀😃😄😁😆😅😂🤣😊😇🙂🙃😉😌😍🥰😘x"},
    {{"053", "From"},
     "😀😃😄😁😆😅😂🤣😊😇🙂🙃😉😌😍🥰😘x <+491700008@unknown.email>"},
    // A line break in a column that starts a header of its own.
    {{"088", "X-smssync-service_center"}, "+4917X-Injected: 1"},
    {{"088", "X-Injected"}, "(none)"},
};

// Cases whose text SMS Backup+ changes; ours decodes to the column's text, byte for byte.
const std::set<std::string> different_texts = {"015", "017", "018", "019", "029", "030", "132", "159", "164", "166"};

std::string encode(const Case& c, MailHead* head = nullptr) {
  MimeEncoder encoder(golden::options_of(c));
  std::string mail;
  const MailHead made = encoder.encode(golden::record_of(c), mail);
  if (head != nullptr) *head = made;
  return mail;
}

bool is_mime_header(std::string_view name) { return name.starts_with("Content-") || name == "MIME-Version"; }

class Encoded : public testing::TestWithParam<const Case*> {};

TEST_P(Encoded, HasTheHeadersOfSmsBackupPlus) {
  const Case& c = *GetParam();
  if (!c.mail) GTEST_SKIP() << "SMS Backup+ drops this record";
  const Mail theirs = golden::parse_mail(*c.mail);
  const Mail ours = golden::parse_mail(encode(c));
  for (const auto& [name, value] : theirs.headers) {
    if (is_mime_header(name)) continue;
    const auto different = different_headers.find({c.number(), name});
    if (different == different_headers.end()) {
      EXPECT_EQ(ours.get(name), value) << name;
      EXPECT_EQ(ours.all(name).size(), 1U) << name;
    } else {
      EXPECT_EQ(ours.get(name), different->second) << name;
      EXPECT_NE(value, different->second) << "the difference in " << name << " is listed without need";
    }
  }
  for (const auto& [name, value] : ours.headers) {
    const bool own = name.starts_with("X-smsbackup-");
    EXPECT_TRUE(own || !theirs.all(name).empty()) << name << " is not in SMS Backup+'s mail";
  }
}

TEST_P(Encoded, HasTheTextsAndAttachmentsOfSmsBackupPlus) {
  const Case& c = *GetParam();
  if (!c.mail) GTEST_SKIP() << "SMS Backup+ drops this record";
  const Mail theirs = golden::parse_mail(*c.mail);
  const Mail ours = golden::parse_mail(encode(c));
  ASSERT_EQ(ours.parts.size(), theirs.parts.size());
  const bool different = different_texts.contains(c.number());
  bool any_difference = false;
  for (std::size_t i = 0; i < ours.parts.size(); ++i) {
    EXPECT_EQ(ours.parts[i].type, theirs.parts[i].type);
    EXPECT_EQ(ours.parts[i].name, theirs.parts[i].name);
    EXPECT_EQ(ours.parts[i].attachment, theirs.parts[i].attachment);
    if (!different) {
      EXPECT_EQ(ours.parts[i].content, theirs.parts[i].content);
    }
    any_difference = any_difference || ours.parts[i].content != theirs.parts[i].content;
  }
  EXPECT_EQ(any_difference, different) << "the difference is listed without need";
  if (!different) return;
  const Record record = golden::record_of(c);
  if (const auto* sms = std::get_if<Sms>(&record)) {
    EXPECT_EQ(ours.parts.front().content, *sms->body);
  } else {
    std::size_t at = 0;
    for (const MmsPart& part : std::get<Mms>(record).parts) {
      if (part.ct->starts_with("text/")) {
        EXPECT_EQ(ours.parts.at(at++).content, *part.text);
      }
    }
  }
}

TEST_P(Encoded, IsMarkedAndDatedLikeSmsBackupPlus) {
  const Case& c = *GetParam();
  if (!c.mail) GTEST_SKIP() << "SMS Backup+ drops this record";
  MailHead head;
  const std::string mail = encode(c, &head);
  const auto& expected = c.json.at("expected");
  EXPECT_EQ(head.seen, expected.at("seen").get<bool>());
  EXPECT_EQ(head.internal_date, expected.at("internal_date_ms").get<std::int64_t>());
  EXPECT_EQ(head.message_id, golden::parse_mail(*c.mail).get("Message-ID"));
  EXPECT_EQ(head.type, type_of(golden::record_of(c)));
}

TEST_P(Encoded, ComesBackAsTheSameRecord) {
  const Case& c = *GetParam();
  const DecodedMail decoded = MimeDecoder().decode(encode(c));
  ASSERT_EQ(decoded.kind, MailKind::record);
  EXPECT_FALSE(decoded.problem);
  EXPECT_TRUE(decoded.record == golden::record_of(c));
}

TEST_P(Encoded, IsAMailThatEveryServerTakes) {
  const std::string mail = encode(*GetParam());
  ASSERT_TRUE(mail.ends_with("\r\n"));
  std::string_view rest = mail;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    ASSERT_NE(end, std::string_view::npos);
    const std::string_view line = rest.substr(0, end);
    EXPECT_LE(line.size(), 998U);
    EXPECT_FALSE(line.starts_with("From "));
    EXPECT_FALSE(line.starts_with("."));
    for (const char c : line) EXPECT_TRUE(c == '\t' || (c >= 0x20 && c < 0x7f)) << static_cast<int>(c);
    rest.remove_prefix(end + 2);
  }
}

std::vector<const Case*> backup_cases() {
  std::vector<const Case*> list;
  for (const Case& c : golden::cases()) {
    if (!c.is_restore_only()) list.push_back(&c);
  }
  return list;
}

std::string test_name(const testing::TestParamInfo<const Case*>& info) {
  std::string name = info.param->id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, Encoded, testing::ValuesIn(backup_cases()), test_name);

TEST(GoldenCases, AreAllThere) {
  EXPECT_EQ(backup_cases().size(), 170U);
  EXPECT_EQ(golden::cases().size(), 205U);
}

// What SMS Backup+ drops or crashes on.
TEST(DroppedRecords, AreWrittenAllTheSame) {
  const auto mail = [](std::string_view number) { return golden::parse_mail(encode(golden::find(number))); };
  EXPECT_EQ(mail("035").get("From"), "Unknown <unknown.number@unknown.email>");  // empty address
  EXPECT_EQ(mail("036").get("From"), "Unknown <unknown.number@unknown.email>");  // NULL address
  EXPECT_EQ(mail("099").get("X-smssync-type"), "6");                             // blocked call
  EXPECT_EQ(mail("099").parts.front().content, "0s (00:00:00)\r\n+15550100 (incoming call)");
  EXPECT_EQ(mail("102").get("X-smssync-type"), "(none)");  // call type NULL
  EXPECT_EQ(mail("145").get("To"), "anna@example.org");    // the sender is the only recipient
  EXPECT_EQ(mail("146").get("Subject"), "SMS with +491628");
  EXPECT_EQ(mail("147").get("From"), "Unknown <unknown.number@unknown.email>");  // no sender's row
  EXPECT_EQ(mail("147").get("To"), "+4915199999 <+4915199999@unknown.email>");
  EXPECT_EQ(mail("149").get("To"), "+4915199999 <+4915199999@unknown.email>");  // address row without a type
  EXPECT_EQ(mail("151").get("From"), "+491632 <+491632@unknown.email>");        // msg_box NULL
}

}  // namespace
}  // namespace smsbackup
