#include "imap/folder_names.hpp"

#include <gtest/gtest.h>

#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

TEST(ModifiedUtf7, WritesTheExamplesOfTheStandard) {
  // RFC 3501 section 5.1.3
  EXPECT_EQ(to_modified_utf7("~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"),
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  EXPECT_EQ(to_modified_utf7("A&B"), "A&-B");
  EXPECT_EQ(to_modified_utf7("Entw\xc3\xbcrfe"), "Entw&APw-rfe");
}

TEST(ModifiedUtf7, WritesAstralCharactersAsTwoUnits) {
  EXPECT_EQ(to_modified_utf7("\xf0\x9f\x98\x80"), "&2D3eAA-");
  EXPECT_EQ(from_modified_utf7("&2D3eAA-"), "\xf0\x9f\x98\x80");
}

TEST(ModifiedUtf7, ComesBackEqual) {
  for (const auto* name : {"", "SMS", "Call log", "&", "&-", "a&b&c", "\xc3\xa4\xc3\xb6\xc3\xbc",
                           "x\xe2\x82\xacy\xe2\x82\xac", "\x01\x7f", "\xf0\x9f\x93\xb1 SMS"})
    EXPECT_EQ(from_modified_utf7(to_modified_utf7(name)), name);
}

TEST(ModifiedUtf7, LeavesStrangeNamesAlone) {
  for (const auto* name : {"&", "&U,BTFw", "&!-", "&AP-", "&2D0-", "&3gA-", "a&b"})
    EXPECT_EQ(from_modified_utf7(name), name);
}

TEST(ModifiedUtf7, RefusesWhatIsNoUtf8) {
  EXPECT_THROW(to_modified_utf7("\xff"), Error);
  EXPECT_THROW(to_modified_utf7("\xed\xa0\x80"), Error);
}

TEST(QuotedStrings, EscapeQuotesAndBackslashes) {
  EXPECT_EQ(quote("a \"b\" \\c"), "\"a \\\"b\\\" \\\\c\"");
  EXPECT_EQ(quote(""), "\"\"");
}

TEST(QuotedStrings, CantHoldLineEnds) {
  EXPECT_THROW(quote("a\r\nA1 LOGOUT"), Error);
  EXPECT_FALSE(is_quotable("\xc3\xa4"));
}

TEST(NameSpaces, PutThePrefixBeforeNamesButNotBeforeTheInbox) {
  const NameSpace courier{"INBOX.", '.'};
  EXPECT_EQ(courier.wire_name("SMS"), "INBOX.SMS");
  EXPECT_EQ(courier.wire_name("Backup/SMS"), "INBOX.Backup.SMS");
  EXPECT_EQ(courier.wire_name("INBOX.SMS"), "INBOX.SMS");
  EXPECT_EQ(courier.wire_name("inbox"), "INBOX");
  EXPECT_EQ(courier.path("INBOX.Backup.SMS"), "Backup/SMS");
}

TEST(NameSpaces, WithoutDelimiterNamesStayAsTheyAre) { EXPECT_EQ(NameSpace{}.wire_name("Backup/SMS"), "Backup/SMS"); }

}  // namespace
}  // namespace smsbackup::imap
