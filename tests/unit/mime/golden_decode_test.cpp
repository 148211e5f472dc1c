// What we read from the mails of the real SMS Backup+: the row as far as the mail carries it, and never less than what
// SMS Backup+ itself restores.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "golden_data.hpp"
#include "smsbackup/columns.hpp"

namespace smsbackup {
namespace {

using golden::Case;
using nlohmann::json;

DecodedMail decode(const Case& c) { return MimeDecoder().decode(*c.mail); }

// The columns that SMS Backup+'s headers carry. A NULL column has no header, and comes back absent.
template <class Row>
Row carried(const Case& c, std::initializer_list<const char*> columns) {
  Row row;
  for (const char* name : columns) {
    const json& value = c.json.at("row").at(name);
    if (!value.is_null()) set_column(row, name, value.get<std::string>());
  }
  return row;
}

// Texts that the mail holds as SMS Backup+ damaged them.
std::string text_in_mail(const Case& c, const std::string& text) {
  static const std::map<std::string, std::string> damaged = {
      {"017", "one\r\ntwo\r\nthree\r\n\r\nfour\r\nfive\r\n"},  // two CRs became one line end
      {"164", "a b\tc\r\n d\r\n\te"},                          // a CR after a blank is lost
  };
  if (const auto found = damaged.find(c.number()); found != damaged.end()) return found->second;
  // Every line end became CRLF.
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      out += "\r\n";
    } else if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      out += "\r\n";
      ++i;
    } else if (text[i] == '\r') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

// Blanks around an address mean nothing in a header; control characters were taken out by SMS Backup+.
std::string address_in_mail(const Case& c, const std::string& address) {
  static const std::map<std::string, std::string> changed = {
      {"040", "+49 171 555"}, {"041", "+49171555"}, {"044", "ABCD"}, {"045", ""}};
  const auto found = changed.find(c.number());
  return found == changed.end() ? address : found->second;
}

class Decoded : public testing::TestWithParam<const Case*> {};

TEST_P(Decoded, IsTheRowAsFarAsTheMailCarriesIt) {
  const Case& c = *GetParam();
  const DecodedMail decoded = decode(c);
  ASSERT_EQ(decoded.kind, MailKind::record);
  EXPECT_FALSE(decoded.problem) << decoded.problem->why;
  EXPECT_EQ(decoded.message_id, golden::parse_mail(*c.mail).get("Message-ID"));
  const std::string type = c.json.at("data_type").get<std::string>();
  if (type == "SMS") {
    auto expected = carried<Sms>(
        c, {"_id", "thread_id", "address", "date", "protocol", "read", "status", "type", "service_center"});
    if (expected.address.has_value()) expected.address = address_in_mail(c, *expected.address);
    if (c.number() == "088") expected.service_center = "+4917";  // the rest became a header of its own
    const json& body = c.json.at("row").at("body");
    expected.body = body.is_null() ? std::string() : text_in_mail(c, body.get<std::string>());
    EXPECT_TRUE(decoded.record == Record(expected));
  } else if (type == "CALLLOG") {
    EXPECT_TRUE(decoded.record == Record(carried<Call>(c, {"_id", "number", "date", "type", "duration"})));
  } else {
    const auto expected = carried<Mms>(c, {"_id", "thread_id", "date", "m_type", "read"});
    Mms mms = std::get<Mms>(decoded.record);
    mms.addresses.clear();
    mms.parts.clear();
    EXPECT_TRUE(mms == expected);
  }
}

TEST_P(Decoded, HasTheParticipantsOfAnMms) {
  const Case& c = *GetParam();
  if (c.json.at("data_type") != "MMS") GTEST_SKIP() << "no MMS";
  // Where contacts have a mail address, that is all that the mail says about a recipient.
  static const std::map<std::string, std::string> mail_addresses = {
      {"+491618", "fritz@example.org"}, {"+491621", "gul@example.org"}, {"+491651", "mona@gmail.com"}};
  std::vector<std::string> expected;
  std::string sender;
  for (const json& row : c.json.at("addrs")) {
    std::string address = row.at("address").is_null() ? "unknown.number" : row.at("address").get<std::string>();
    const bool is_sender = row.at("type") == "137" || address == "insert-address-token";
    if (is_sender) sender = address;
    if (!is_sender && address == sender) continue;  // listed twice
    const auto known = mail_addresses.find(address);
    expected.push_back(known == mail_addresses.end() || is_sender ? address : known->second);
  }
  const DecodedMail decoded = decode(c);
  std::vector<std::string> found;
  for (const MmsAddress& row : std::get<Mms>(decoded.record).addresses) {
    found.push_back(*row.address);
    EXPECT_EQ(*row.type, *row.address == sender ? mms_from : mms_to);
  }
  EXPECT_EQ(found, expected);
}

TEST_P(Decoded, HasThePartsOfAnMms) {
  const Case& c = *GetParam();
  if (c.json.at("data_type") != "MMS") GTEST_SKIP() << "no MMS";
  const DecodedMail decoded = decode(c);
  const auto& parts = std::get<Mms>(decoded.record).parts;
  std::size_t at = 0;
  for (const json& row : c.json.at("parts")) {
    if (row.at("ct") == "application/smil") continue;  // never in the mail
    ASSERT_LT(at, parts.size());
    const MmsPart& part = parts[at++];
    const std::string type = row.at("ct").is_null() ? "application/octet-stream" : row.at("ct").get<std::string>();
    EXPECT_EQ(*part.ct, type.substr(0, type.find(';')));
    const bool is_text = type.starts_with("text/") && !row.at("text").is_null() && row.at("text") != "";
    if (is_text) {
      EXPECT_EQ(*part.text, text_in_mail(c, row.at("text").get<std::string>()));
      EXPECT_FALSE(part.data);
    } else {
      ASSERT_TRUE(part.data);
      MmsPart original = std::get<Mms>(golden::record_of(c)).parts[&row - &c.json.at("parts").front()];
      EXPECT_EQ(part.data->bytes(), original.data ? original.data->bytes() : std::string());
      EXPECT_EQ(part.cl.has_value() ? *part.cl : "", row.at("cl").is_null() ? "" : row.at("cl").get<std::string>());
    }
  }
  EXPECT_EQ(parts.size(), at);
}

// Values that we read better than SMS Backup+ does.
const std::map<std::pair<std::string, std::string>, std::string> better = {
    {{"042", "address"}, "Größe GmbH"},  // encoded words
    {{"087", "service_center"}, "Zentrale Köln"},
    {{"r12", "body"}, "Grüße"},                      // a charset other than UTF-8
    {{"r14", "body"}, "a=zzb =4 next== \xe4 end="},  // bytes that are no text are kept
    {{"r20", "address"}, "+49 171\t2"},              // line breaks of folded headers
    {{"r21", "address"}, "Grüße"},
};

// SMS Backup+ writes blanks at line ends as they are, and takes them for padding when it reads them.
std::string without_blanks_at_line_ends(std::string text) {
  std::string out;
  for (const char c : text + "\r") {
    if (c == '\r') {
      while (!out.empty() && (out.back() == ' ' || out.back() == '\t')) out.pop_back();
    }
    out += c;
  }
  out.pop_back();
  return out;
}

std::string printed(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "(null)" : value.dump();
}

// The thread is the one that the phone makes, read and new are settings, the name is looked up in the contacts.
bool comes_from_the_phone(const std::string& name) {
  return name == "thread_id" || name == "read" || name == "new" || name == "name" || name == "numbertype";
}

template <class Row>
std::map<std::string, std::string> columns_by_name(const Row& row) {
  std::map<std::string, std::string> columns;
  for_each_column(row, [&](std::string_view name, std::optional<std::string_view> text) {
    columns[std::string(name)] = text ? std::string(*text) : "(null)";
  });
  return columns;
}

TEST_P(Decoded, HasAllThatSmsBackupPlusRestores) {
  const Case& c = *GetParam();
  if (!c.restored || c.restored->at("content_values").is_null()) GTEST_SKIP() << "SMS Backup+ restores nothing";
  const DecodedMail decoded = decode(c);
  ASSERT_EQ(decoded.kind, MailKind::record);
  const auto columns = std::holds_alternative<Sms>(decoded.record) ? columns_by_name(std::get<Sms>(decoded.record))
                                                                   : columns_by_name(std::get<Call>(decoded.record));
  for (const auto& [name, value] : c.restored->at("content_values").items()) {
    if (comes_from_the_phone(name) || value.is_null()) continue;
    std::string expected = printed(value);
    if (const auto found = better.find({c.number(), name}); found != better.end()) {
      EXPECT_NE(expected, found->second) << name << " is listed without need";
      expected = found->second;
    }
    ASSERT_TRUE(columns.contains(name)) << name;
    if (name == "body" && columns.at(name) != expected) {
      EXPECT_EQ(without_blanks_at_line_ends(columns.at(name)), without_blanks_at_line_ends(expected));
    } else {
      EXPECT_EQ(columns.at(name), expected) << name;
    }
  }
}

std::vector<const Case*> mails(bool restore_only) {
  std::vector<const Case*> list;
  for (const Case& c : golden::cases()) {
    if (c.mail && c.is_restore_only() == restore_only) list.push_back(&c);
  }
  return list;
}

std::string test_name(const testing::TestParamInfo<const Case*>& info) {
  std::string name = info.param->id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, Decoded, testing::ValuesIn(mails(false)), test_name);

// --- the hand-made mails

class Touched : public testing::TestWithParam<const Case*> {};

TEST_P(Touched, HasAllThatSmsBackupPlusRestores) {
  const Case& c = *GetParam();
  if (c.restored->at("content_values").is_null()) GTEST_SKIP() << "SMS Backup+ restores nothing";
  const DecodedMail decoded = decode(c);
  ASSERT_EQ(decoded.kind, MailKind::record);
  const auto columns = std::holds_alternative<Sms>(decoded.record) ? columns_by_name(std::get<Sms>(decoded.record))
                                                                   : columns_by_name(std::get<Call>(decoded.record));
  for (const auto& [name, value] : c.restored->at("content_values").items()) {
    if (comes_from_the_phone(name) || value.is_null()) continue;
    const auto found = better.find({c.number(), name});
    ASSERT_TRUE(columns.contains(name)) << name;
    EXPECT_EQ(columns.at(name), found == better.end() ? printed(value) : found->second) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Touched, testing::ValuesIn(mails(true)), test_name);

DecodedMail decode(std::string_view number) { return decode(golden::find(number)); }

TEST(TouchedMail, WithoutADatatypeIsAnSms) {
  const DecodedMail mail = decode("r02");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_EQ(*std::get<Sms>(mail.record).address, "+4917012");
  EXPECT_EQ(*std::get<Sms>(mail.record).date, 1500000000000);
}

TEST(TouchedMail, OfAnUnknownKindIsDamaged) {
  for (const char* number : {"r03", "r04"}) {
    const DecodedMail mail = decode(number);
    ASSERT_EQ(mail.kind, MailKind::damaged);
    EXPECT_EQ(mail.problem->code, ErrorCode::corrupt_input);
    EXPECT_EQ(mail.problem->why, "the header does not say what kind of record this is");
    EXPECT_EQ(mail.problem->raw.bytes(), *golden::find(number).mail);
    EXPECT_FALSE(mail.problem->record_kept);
  }
}

TEST(TouchedMail, MmsWithoutMultipartHasOneTextPart) {
  const DecodedMail mail = decode("r05");
  ASSERT_EQ(mail.kind, MailKind::record);
  const Mms& mms = std::get<Mms>(mail.record);
  ASSERT_EQ(mms.parts.size(), 1U);
  EXPECT_EQ(*mms.parts.front().ct, "text/plain");
  EXPECT_EQ(*mms.parts.front().text, "hi");
  EXPECT_EQ(*mms.addresses.front().address, "+4917012");
}

TEST(TouchedMail, InAnUnknownTransferEncodingKeepsItsBodyAndSaysSo) {
  const DecodedMail mail = decode("r13");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_EQ(*std::get<Sms>(mail.record).body, "hi");
  ASSERT_TRUE(mail.problem);
  EXPECT_EQ(mail.problem->code, ErrorCode::unsupported);
  EXPECT_TRUE(mail.problem->record_kept);
}

TEST(TouchedMail, WithBrokenQuotedPrintableSaysSo) {
  const DecodedMail mail = decode("r14");
  ASSERT_TRUE(mail.problem);
  EXPECT_EQ(mail.problem->code, ErrorCode::corrupt_input);
  EXPECT_TRUE(mail.problem->record_kept);
}

TEST(TouchedMail, TurnedIntoAMultipartKeepsItsText) {
  const DecodedMail mail = decode("r16");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_FALSE(mail.problem);
  EXPECT_EQ(*std::get<Sms>(mail.record).body, "hi");
}

TEST(TouchedMail, WithStrangeColonsIsRead) {
  const DecodedMail mail = decode("r26");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_EQ(*std::get<Sms>(mail.record).address, "+4917012");
  EXPECT_EQ(*std::get<Sms>(mail.record).type, 1);
}

TEST(TouchedMail, CallsMissingColumnsAreCalls) {
  DecodedMail mail = decode("r30");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_TRUE(std::get<Call>(mail.record).type.is_absent());
  EXPECT_EQ(*std::get<Call>(mail.record).duration, 9);
  mail = decode("r31");
  ASSERT_EQ(mail.kind, MailKind::record);
  EXPECT_TRUE(std::get<Call>(mail.record).duration.is_absent());
}

TEST(OldMail, WithoutADatatypeIsRead) {
  const std::string head =
      "From: alex@unknown.email\nX-smssync-type: 2\nX-smssync-address: +15555550111\nX-smssync-date: 1609459200313\n"
      "X-smssync-id: 276\nContent-Type: text/plain; charset=utf-8\n\nHello from Alex";
  const DecodedMail mail = MimeDecoder().decode(head);
  ASSERT_EQ(mail.kind, MailKind::record);
  Sms expected;
  expected.id = 276;
  expected.type = 2;
  expected.address = "+15555550111";
  expected.date = 1609459200313;
  expected.body = "Hello from Alex";
  EXPECT_TRUE(mail.record == Record(expected));
}

TEST(ForeignMail, IsForeign) {
  const DecodedMail mail = MimeDecoder().decode("From: a@b.c\r\nMessage-ID: <1@b.c>\r\n\r\nX-smssync-type: 1\r\n");
  EXPECT_EQ(mail.kind, MailKind::foreign);
  EXPECT_FALSE(mail.problem);
  EXPECT_EQ(mail.message_id, "<1@b.c>");
}

}  // namespace
}  // namespace smsbackup
