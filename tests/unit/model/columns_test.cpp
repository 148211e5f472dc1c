#include "smsbackup/columns.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace smsbackup {
namespace {

using Names = std::vector<std::string_view>;

template <class Row>
Names names_of() {
  Names names;
  for (const ColumnOf<Row>& column : columns_of<Row>()) names.push_back(column.name);
  return names;
}

// AOSP's MmsSmsDatabaseHelper and CallLogDatabaseHelper; of the calls' columns those that Call has members for.
TEST(Columns, AreTheProvidersInItsOrder) {
  EXPECT_EQ(names_of<Sms>(), (Names{"_id", "thread_id", "address", "person", "date", "date_sent", "protocol", "read",
                                    "status", "type", "reply_path_present", "subject", "body", "service_center",
                                    "locked", "sub_id", "error_code", "creator", "seen"}));
  EXPECT_EQ(names_of<Mms>(),
            (Names{"_id",   "thread_id", "date",     "date_sent",   "msg_box",     "read",    "m_id",
                   "sub",   "sub_cs",    "ct_t",     "ct_l",        "exp",         "m_cls",   "m_type",
                   "v",     "m_size",    "pri",      "rr",          "rpt_a",       "resp_st", "st",
                   "tr_id", "retr_st",   "retr_txt", "retr_txt_cs", "read_status", "ct_cls",  "resp_txt",
                   "d_tm",  "d_rpt",     "locked",   "sub_id",      "seen",        "creator", "text_only"}));
  EXPECT_EQ(names_of<MmsAddress>(), (Names{"_id", "msg_id", "contact_id", "address", "type", "charset"}));
  EXPECT_EQ(names_of<MmsPart>(), (Names{"_id", "mid", "seq", "ct", "name", "chset", "cd", "fn", "cid", "cl", "ctt_s",
                                        "ctt_t", "_data", "text"}));
  EXPECT_EQ(names_of<Call>(), (Names{"_id",
                                     "number",
                                     "presentation",
                                     "post_dial_digits",
                                     "via_number",
                                     "date",
                                     "duration",
                                     "data_usage",
                                     "type",
                                     "features",
                                     "subscription_component_name",
                                     "subscription_id",
                                     "phone_account_address",
                                     "phone_account_hidden",
                                     "sub_id",
                                     "new",
                                     "name",
                                     "numbertype",
                                     "numberlabel",
                                     "countryiso",
                                     "voicemail_uri",
                                     "is_read",
                                     "geocoded_location",
                                     "lookup_uri",
                                     "matched_number",
                                     "normalized_number",
                                     "photo_id",
                                     "photo_uri",
                                     "formatted_number",
                                     "last_modified",
                                     "transcription",
                                     "block_reason",
                                     "missed_reason",
                                     "priority",
                                     "subject"}));
}

template <class Row>
void expect_members_apart() {
  std::vector<Integer Row::*> integers;
  std::vector<Text Row::*> texts;
  for (const ColumnOf<Row>& column : columns_of<Row>()) {
    EXPECT_NE(column.integer == nullptr, column.text == nullptr) << column.name;
    for (const auto other : integers) EXPECT_FALSE(column.integer == other) << column.name;
    for (const auto other : texts) EXPECT_FALSE(column.text == other) << column.name;
    if (column.integer != nullptr) integers.push_back(column.integer);
    if (column.text != nullptr) texts.push_back(column.text);
  }
}

TEST(Columns, EachHasAMemberOfItsOwn) {
  expect_members_apart<Sms>();
  expect_members_apart<Mms>();
  expect_members_apart<MmsAddress>();
  expect_members_apart<MmsPart>();
  expect_members_apart<Call>();
}

template <class Row>
void expect_found() {
  for (const ColumnOf<Row>& column : columns_of<Row>()) EXPECT_EQ(find_column<Row>(column.name), &column);
  for (const std::string_view name : {"", "_", "vendor", "dat", "date ", "DATE", "_idx"}) {
    EXPECT_EQ(find_column<Row>(name), nullptr) << name;
  }
  EXPECT_EQ(find_column<Row>(std::string(256, '_')), nullptr);
  EXPECT_EQ(find_column<Row>(std::string(100'000, 'd')), nullptr);
}

TEST(Columns, AreFoundByName) {
  expect_found<Sms>();
  expect_found<Mms>();
  expect_found<MmsAddress>();
  expect_found<MmsPart>();
  expect_found<Call>();
}

TEST(ParseInteger, TakesWhatPrintingGivesBack) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-1"), -1);
  EXPECT_EQ(parse_integer("1706950000123"), 1706950000123);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
}

TEST(ParseInteger, RefusesEverythingElse) {
  for (const std::string_view text : {"", "-", "+1", "00", "01", "-0", "-01", " 1", "1 ", "1.0", "1e3", "0x10",
                                      "9223372036854775808", "-9223372036854775809", "null", "--1", "١"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(SetColumn, FillsMembersByName) {
  Sms sms;
  set_column(sms, "date", "1706950000123");
  set_column(sms, "body", "hi");
  set_column(sms, "subject", std::nullopt);
  set_column(sms, "person", std::nullopt);
  EXPECT_EQ(sms.date, Integer(1706950000123));
  EXPECT_EQ(sms.body, Text("hi"));
  EXPECT_TRUE(sms.subject.is_null());
  EXPECT_TRUE(sms.person.is_null());
  EXPECT_TRUE(sms.address.is_absent());
  EXPECT_TRUE(sms.extras.empty());
}

TEST(SetColumn, TurnsMmsSecondsIntoMilliseconds) {
  Mms mms;
  set_column(mms, "date", "1706950100");
  set_column(mms, "date_sent", "-1");
  set_column(mms, "exp", "604800");
  EXPECT_EQ(mms.date, Integer(1'706'950'100'000));
  EXPECT_EQ(mms.date_sent, Integer(-1000));
  EXPECT_EQ(mms.exp, Integer(604800));
}

TEST(SetColumn, KeepsInExtrasWhatTheMemberCannotHold) {
  Mms mms;
  set_column(mms, "date", "9223372036854776");  // as milliseconds beyond int64
  set_column(mms, "date_sent", "yesterday");
  set_column(mms, "sub_cs", "");
  EXPECT_TRUE(mms.date.is_absent());
  EXPECT_EQ(mms.extras, (Extras{{"date", "9223372036854776"}, {"date_sent", "yesterday"}, {"sub_cs", ""}}));
}

TEST(SetColumn, KeepsUnknownColumns) {
  Call call;
  set_column(call, "vendor_column", "x");
  set_column(call, "vendor_null", std::nullopt);
  EXPECT_EQ(call.extras, (Extras{{"vendor_column", "x"}, {"vendor_null", std::nullopt}}));
}

TEST(SetColumn, LetsTheLastValueWin) {
  Sms sms;
  set_column(sms, "date", "yesterday");
  set_column(sms, "date", "5");
  EXPECT_EQ(sms.date, Integer(5));
  EXPECT_TRUE(sms.extras.empty());
  set_column(sms, "date", "yesterday");
  EXPECT_TRUE(sms.date.is_absent());
  EXPECT_EQ(sms.extras, (Extras{{"date", "yesterday"}}));
  set_column(sms, "date", std::nullopt);
  EXPECT_TRUE(sms.date.is_null());
  EXPECT_TRUE(sms.extras.empty());
}

TEST(ForEachColumn, PrintsAsTheProviderDoes) {
  Mms mms;
  mms.id = 7;
  mms.date = 1'706'950'100'999;
  mms.date_sent = -1;
  mms.sub = null;
  mms.m_id = std::string("a@b");
  mms.extras["vendor"] = "x";
  std::vector<std::pair<std::string, std::optional<std::string>>> seen;
  for_each_column(mms,
                  [&](std::string_view name, std::optional<std::string_view> text) { seen.emplace_back(name, text); });
  EXPECT_EQ(seen, (std::vector<std::pair<std::string, std::optional<std::string>>>{{"_id", "7"},
                                                                                   {"date", "1706950100"},
                                                                                   {"date_sent", "-1"},
                                                                                   {"m_id", "a@b"},
                                                                                   {"sub", std::nullopt},
                                                                                   {"vendor", "x"}}));
}

}  // namespace
}  // namespace smsbackup
