// Every sample file, with what is in it.
#include <gtest/gtest.h>

#include "unit/stores/synctech_xml_reading.hpp"

namespace smsbackup::stores::synctech {
namespace {

TEST(SynctechXmlSamples, ReadsARealExport) {
  const Reading file = read_xml(sample("devadvance-sms_small.xml"));
  ASSERT_EQ(file.records.size(), 12u);
  EXPECT_TRUE(file.problems.empty());

  Sms first;
  first.protocol = 0;
  first.address = "+15550000001";
  first.date = 1512226167463;
  first.type = sms_inbox;
  first.subject = null;
  first.body = "Body text 1";
  first.extras["toa"] = std::nullopt;
  first.extras["sc_toa"] = std::nullopt;
  first.service_center = "SENDER_B";
  first.read = 1;
  first.status = -1;
  first.locked = 0;
  first.date_sent = 1512226166000;
  first.sub_id = -1;
  first.extras["readable_date"] = "Dec 2, 2017 06:49:27";
  first.extras["contact_name"] = "Contact A";
  EXPECT_EQ(file.sms(0), first);

  EXPECT_EQ(*file.sms(9).body, "Body text 10\nBody text 11\nBody text 12");
  EXPECT_EQ(*file.sms(11).body, "Body text 14");
  EXPECT_EQ(*file.sms(11).type, sms_sent);
  EXPECT_EQ(file.sms(11).date_sent, Integer(0));
  EXPECT_EQ(file.positions.at(11), "test.xml, row 12");
}

TEST(SynctechXmlSamples, AFileWithoutRowsHasNone) {
  const Reading file = read_xml(sample("fkleon-emptySms.xml"));
  EXPECT_TRUE(file.records.empty());
  EXPECT_TRUE(file.problems.empty());
}

TEST(SynctechXmlSamples, ARowWithoutColumnsIsAProblem) {
  const Reading file = read_xml(sample("fkleon-invalidSms.xml"));
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_EQ(*file.sms(0).body, "Der Google-Bestätigungscode lautet 123456.");
  EXPECT_TRUE(file.sms(0).protocol.is_absent());
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].code, ErrorCode::corrupt_input);
  EXPECT_EQ(file.problems[0].type, RecordType::sms);
  EXPECT_EQ(file.problems[0].raw.bytes(), "<sms/>");
  EXPECT_EQ(file.problems[0].where, "test.xml, row 2, byte 369");
  EXPECT_FALSE(file.problems[0].record_kept);
}

TEST(SynctechXmlSamples, ReadsMmsOfTwoAppVersions) {
  const Reading file = read_xml(sample("fkleon-sms-and-mms.xml"));
  ASSERT_EQ(file.records.size(), 3u);
  EXPECT_TRUE(file.problems.empty());
  EXPECT_EQ(*file.sms(0).body, "Klar ");

  const Mms& received = file.mms(1);
  EXPECT_EQ(received.date, Integer(1412109700000));
  EXPECT_EQ(received.date_sent, Integer(0));
  EXPECT_EQ(received.msg_box, Integer(mms_inbox));
  EXPECT_EQ(received.m_type, Integer(mms_retrieve_conf));
  EXPECT_EQ(received.m_id, Text("C2ED9EE6-48E1-71E4-A2CA-3C4A92ECC460"));
  EXPECT_EQ(received.tr_id, Text("mV_TTK4tcEcsWsiYebUl50@"));
  EXPECT_EQ(received.m_cls, Text("personal"));
  EXPECT_TRUE(received.sub.is_null());
  EXPECT_TRUE(received.rr.is_null());
  EXPECT_TRUE(received.sub_id.is_absent());
  EXPECT_EQ(extra(received.extras, "address"), "+491762345678");
  EXPECT_EQ(extra(received.extras, "contact_name"), "Max Mustermann");
  // No <addrs>: the only party of a received message sent it.
  ASSERT_EQ(received.addresses.size(), 1u);
  EXPECT_EQ(received.addresses[0].address, Text("+491762345678"));
  EXPECT_EQ(received.addresses[0].type, Integer(mms_from));
  ASSERT_EQ(received.parts.size(), 2u);
  EXPECT_EQ(received.parts[0].seq, Integer(-1));
  EXPECT_EQ(received.parts[0].cid, Text("<01.smil>"));
  EXPECT_TRUE(received.parts[0].text->starts_with(
      "<smil><head><layout><root-layout/>\r\n<region id=\"Text\" top=\"70%\" left=\"0%\""));
  EXPECT_FALSE(received.parts[0].data);
  EXPECT_EQ(received.parts[1].ct, Text("image/jpeg"));
  EXPECT_TRUE(received.parts[1].text.is_null());
  ASSERT_TRUE(received.parts[1].data);
  EXPECT_TRUE(received.parts[1].data->empty());

  const Mms& sent = file.mms(2);
  EXPECT_EQ(sent.msg_box, Integer(mms_sent));
  EXPECT_TRUE(sent.creator.is_null());
  EXPECT_EQ(sent.sub_id, Integer(-1));
  EXPECT_EQ(extra(sent.extras, "address"), "+12121234567~+49215111111");
  ASSERT_EQ(sent.addresses.size(), 3u);
  EXPECT_EQ(sent.addresses[0].address, Text("12011234567"));
  EXPECT_EQ(sent.addresses[0].type, Integer(mms_from));
  EXPECT_EQ(sent.addresses[2].address, Text("+492151111111"));
  EXPECT_EQ(sent.addresses[2].type, Integer(mms_to));
  EXPECT_EQ(sent.addresses[2].charset, Integer(106));
  ASSERT_EQ(sent.parts.size(), 2u);
  EXPECT_EQ(sent.parts[1].text, Text("Where is Santa Clause?"));
  EXPECT_EQ(sent.parts[1].chset, Integer(106));
}

