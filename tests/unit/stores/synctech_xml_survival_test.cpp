// XML that is not XML, and what the reader makes of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/stores/synctech_xml_reading.hpp"

namespace smsbackup::stores::synctech {
namespace {

using namespace std::string_literals;

std::string body_of(std::string_view value) {
  const Reading file = read_xml(in_root("  <sms address=\"1\" body=\"" + std::string(value) + "\" toa=\"null\" />"));
  EXPECT_EQ(file.records.size(), 1u);
  return file.records.empty() ? "(no record)" : file.sms(0).body.value();
}

TEST(SynctechXmlSurvival, JoinsHalfSurrogatesOnlyWhereTheyAreAdjacent) {
  EXPECT_EQ(body_of("&#55357;&#56832;"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(body_of("&#xD83D;&#xde00;"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(body_of("&#55357;&#xDE00;"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(body_of("&#128512;"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(body_of("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(body_of("&#10;&#55357;&#56832;"), "\n\xF0\x9F\x98\x80");
  EXPECT_EQ(body_of("&#55357;&#55357;&#56832;"), "\xED\xA0\xBD\xF0\x9F\x98\x80");
  EXPECT_EQ(body_of("&#55357; &#56832;"), "\xED\xA0\xBD \xED\xB8\x80");
  EXPECT_EQ(body_of("&#56832;&#55357;"), "\xED\xB8\x80\xED\xA0\xBD");
  EXPECT_EQ(body_of("cut &#55357;"), "cut \xED\xA0\xBD");
}

TEST(SynctechXmlSurvival, KeepsControlCharacters) {
  EXPECT_EQ(body_of("a&#0;b&#1;c&#31;d&#9;&#13;&#10;"), "a\0b\x01"s + "c\x1f"s + "d\t\r\n"s);
  EXPECT_EQ(body_of("a\0b\x01"s + "c"s), "a\0b\x01"s + "c"s);
}

TEST(SynctechXmlSurvival, KeepsRawLineEndsAsTheyAre) {
  EXPECT_EQ(body_of("one\ntwo\r\nthree\rfour\tfive"), "one\ntwo\r\nthree\rfour\tfive");
}

TEST(SynctechXmlSurvival, TakesWhatIsNoReferenceAsText) {
  EXPECT_EQ(body_of("&nbsp;&foo;"), "&nbsp;&foo;");
  EXPECT_EQ(body_of("a & b && c &"), "a & b && c &");
  EXPECT_EQ(body_of("&#;&#x;&#-1;&#1114112;&#99999999999999999999;&#12"),
            "&#;&#x;&#-1;&#1114112;&#99999999999999999999;&#12");
  EXPECT_EQ(body_of("&amp;lt; &lt;&gt;&quot;&apos;"), "&lt; <>\"'");
  EXPECT_EQ(body_of("1 < 2 > 0 <b> </sms>"), "1 < 2 > 0 <b> </sms>");
}

TEST(SynctechXmlSurvival, ExpandsNoDeclaredEntity) {
  const Reading file = read_xml(
      "<?xml version='1.0'?>\n<!DOCTYPE smses [\n<!ENTITY a \"]> aaaa\">\n<!-- ' -->\n<!ENTITY b SYSTEM "
      "'file:///etc/passwd'>\n<!ENTITY c \"&a;&a;&a;\"> ]>\n<smses count=\"1\"><sms body=\"&a;&b;&c;\" /></smses>");
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_EQ(file.sms(0).body, Text("&a;&b;&c;"));
  EXPECT_TRUE(file.problems.empty());
}

TEST(SynctechXmlSurvival, KeepsInvalidUtf8) { EXPECT_EQ(body_of("a\xff\xc3(\xed\xa0\x80"), "a\xff\xc3(\xed\xa0\x80"); }

TEST(SynctechXmlSurvival, TakesRawQuotesAsTextAndSaysSo) {
  const Reading file = read_xml(in_root(
      "<sms address=\"1\" body=\"he said \"hi\" to me\" toa=\"null\" />\n<sms address=\"2\" body=\"\"quoted\"\" />\n"
      "<sms address='3' body='it's John's' />\n<sms address=\"4\" body=\"fine\" />"));
  ASSERT_EQ(file.records.size(), 4u);
  EXPECT_EQ(file.sms(0).body, Text("he said \"hi\" to me"));
  EXPECT_EQ(extra(file.sms(0).extras, "toa"), "(null)");
  EXPECT_EQ(file.sms(1).body, Text("\"quoted\""));
  EXPECT_EQ(file.sms(2).body, Text("it's John's"));
  EXPECT_EQ(file.sms(3).body, Text("fine"));
  ASSERT_EQ(file.problems.size(), 3u);
  EXPECT_TRUE(file.problems[0].record_kept);
  EXPECT_EQ(file.problems[0].raw.bytes(), "<sms address=\"1\" body=\"he said \"hi\" to me\" toa=\"null\" />");
}

TEST(SynctechXmlSurvival, ACutOutPieceCostsOnlyTheRowsItTouched) {
  const Reading file = read_xml(in_root(
      "  <sms address=\"1\" body=\"whole\" />\n  <sms address=\"2\" body=\"torn <sms address=\"3\" body=\"whole\" />\n"
      "  <sms addr<sms address=\"5\" body=\"whole\" />\n  <sms address=\"6\" body=\"no end\"\n"
      "  <sms address=\"7\" body=\"whole\" />"));
  ASSERT_EQ(file.records.size(), 4u);
  EXPECT_EQ(file.sms(0).address, Text("1"));
  EXPECT_EQ(file.sms(1).address, Text("3"));
  EXPECT_EQ(file.sms(2).address, Text("5"));
  EXPECT_EQ(file.sms(3).address, Text("7"));
  ASSERT_EQ(file.problems.size(), 3u);
  EXPECT_EQ(file.problems[0].raw.bytes(), "<sms address=\"2\" body=\"torn ");
  EXPECT_EQ(file.problems[1].raw.bytes(), "<sms addr");
  EXPECT_EQ(file.problems[2].raw.bytes(), "<sms address=\"6\" body=\"no end\"\n  ");
  EXPECT_EQ(file.lost(), 3u);
}

TEST(SynctechXmlSurvival, ReportsGarbageBetweenRowsAndGoesOn) {
  const Reading file =
      read_xml(in_root("<sms body=\"1\" />\nlost+found < 3 & <> \"x=\n<sms body=\"2\" />\n"
                       "<![CDATA[<sms body=\"no\" />]]><sms body=\"3\" /></unknown>\n"
                       "<sms body=\"4\"></sms><call number=\"5\"></call>"));
  ASSERT_EQ(file.records.size(), 5u);
  EXPECT_EQ(file.sms(1).body, Text("2"));
  EXPECT_EQ(file.sms(2).body, Text("3"));
  EXPECT_EQ(file.sms(3).body, Text("4"));
  ASSERT_EQ(file.problems.size(), 3u);
  EXPECT_EQ(file.problems[0].raw.bytes(), "lost+found < 3 & <> \"x=");
  EXPECT_EQ(file.problems[1].raw.bytes(), "<![CDATA[<sms body=\"no\" />]]>");
  EXPECT_EQ(file.problems[2].raw.bytes(), "</unknown>");
  EXPECT_EQ(file.problems[0].code, ErrorCode::corrupt_input);
}

TEST(SynctechXmlSurvival, ReportsRowsItDoesNotKnow) {
  const Reading file =
      read_xml(in_root("<rcs body=\"new\"><parts><part text=\"x\" /></parts></rcs>\n<sms body=\"1\" />"));
  ASSERT_EQ(file.records.size(), 1u);
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].raw.bytes(), "<rcs body=\"new\"><parts><part text=\"x\" /></parts></rcs>");
}

TEST(SynctechXmlSurvival, ReadsRowsWithinElementsItDoesNotKnow) {
  const Reading file =
      read_xml("<backup><page n=\"1\"><sms body=\"1\" /></page><page><sms body=\"2\" /></page></backup>");
  ASSERT_EQ(file.records.size(), 2u);
  EXPECT_EQ(file.lost(), 2u);  // the pages themselves
}

TEST(SynctechXmlSurvival, SkipsCommentsAndProcessingInstructions) {
  const Reading file = read_xml(
      "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By SMS Backup & Restore -- v10 -->\n"
      "<?xml-stylesheet type=\"text/xsl\" href=\"sms.xsl\"?>\n<smses count=\"99999999999999999999\">"
      "<!-- <sms body=\"no\" /> -- <!-- -->\n<sms body=\"1\" /><?pi <sms body=\"no\" /> ?></smses>");
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_EQ(file.sms(0).body, Text("1"));
  EXPECT_TRUE(file.problems.empty());
}

TEST(SynctechXmlSurvival, AcceptsAnyRootAndRowsOutsideOfIt) {
  EXPECT_EQ(read_xml("<allsms><sms body=\"1\" /></allsms>").records.size(), 1u);
  EXPECT_TRUE(read_xml("<allsms><sms body=\"1\" /></allsms>").problems.empty());
  EXPECT_EQ(read_xml("<smses count=\"1\" /><sms body=\"1\" /><calls></calls><call number=\"1\"/>").records.size(), 2u);

  const Reading bare = read_xml("<sms body=\"1\" />\n<sms body=\"2\" />");
  EXPECT_EQ(bare.records.size(), 2u);
  ASSERT_EQ(bare.problems.size(), 1u);
  EXPECT_TRUE(bare.problems[0].record_kept);
}

TEST(SynctechXmlSurvival, ReadsEncodingsOtherThanUtf8) {
  const std::string ascii = "<?xml version='1.0'?>\n<smses count=\"1\">\n<sms address=\"1\" body=\"gr";
  const std::string rest = "e\" />\n</smses>\n";
  const auto utf16 = [&](bool little, bool mark) {
    std::u16string text = mark ? u"\uFEFF" : u"";
    text.append(ascii.begin(), ascii.end());
    text += u"\u00fc\u00df \xD83D\xDE00 \xD83D.";
    text.append(rest.begin(), rest.end());
    std::string bytes;
    for (const char16_t unit : text) {
      const char low = static_cast<char>(unit & 0xff);
      const char high = static_cast<char>(unit >> 8);
      bytes += little ? low : high;
      bytes += little ? high : low;
    }
    return bytes;
  };
  const Text expected("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80 \xED\xA0\xBD.e");
  for (const bool little : {false, true}) {
    for (const bool mark : {false, true}) {
      const Reading file = read_xml(utf16(little, mark));
      ASSERT_EQ(file.records.size(), 1u) << little << mark;
      EXPECT_EQ(file.sms(0).body, expected);
      EXPECT_TRUE(file.problems.empty());
    }
  }
  const auto declared = [&](const std::string& charset, const std::string& special) {
    const Reading file =
        read_xml("<?xml version=\"1.0\" encoding=\"" + charset + "\"?><smses><sms body=\"" + special + "\" /></smses>");
    return file.records.empty() ? std::string("(none)") : file.sms(0).body.value();
  };
  EXPECT_EQ(declared("ISO-8859-1", "gr\xfc\xdf"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(declared("windows-1252", "\x80 \x93"), "\xE2\x82\xAC \xE2\x80\x9C");
  EXPECT_EQ(declared("UTF-16", "gr\xC3\xBC"), "gr\xC3\xBC");  // the bytes are not what they are said to be
  EXPECT_EQ(declared("utf-8", "\xff"), "\xff");
  EXPECT_EQ(declared("x-nobody-knows", "\xff"), "\xff");
  EXPECT_EQ(read_xml("\xEF\xBB\xBF" + in_root("<sms body=\"1\" />")).records.size(), 1u);
}

TEST(SynctechXmlSurvival, SaysThatACharsetIsUnknown) {
  const Reading file = read_xml("<?xml version='1.0' encoding='x-nobody-knows'?><smses><sms body=\"1\" /></smses>");
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].code, ErrorCode::unsupported);
  EXPECT_TRUE(file.problems[0].record_kept);
}

TEST(SynctechXmlSurvival, TellsNullFromEmptyFromAbsent) {
  const Reading file = read_xml(in_root("<sms address=\"null\" body=\"\" x=\"null\" y=\"\" date=\"null\" />"));
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_TRUE(file.sms(0).address.is_null());
  EXPECT_EQ(file.sms(0).body, Text(""));
  EXPECT_TRUE(file.sms(0).date.is_null());
  EXPECT_TRUE(file.sms(0).subject.is_absent());
  EXPECT_EQ(extra(file.sms(0).extras, "x"), "(null)");
  EXPECT_EQ(extra(file.sms(0).extras, "y"), "");
}

TEST(SynctechXmlSurvival, KeepsWhatIsNoNumber) {
  const Reading file = read_xml(in_root("<sms date=\"bad\" type=\"01\" read=\"\" status=\"9223372036854775808\" />"));
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_TRUE(file.sms(0).date.is_absent());
  EXPECT_EQ(extra(file.sms(0).extras, "date"), "bad");
  EXPECT_EQ(extra(file.sms(0).extras, "type"), "01");
  EXPECT_EQ(extra(file.sms(0).extras, "read"), "");
  EXPECT_EQ(extra(file.sms(0).extras, "status"), "9223372036854775808");
}

TEST(SynctechXmlSurvival, FirstOfTwoAttributesWins) {
  const Reading file = read_xml(in_root("<sms body=\"1\" x=\"a\" body=\"2\" x=\"b\" />"));
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_EQ(file.sms(0).body, Text("1"));
  EXPECT_EQ(extra(file.sms(0).extras, "x"), "a");
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_TRUE(file.problems[0].record_kept);
  EXPECT_EQ(file.problems[0].raw.bytes(), "<sms body=\"1\" x=\"a\" body=\"2\" x=\"b\" />");
}

TEST(SynctechXmlSurvival, ReadsAttributesThatAreNotQuoted) {
  const Reading file = read_xml(in_root("<sms address=1 body=two checked  type = '2'/>"));
  ASSERT_EQ(file.records.size(), 1u);
  EXPECT_EQ(file.sms(0).address, Text("1"));
  EXPECT_EQ(file.sms(0).body, Text("two"));
  EXPECT_EQ(file.sms(0).type, Integer(2));
  EXPECT_EQ(file.lost(), 0u);
  EXPECT_EQ(file.problems.size(), 1u);
}

TEST(SynctechXmlSurvival, ReadsTimesByTheirSize) {
  const Reading file = read_xml(in_root(
      "<sms date=\"1400773261\" date_sent=\"0\" />\n<sms date=\"1400773261123\" />\n<sms date=\"1234\" />\n<sms "
      "date=\"-1\" />\n<call date=\"1400773261\" duration=\"1400773261\" />\n"
      "<mms date=\"1400773261\" date_sent=\"1400773260\" />\n<mms date=\"1400773261000\" date_sent=\"1400773260999\" "
      "/>"));
  ASSERT_EQ(file.records.size(), 7u);
  EXPECT_EQ(file.sms(0).date, Integer(1400773261000));
  EXPECT_EQ(file.sms(0).date_sent, Integer(0));
  EXPECT_EQ(file.sms(1).date, Integer(1400773261123));
  EXPECT_EQ(file.sms(2).date, Integer(1234));
  EXPECT_EQ(file.sms(3).date, Integer(-1));
  EXPECT_EQ(file.call(4).date, Integer(1400773261000));
  EXPECT_EQ(file.call(4).duration, Integer(1400773261));
  EXPECT_EQ(file.mms(5).date, Integer(1400773261000));
  EXPECT_EQ(file.mms(5).date_sent, Integer(1400773260000));
  EXPECT_EQ(file.mms(6).date, Integer(1400773261000));
  EXPECT_EQ(file.mms(6).date_sent, Integer(1400773260999));
  ASSERT_EQ(file.problems.size(), 1u);  // once for the file
  EXPECT_TRUE(file.problems[0].record_kept);
}

TEST(SynctechXmlSurvival, FindsThePartiesOfOldMms) {
  const auto parties = [](const std::string& attributes, const std::string& children = "") {
    const Reading file = read_xml(in_root("<mms " + attributes + ">" + children + "</mms>"));
    std::string found;
    for (const MmsAddress& row : file.mms(0).addresses) {
      found += row.address.value() + "=" + (row.type.has_value() ? std::to_string(*row.type) : "?") + " ";
    }
    return found;
  };
  EXPECT_EQ(parties("msg_box=\"1\" address=\"+1\""), "+1=137 ");
  EXPECT_EQ(parties("msg_box=\"1\" address=\"+1~+2\""), "+1=? +2=? ");
  EXPECT_EQ(parties("msg_box=\"2\" address=\"+1~+2\""), "+1=151 +2=151 ");
  EXPECT_EQ(parties("m_type=\"128\" address=\"+1~~\""), "+1=151 ");
  EXPECT_EQ(parties("m_type=\"132\" address=\"+1\""), "+1=137 ");
  EXPECT_EQ(parties("address=\"+1\""), "+1=? ");
  EXPECT_EQ(parties("msg_box=\"1\" address=\"null\""), "");
  EXPECT_EQ(parties("msg_box=\"1\" address=\"+1\"", "<addrs></addrs>"), "");
  EXPECT_EQ(parties("msg_box=\"1\" address=\"+1\"", "<addrs><addr address=\"+2\" type=\"130\"/></addrs>"), "+2=130 ");
}

TEST(SynctechXmlSurvival, ReadsPartData) {
  const Reading file = read_xml(in_root(
      "<mms m_type=\"132\"><parts><part seq=\"0\" data=\"AAEC\" /><part data=\"\" /><part data=\"null\" />"
      "<part seq=\"1\" /><part data=\"AA EC&#10;\nAw==\" /><part data=\"nu ll\" /><part data='AA*E' /></parts></mms>"));
  const std::vector<MmsPart>& parts = file.mms(0).parts;
  ASSERT_EQ(parts.size(), 7u);
  EXPECT_EQ(parts[0].data->bytes(), "\0\1\2"s);
  EXPECT_TRUE(parts[1].data && parts[1].data->empty());
  EXPECT_FALSE(parts[2].data);
  EXPECT_FALSE(parts[3].data);
  EXPECT_EQ(parts[4].data->bytes(), "\0\1\2\3"s);
  EXPECT_EQ(parts[5].data->bytes(), "\x9e\xe9\x65");
  EXPECT_EQ(parts[6].data->bytes(), "\0\1"s);
  ASSERT_EQ(file.problems.size(), 1u);  // of the last one
  EXPECT_TRUE(file.problems[0].record_kept);
}

TEST(SynctechXmlSurvival, EndsAMessageWhereTheNextRowBegins) {
  const Reading file =
      read_xml(in_root("<mms m_id=\"1\"><parts><part seq=\"0\" /></parts>\n<mms m_id=\"2\">\n"
                       "<sms body=\"3\" />\n<mms m_id=\"4\"><junk a=\"1\">text</junk></mms>\n<mms m_id=\"5\">"));
  ASSERT_EQ(file.records.size(), 5u);
  EXPECT_EQ(file.mms(0).m_id, Text("1"));
  EXPECT_EQ(file.mms(0).parts.size(), 1u);
  EXPECT_EQ(file.mms(1).m_id, Text("2"));
  EXPECT_EQ(file.sms(2).body, Text("3"));
  EXPECT_EQ(file.mms(4).m_id, Text("5"));
  EXPECT_EQ(file.problems.size(), 4u);
  EXPECT_EQ(file.lost(), 0u);
}

TEST(SynctechXmlSurvival, StopsAtLimitsRowByRow) {
  Limits limits;
  limits.text_size = 100;
  limits.columns = 5;
  limits.name_size = 20;
  limits.parts = 2;
  limits.addresses = 2;
  limits.part_size = 10;
  const std::string large(101, 'x');
  const std::vector<std::string> bad = {
      "<sms body=\"" + large + "\" />",
      "<sms body='" + large + "' />",
      "<sms a=\"1\" b=\"1\" c=\"1\" d=\"1\" e=\"1\" f=\"1\" />",
      "<sms " + std::string(21, 'n') + "=\"1\" />",
      "<mms><part/><part/><part/></mms>",
      "<mms><addr/><addr/><addr/></mms>",
      "<mms><part data=\"AAAAAAAAAAAAAAAA\" /></mms>",
      "<mms m_id=\"" + large + "\"><parts><part text=\"<sms body='1' />\" /></parts></mms>",
  };
  for (const std::string& row : bad) {
    const Reading file = read_xml(in_root(row + "\n<sms body=\"good\" />"), {}, limits);
    ASSERT_EQ(file.records.size(), 1u) << row;
    EXPECT_EQ(file.sms(0).body, Text("good"));
    ASSERT_EQ(file.problems.size(), 1u) << row;
    EXPECT_EQ(file.problems[0].code, ErrorCode::limit_exceeded);
    EXPECT_EQ(file.problems[0].raw.bytes(), row);
  }
}

TEST(SynctechXmlSurvival, KeepsOnlySoMuchOfABadRow) {
  Limits limits;
  limits.problem_raw = 1000;
  const Reading file =
      read_xml(in_root("<sms body=\"" + std::string(600'000, 'x') + "\"\n<sms body=\"good\" />"), {}, limits);
  ASSERT_EQ(file.records.size(), 1u);
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].raw.bytes(), "<sms body=\"" + std::string(989, 'x'));
  EXPECT_FALSE(file.problems[0].raw_is_complete);
}

TEST(SynctechXmlSurvival, AMillionAttributesCostOneRow) {
  std::string row = "<sms ";
  for (int i = 0; i < 1'000'000; ++i) row += "a" + std::to_string(i) + "=\"\" ";
  const Reading file = read_xml(in_root(row + "/>\n<sms body=\"good\" />"));
  ASSERT_EQ(file.records.size(), 1u);
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].code, ErrorCode::limit_exceeded);
}

TEST(SynctechXmlSurvival, LargeValuesComeThroughInPieces) {
  std::string body;
  while (body.size() < 1'000'000) body += "&#55357;&#56832;&amp;x";
  std::string expected;
  for (std::size_t i = 0; i < body.size() / 22; ++i) expected += "\xF0\x9F\x98\x80&x";
  const Reading file = read_xml(
      in_root("<sms body=\"" + body + "\" />\n<mms><part data=\"" + std::string(4'000'000, 'A') + "\" /></mms>"));
  ASSERT_EQ(file.records.size(), 2u);
  EXPECT_EQ(file.sms(0).body, Text(expected));
  EXPECT_EQ(file.mms(1).parts.at(0).data->bytes(), std::string(3'000'000, '\0'));
  EXPECT_FALSE(file.mms(1).parts.at(0).data->in_memory());
}

TEST(SynctechXmlSurvival, BatchesAreBounded) {
  std::string rows;
  for (int i = 0; i < 1500; ++i) rows += "<sms body=\"" + std::to_string(i) + "\" />\n";
  const Reading file = read_xml(in_root(rows));
  EXPECT_EQ(file.records.size(), 1500u);
  EXPECT_EQ(file.batches, 3u);
  EXPECT_EQ(file.sms(1499).body, Text("1499"));
}

TEST(SynctechXmlSurvival, LeavesOutWhatTheQueryDoesNotWant) {
  Query query;
  query.types = {RecordType::sms};
  query.since = 2000;
  const Reading file = read_xml(
      in_root("<sms date=\"1999\" />\n<sms date=\"2000\" />\n<call date=\"3000\" />\n<mms date=\"3000\" />"), query);
  EXPECT_EQ(file.records.size(), 1u);
  EXPECT_EQ(file.filtered, 3u);
}

TEST(SynctechXmlSurvival, ReadsRowsWhoseAttributesChangeOrder) {
  const Reading file = read_xml(in_root(
      "<sms address=\"1\" body=\"a\" x=\"p\" />\n<sms body=\"b\" address=\"2\" />\n<sms address=\"3\" x=\"q\" />\n"
      "<sms   address=\"4\"\n body='d' x=\"r\"/>\n<sms address=\"5\" new=\"1\" body=\"e\" x=\"s\"/>"));
  ASSERT_EQ(file.records.size(), 5u);
  EXPECT_EQ(file.sms(1).body, Text("b"));
  EXPECT_EQ(file.sms(1).address, Text("2"));
  EXPECT_EQ(extra(file.sms(1).extras, "x"), "(absent)");
  EXPECT_TRUE(file.sms(2).body.is_absent());
  EXPECT_EQ(extra(file.sms(2).extras, "x"), "q");
  EXPECT_EQ(file.sms(3).body, Text("d"));
  EXPECT_EQ(file.sms(4).body, Text("e"));
  EXPECT_EQ(extra(file.sms(4).extras, "new"), "1");
  EXPECT_TRUE(file.problems.empty());
}

// Cuts a file at every byte. Whatever is left, each row that is whole is delivered, and nobody takes it for all.
void cut_everywhere(const std::string& bytes, std::size_t last_complete) {
  const Reading whole = read_xml(bytes);
  ASSERT_TRUE(whole.problems.empty());
  std::vector<std::size_t> ends;  // where each row is whole
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const std::string_view rest = std::string_view(bytes).substr(at);
    if (rest.starts_with("</mms>")) ends.push_back(at + 6);
    if (rest.starts_with("<sms ") || rest.starts_with("<call ")) ends.push_back(at + rest.find("/>") + 2);
  }
  ASSERT_EQ(ends.size(), whole.records.size());
  for (std::size_t size = 1; size < last_complete; ++size) {
    Reading part;
    try {
      part = read_xml(bytes.substr(0, size));
    } catch (const Error&) {
      FAIL() << size;
    }
    const auto expected =
        static_cast<std::size_t>(std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= size; }));
    ASSERT_EQ(part.records.size(), expected) << size;
    EXPECT_TRUE(std::equal(part.records.begin(), part.records.end(), whole.records.begin())) << size;
    ASSERT_EQ(part.problems.size(), 1u) << size;
    EXPECT_EQ(part.problems[0].code, ErrorCode::truncated_input) << size;
    EXPECT_FALSE(part.problems[0].record_kept) << size;
  }
}

TEST(SynctechXmlSurvival, AFileCutAtAnyByteGivesItsWholeRowsAndNeverLooksComplete) {
  const std::string file =
      "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--made by-->\n<smses count=\"3\" type=\"full\">\n"
      "  <sms address=\"+1\" date=\"1400773261000\" body=\"a &#55357;&#56832; &quot;b\" />\n"
      "  <mms date=\"1400773261000\" m_type=\"132\">\n    <parts>\n      <part seq=\"0\" text='x \"y\"' data=\"AAEC\" "
      "/>\n"
      "    </parts>\n    <addrs>\n      <addr address=\"+1\" type=\"137\" />\n    </addrs>\n  </mms>\n"
      "  <call number=\"1\" date=\"1400773261000\" />\n</smses>\n";
  cut_everywhere(file, file.size() - 1);  // without its last line end it is still whole
}

TEST(SynctechXmlSurvival, AllSamplesCutAnywhereStayIncomplete) {
  cut_everywhere(sample("shruggietech-minimal_mms.xml"), sample("shruggietech-minimal_mms.xml").size() - 1);
  cut_everywhere(sample("ragibson-whitespace_duplicates.xml"), sample("ragibson-whitespace_duplicates.xml").size() - 1);
}

TEST(SynctechXmlSurvival, TheRowThatTheFileEndsInIsKeptRaw) {
  const Reading file = read_xml("<smses count=\"2\">\n  <sms body=\"1\" />\n  <sms body=\"hal");
  ASSERT_EQ(file.records.size(), 1u);
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].raw.bytes(), "<sms body=\"hal");
  EXPECT_EQ(file.problems[0].offset, 39u);
  EXPECT_EQ(file.problems[0].where, "test.xml, row 2, byte 39");
  EXPECT_EQ(file.problems[0].type, RecordType::sms);
}

TEST(SynctechXmlSurvival, OffsetsCountAByteOrderMark) {
  const Reading file = read_xml("\xEF\xBB\xBF<smses><sms/></smses>");
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_EQ(file.problems[0].offset, 10u);
}

TEST(SynctechXmlSurvival, RefusesWhatHoldsNoRows) {
  const auto code = [](const std::string& bytes) {
    try {
      read_xml(bytes);
    } catch (const Error& error) {
      return to_string(error.code());
    }
    return std::string_view("none");
  };
  EXPECT_EQ(code("<html><body><p>hello</p></body></html>"), "unknown_format");
  EXPECT_EQ(code("just text"), "unknown_format");
  EXPECT_EQ(code("{\"a\": 1}"), "unknown_format");
}

}  // namespace
}  // namespace smsbackup::stores::synctech
