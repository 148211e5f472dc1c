// The duplicates that the public sample files ragibson-*.xml hold, and the pairs of fkleon-sms-non-dupes*.xml that are
// none (tests/data/synctech-xml/SOURCES.md), as records.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "smsbackup/dedup.hpp"

namespace smsbackup {
namespace {

Record sms(std::string address, std::int64_t date, std::string body, std::int64_t type = sms_inbox) {
  Sms row;
  row.protocol = 0;
  row.address = std::move(address);
  row.date = date;
  row.type = type;
  row.subject = null;
  row.body = std::move(body);
  return row;
}

MmsAddress party(const char* address, std::int64_t type) {
  MmsAddress row;
  row.address = address;
  row.type = type;
  row.charset = 106;
  return row;
}

MmsPart text_part(Text text) {
  MmsPart part;
  part.seq = 0;
  part.ct = "text/plain";
  part.chset = 106;
  part.text = std::move(text);
  return part;
}

MmsPart smil_part(const char* text) {
  MmsPart part;
  part.seq = -1;
  part.ct = "application/smil";
  part.text = text;
  return part;
}

Record mms(std::int64_t date, std::vector<MmsPart> parts,
           std::vector<MmsAddress> addresses = {party("+11111111110", mms_from), party("1111111111", mms_to)}) {
  Mms row;
  row.date = date;
  row.parts = std::move(parts);
  row.addresses = std::move(addresses);
  return row;
}

// How many of them are left when duplicates are dropped.
std::size_t distinct(const std::vector<Record>& records, DedupLevel level = DedupLevel::tolerant) {
  KeyIndex index(DedupPolicy{level, {}});
  for (const Record& record : records) index.find_or_insert(key_of(record, level));
  return index.size();
}

TEST(KnownDuplicates, AlternateCountryCode) {
  const std::string body = "Some text content here";
  EXPECT_EQ(distinct({sms("+21111111111", 1600000001234, body), sms("1111111111", 1600000001234, body)}), 1U);
  EXPECT_EQ(
      distinct({mms(1700000001234, {text_part({})},
                    {party("+21111111110", mms_from), party("+21111111111", mms_to), party("+21111111112", mms_to)}),
                mms(1700000001234, {text_part({})},
                    {party("1111111110", mms_from), party("1111111111", mms_to), party("1111111112", mms_to)})}),
      1U);
}

TEST(KnownDuplicates, MissingCountryCode) {
  const std::string body = "Some text content here";
  EXPECT_EQ(distinct({sms("+11111111111", 1600000001234, body), sms("1111111111", 1600000001234, body)}), 1U);
  EXPECT_EQ(
      distinct({sms("+11111111111", 1600000001234, body), sms("1111111111", 1600000001234, body)}, DedupLevel::exact),
      2U);
  EXPECT_EQ(
      distinct({mms(1700000001234, {text_part({})},
                    {party("+11111111110", mms_from), party("+11111111111", mms_to), party("+11111111112", mms_to)}),
                mms(1700000001234, {text_part({})},
                    {party("1111111110", mms_from), party("1111111111", mms_to), party("1111111112", mms_to)})}),
      1U);
}

TEST(KnownDuplicates, DifferentSmilFormat) {
  const std::vector<const char*> layouts = {
      "<smil>OMIT;</smil>",
      "<smil>OMIT DIFFERENT;</smil>",
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><smil>OMIT;</smil>",
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><smil>OMIT DIFFERENT AGAIN;</smil>",
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<smil>OMIT;</smil>",
  };
  std::vector<Record> records;
  for (const char* layout : layouts) {
    records.push_back(mms(1600000001000, {smil_part(layout), text_part("Some text content here")}));
  }
  EXPECT_EQ(distinct(records), 1U);
  EXPECT_EQ(distinct(records, DedupLevel::exact), 5U);
}

TEST(KnownDuplicates, MultipleDuplicates) {
  const std::vector<MmsAddress> parties = {party("+11111111110", mms_from), party("+11111111111", mms_to),
                                           party("+11111111112", mms_to)};
  std::vector<Record> records;
  for (int i = 0; i < 4; ++i) records.push_back(sms("+11111111111", 1600000000000, "Some text content here"));
  for (int i = 0; i < 3; ++i) records.push_back(mms(1700000000000, {text_part({})}, parties));
  EXPECT_EQ(distinct(records), 2U);
  EXPECT_EQ(distinct(records, DedupLevel::exact), 2U);
}

TEST(KnownDuplicates, AcrossTwoFiles) {
  const Record message = mms(1700000000000, {text_part("An MMS message")});
  EXPECT_EQ(distinct({sms("+11111111111", 1600000000000, "Hello from A"), message,
                      sms("+12222222222", 1600000001000, "Unique in part1"),
                      sms("+11111111111", 1600000000000, "Hello from A"), message,
                      sms("+13333333333", 1600000002000, "Unique in part2")}),
            4U);
}

TEST(KnownDuplicates, WhiteSpace) {
  std::vector<Record> records;
  for (const char* text :
       {"Line 1\nLine 2", "Line  1\nLine  2", "Line 1\r\nLine 2", " Line 1\nLine 2", "Line 1\nLine 2 "}) {
    records.push_back(sms("+11111111111", 1600000000000, text));
    records.push_back(mms(1700000000000, {text_part(text)}));
  }
  EXPECT_EQ(distinct(records), 2U);
  EXPECT_EQ(distinct(records, DedupLevel::exact), 10U);
}

TEST(KnownDuplicates, SameTextAtAnotherTimeInTheOtherDirectionIsNone) {
  EXPECT_EQ(distinct({sms("+4915112313123", 1336729664538, "Klar ", sms_sent),
                      sms("+4915112313123", 1349550921412, "Klar ", sms_inbox)}),
            2U);
}

TEST(KnownDuplicates, SameTextToTwoPeopleAtOnceIsNone) {
  const std::string body = "Wie sieht es aus? Wegen buchen bald ";
  EXPECT_EQ(distinct({sms("+491766932526", 1331055444391, body, sms_sent),
                      sms("+491732532532", 1331055444391, body, sms_sent)}),
            2U);
}

}  // namespace
}  // namespace smsbackup