TEST(SynctechXmlSamples, TellsDifferentMessagesWithOneText) {
  const Reading one = read_xml(sample("fkleon-sms-non-dupes.xml"));
  ASSERT_EQ(one.records.size(), 2u);
  EXPECT_EQ(one.sms(0).date, Integer(1336729664538));
  EXPECT_EQ(one.sms(1).date, Integer(1349550921412));
  const Reading two = read_xml(sample("fkleon-sms-non-dupes-2.xml"));
  ASSERT_EQ(two.records.size(), 2u);
  EXPECT_EQ(two.sms(0).address, Text("+491766932526"));
  EXPECT_EQ(two.sms(1).address, Text("+491732532532"));
  EXPECT_TRUE(one.problems.empty() && two.problems.empty());
}

TEST(SynctechXmlSamples, ReadsTheDialectOf2011) {
  const Reading file = read_xml(sample("memacs-smsxml.xml"));
  ASSERT_EQ(file.records.size(), 4u);
  EXPECT_TRUE(file.problems.empty());
  EXPECT_EQ(extra(file.sms(0).extras, "toa"), "145");
  EXPECT_EQ(extra(file.sms(0).extras, "sc_toa"), "0");
  EXPECT_EQ(extra(file.sms(0).extras, "contact_name"), "(absent)");
  EXPECT_TRUE(file.sms(0).date_sent.is_absent());
  EXPECT_TRUE(file.sms(1).service_center.is_null());
  EXPECT_EQ(file.sms(3).body, Text("http://google.at"));
}

TEST(SynctechXmlSamples, ReadsSparseRowsAndDecodesData) {
  const Reading file = read_xml(sample("message-vault-sample.xml"));
  ASSERT_EQ(file.records.size(), 3u);
  EXPECT_TRUE(file.problems.empty());
  EXPECT_TRUE(file.sms(1).subject.is_absent());
  const Mms& mms = file.mms(2);
  ASSERT_EQ(mms.parts.size(), 2u);
  EXPECT_EQ(mms.parts[0].text, Text("mms hi"));
  EXPECT_TRUE(mms.parts[1].text.is_absent());
  ASSERT_TRUE(mms.parts[1].data);
  EXPECT_EQ(mms.parts[1].data->bytes(), "\xff\xd8\xff" + std::string(64, 'x'));
  ASSERT_EQ(mms.addresses.size(), 2u);
  EXPECT_EQ(mms.addresses[1].type, Integer(mms_to));
}

TEST(SynctechXmlSamples, KeepsARowThatIsThereTwice) {
  const Reading file = read_xml(sample("radj-sms.xml"));
  ASSERT_EQ(file.records.size(), 2u);
  EXPECT_EQ(file.records[0], file.records[1]);
  EXPECT_EQ(file.sms(0).status, Integer(32));
  EXPECT_EQ(*read_xml(sample("ragibson-multiple_duplicates.xml")).sms(0).body, "Some text content here");
  EXPECT_EQ(read_xml(sample("ragibson-multiple_duplicates.xml")).records.size(), 7u);
}

TEST(SynctechXmlSamples, KeepsNumbersAsTheyAreSpelled) {
  const Reading missing = read_xml(sample("ragibson-missing_country_code.xml"));
  ASSERT_EQ(missing.records.size(), 4u);
  EXPECT_EQ(missing.sms(0).address, Text("+11111111111"));
  EXPECT_EQ(missing.sms(1).address, Text("1111111111"));
  EXPECT_EQ(missing.mms(2).date, Integer(1700000001234));
  EXPECT_EQ(missing.mms(3).addresses.at(2).address, Text("1111111112"));
  const Reading alternate = read_xml(sample("ragibson-alternate_country_code.xml"));
  ASSERT_EQ(alternate.records.size(), 4u);
  EXPECT_EQ(alternate.sms(0).address, Text("+21111111111"));
  EXPECT_TRUE(missing.problems.empty() && alternate.problems.empty());
}

