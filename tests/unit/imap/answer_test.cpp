#include "imap/answer.hpp"

#include <gtest/gtest.h>

#include "imap/append_pipeline.hpp"
#include "imap/capabilities.hpp"
#include "imap/locator.hpp"
#include "imap/mail_headers.hpp"
#include "imap/uid_set.hpp"

namespace smsbackup::imap {
namespace {

TEST(StatusLines, HaveKindCodeAndText) {
  const auto status = parse_status("OK [APPENDUID 7 12:14] Append completed.");
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->ok());
  EXPECT_EQ(status->code, "APPENDUID");
  EXPECT_EQ(status->arguments, "7 12:14");
  EXPECT_EQ(status->text, "Append completed.");
}

TEST(StatusLines, MayHaveNothingButTheWord) {
  EXPECT_TRUE(parse_status("ok")->ok());
  EXPECT_EQ(parse_status("NO [trycreate]")->code, "TRYCREATE");
  EXPECT_EQ(parse_status("BAD [unclosed")->text, "[unclosed");
  EXPECT_FALSE(parse_status("OKAY"));
  EXPECT_FALSE(parse_status(""));
}

TEST(Tokens, ReadsAtomsStringsLiteralsAndLists) {
  Tokens tokens("LIST (\\HasNoChildren) \"a\\\"b\" {3}\r\nx)y NIL");
  EXPECT_EQ(tokens.next().text, "LIST");
  EXPECT_EQ(tokens.next().kind, Tokens::Kind::open);
  EXPECT_EQ(tokens.next().text, "\\HasNoChildren");
  EXPECT_EQ(tokens.next().kind, Tokens::Kind::close);
  EXPECT_EQ(tokens.next().text, "a\"b");
  EXPECT_EQ(tokens.next().text, "x)y");
  EXPECT_EQ(tokens.next().text, "NIL");
  EXPECT_EQ(tokens.next().kind, Tokens::Kind::end);
}

TEST(Tokens, EndWhereTheFramingIsBroken) {
  for (const auto* text : {"\"open", "{5}\r\nabc", "{x}\r\nabc", "{5}abc", "{18446744073709551615}\r\nabc"})
    EXPECT_EQ(Tokens(text).next().kind, Tokens::Kind::end) << text;
}

TEST(SequenceSets, JoinNeighbours) {
  EXPECT_EQ(to_sequence_set(std::vector<std::uint32_t>{1, 2, 3, 7, 9, 10}), "1:3,7,9:10");
  EXPECT_EQ(to_sequence_set(std::vector<std::uint32_t>{4294967294, 4294967295}), "4294967294:4294967295");
  EXPECT_EQ(to_sequence_set({}), "");
}

TEST(SequenceSets, AreReadBackAndBounded) {
  std::vector<std::uint32_t> out;
  EXPECT_TRUE(append_uid_set("1:3,7,10:9", out, 6));
  EXPECT_EQ(out, (std::vector<std::uint32_t>{1, 2, 3, 7, 9, 10}));
  for (const auto* bad : {"", "0", "1:", "a", "1,,2", "4294967296", "1:4294967295"}) {
    out.clear();
    EXPECT_FALSE(append_uid_set(bad, out, 1000)) << bad;
    EXPECT_LE(out.size(), 1000U);
  }
}

TEST(SearchResults, EndBeforeTheModificationSequence) {
  std::vector<std::uint32_t> out;
  EXPECT_TRUE(append_numbers("2 84 882 (MODSEQ 917162500)", out, 10));
  EXPECT_EQ(out, (std::vector<std::uint32_t>{2, 84, 882}));
  EXPECT_FALSE(append_numbers("1 2 3", out, 4));
}

TEST(Capability, IsWhatIsOfferedAndWanted) {
  ImapOptions::Features use;
  use.multiappend = false;
  const Capabilities can("IMAP4rev1 LITERAL- MultiAppend appendlimit=35651584", use);
  EXPECT_FALSE(can.has("MULTIAPPEND"));
  EXPECT_EQ(can.append_limit(), 35651584U);
  EXPECT_TRUE(can.non_synchronizing(4096));
  EXPECT_FALSE(can.non_synchronizing(4097));
  EXPECT_EQ(can.announced().size(), 4U);
  EXPECT_FALSE(Capabilities("IMAP4rev1", {}).append_limit());
}

TEST(InternalDates, AreUtcAndStayInTheYearsThatServersTake) {
  EXPECT_EQ(internal_date(1600000000123), "13-Sep-2020 12:26:40 +0000");
  EXPECT_EQ(internal_date(0), "01-Jan-1970 00:00:00 +0000");
  EXPECT_EQ(internal_date(-5), "01-Jan-1970 00:00:00 +0000");
  EXPECT_EQ(internal_date(INT64_MIN), "01-Jan-1970 00:00:00 +0000");
  EXPECT_EQ(internal_date(INT64_MAX), "31-Dec-9999 23:59:59 +0000");
}

TEST(MessageIds, AreFoundFoldedAndInAnyCase) {
  EXPECT_EQ(message_id_in("Date: x\r\nmessage-id:\r\n <a@\r\n b>\r\nTo: <c@d>\r\n\r\n"), "<a@b>");
  EXPECT_EQ(message_id_in("X-Message-ID: <no@no>\r\n\r\n"), "");
  EXPECT_EQ(message_id_in("Message-ID: none\r\n"), "");
  EXPECT_EQ(message_id_in(""), "");
  EXPECT_EQ(message_id_in("\n"), "");
}

TEST(Locators, ComeBackEqual) {
  const auto where = Locator::parse("12/34/A/B");
  ASSERT_TRUE(where);
  EXPECT_EQ(where->uid_validity, 12U);
  EXPECT_EQ(where->uid, 34U);
  EXPECT_EQ(where->folder, "A/B");
  EXPECT_EQ(where->text(), "12/34/A/B");
  for (const auto* bad : {"", "1", "1/2", "x/1/a", "1/0/a", "1/4294967296/a"}) EXPECT_FALSE(Locator::parse(bad)) << bad;
}

}  // namespace
}  // namespace smsbackup::imap