TEST(SynctechXmlSamples, KeepsWhiteSpaceToTheByte) {
  const Reading file = read_xml(sample("ragibson-whitespace_duplicates.xml"));
  ASSERT_EQ(file.records.size(), 10u);
  EXPECT_TRUE(file.problems.empty());
  EXPECT_EQ(file.sms(0).body, Text("Line 1\nLine 2"));
  EXPECT_EQ(file.sms(1).body, Text("Line  1\nLine  2"));
  EXPECT_EQ(file.sms(2).body, Text("Line 1\r\nLine 2"));
  EXPECT_EQ(file.sms(3).body, Text(" Line 1\nLine 2"));
  EXPECT_EQ(file.sms(4).body, Text("Line 1\nLine 2 "));
  EXPECT_EQ(file.mms(9).parts.at(0).text, Text("Line 1\nLine 2 "));
}

TEST(SynctechXmlSamples, ReadsSmilInSingleQuotes) {
  const Reading file = read_xml(sample("ragibson-different_smil_format.xml"));
  ASSERT_EQ(file.records.size(), 10u);
  EXPECT_TRUE(file.problems.empty());
  EXPECT_EQ(file.mms(2).parts.at(0).text, Text("<?xml version=\"1.0\" encoding=\"UTF-8\"?><smil>OMIT;</smil>"));
  EXPECT_EQ(file.mms(7).parts.at(0).text, Text("<!DOCTYPE smil OMIT>\n<smil>OMIT DIFFERENT AGAIN;</smil>"));
  EXPECT_EQ(file.mms(9).parts.at(1).text, Text("Some text content here"));
}

TEST(SynctechXmlSamples, ReadsBothFilesOfASet) {
  const Reading one = read_xml(sample("ragibson-multi_file_part1.xml"));
  const Reading two = read_xml(sample("ragibson-multi_file_part2.xml"));
  ASSERT_EQ(one.records.size(), 3u);
  ASSERT_EQ(two.records.size(), 3u);
  EXPECT_EQ(one.records[1], two.records[1]);
  EXPECT_EQ(one.sms(2).body, Text("Unique in part1"));
  EXPECT_EQ(two.sms(2).body, Text("Unique in part2"));
}

TEST(SynctechXmlSamples, ATagWithoutItsEndIsAProblemAndSoIsTheMissingRest) {
  const Reading file = read_xml(sample("shruggietech-malformed.xml"));
  EXPECT_TRUE(file.records.empty());
  ASSERT_EQ(file.problems.size(), 2u);
  EXPECT_EQ(file.problems[0].code, ErrorCode::corrupt_input);
  EXPECT_EQ(file.problems[0].raw.bytes(),
            "<sms protocol=\"0\" address=\"+15551234567\" date=\"bad\" type=\"1\" body=\"This is fine\"\n  ");
  EXPECT_EQ(file.problems[1].code, ErrorCode::truncated_input);
}

TEST(SynctechXmlSamples, ReadsCalls) {
  const Reading file = read_xml(sample("shruggietech-minimal_calls.xml"));
  ASSERT_EQ(file.records.size(), 1u);
  Call call;
  call.number = "+15551234567";
  call.duration = 125;
  call.date = 1609632000000;
  call.type = call_incoming;
  call.presentation = 1;
  call.subscription_id = "1";
  call.extras["readable_date"] = "Jan 3, 2021 12:00:00 AM";
  call.extras["contact_name"] = "Alice Smith";
  EXPECT_EQ(file.call(0), call);
  EXPECT_TRUE(file.problems.empty());
}

TEST(SynctechXmlSamples, ReadsMinimalFiles) {
  const Reading mms = read_xml(sample("shruggietech-minimal_mms.xml"));
  ASSERT_EQ(mms.records.size(), 1u);
  EXPECT_EQ(mms.mms(0).sub, Text("Test MMS Subject"));
  EXPECT_EQ(extra(mms.mms(0).extras, "sim_slot"), "0");
  ASSERT_EQ(mms.mms(0).parts.size(), 3u);
  EXPECT_EQ(mms.mms(0).parts[0].seq, Integer(0));
  EXPECT_EQ(mms.mms(0).parts[0].text, Text("<smil><body><par dur=\"5000ms\"><img src=\"image.jpg\"/><text "
                                           "src=\"text.txt\"/></par></body></smil>"));
  ASSERT_TRUE(mms.mms(0).parts[2].data);
  EXPECT_EQ(mms.mms(0).parts[2].data->size(), 70u);
  EXPECT_EQ(mms.mms(0).parts[2].data->bytes().substr(0, 8), "\x89PNG\r\n\x1a\n");

  const Reading sms = read_xml(sample("shruggietech-minimal_sms.xml"));
  ASSERT_EQ(sms.records.size(), 1u);
  EXPECT_EQ(sms.sms(0).body, Text("Happy New Year! This is a test message."));
  EXPECT_TRUE(mms.problems.empty() && sms.problems.empty());
}

}  // namespace
}  // namespace smsbackup::stores::synctech
