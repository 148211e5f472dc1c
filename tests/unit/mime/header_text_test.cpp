#include <gtest/gtest.h>

#include "mime/encoded_word.hpp"
#include "mime/header_writer.hpp"
#include "mime/line_ends.hpp"
#include "mime/mail_date.hpp"
#include "mime/mailbox.hpp"
#include "mime/md5.hpp"
#include "mime/parameters.hpp"

namespace smsbackup {
namespace {

std::string words(std::string_view text) {
  std::string out;
  mime::append_encoded_words(text, out);
  return out;
}

std::string decoded(std::string_view text) {
  const auto charsets = system_charsets();
  std::string out;
  mime::append_decoded_words(text, *charsets, out);
  return out;
}

TEST(EncodedWord, TakesTheShorterEncoding) {
  EXPECT_EQ(words("SMS with J\u00fcrgen M\u00fcller"), "=?UTF-8?Q?SMS_with_J=C3=BCrgen_M=C3=BCller?=");
  EXPECT_EQ(words("\U0001f600 Mia \U0001f338"), "=?UTF-8?B?8J+YgCBNaWEg8J+MuA==?=");
  EXPECT_EQ(words(""), "=?UTF-8?Q?\?=");
}

TEST(EncodedWord, NeverSplitsACharacterAndStaysWithinSeventyFive) {
  for (const std::string_view character : {"\u00e4", "\u4f60", "\U0001f600", "x\u0301"}) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += character;
    const std::string encoded = words(text);
    EXPECT_EQ(decoded(encoded), text);
    std::size_t start = 0;
    while (start < encoded.size()) {
      const std::size_t end = std::min(encoded.find(' ', start), encoded.size());
      const std::string word = encoded.substr(start, end - start);
      EXPECT_LE(word.size(), 75U);
      EXPECT_TRUE(is_utf8(decoded(word))) << word;
      start = end + 1;
    }
  }
}

TEST(EncodedWord, ReplacesWhatIsNoText) {
  EXPECT_EQ(decoded(words("a\xff"
                          "b\xed\xa0\x80"))
                .substr(0, 5),
            "a\ufffdb");
}

// RFC 2047 section 8.
TEST(EncodedWord, DecodesTheExamplesOfTheStandard) {
  EXPECT_EQ(decoded("=?ISO-8859-1?Q?a?="), "a");
  EXPECT_EQ(decoded("=?ISO-8859-1?Q?a?= b"), "a b");
  EXPECT_EQ(decoded("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?="), "ab");
  EXPECT_EQ(decoded("=?ISO-8859-1?Q?a?=\r\n   =?ISO-8859-1?Q?b?="), "ab");
  EXPECT_EQ(decoded("=?ISO-8859-1?Q?a_b?="), "a b");
  EXPECT_EQ(decoded("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?="), "a b");
  EXPECT_EQ(decoded("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>"), "Keith Moore <moore@cs.utk.edu>");
  EXPECT_EQ(decoded("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= x"), "If you can read this yo x");
}

TEST(EncodedWord, JoinsCharactersThatOthersSplit) {
  EXPECT_EQ(decoded("=?utf-8?Q?=F0=9F?= =?utf-8?Q?=98=80?="), "\U0001f600");
}

TEST(EncodedWord, LeavesWhatIsNoWord) {
  for (const char* text : {"=?", "=?utf-8?", "=?utf-8?Q?abc", "=?utf-8?X?abc?=", "a ?= b", "=?x-none?Q?a?=", "=?\?="}) {
    EXPECT_EQ(decoded(text), text);
  }
}

std::string header(std::string_view name, std::string_view value) {
  mime::MailBuffer buffer;
  mime::add_folded_header(name, value, buffer);
  return std::string(buffer.view());
}

TEST(HeaderWriter, FoldsBeforeTheWordThatIsTooMuch) {
  const std::string word(30, 'w');
  EXPECT_EQ(header("To", word + " " + word + " " + word), "To: " + word + " " + word + "\r\n " + word + "\r\n");
  EXPECT_EQ(header("To", "short"), "To: short\r\n");
}

TEST(HeaderWriter, FoldsOnlyWhereABlankIs) {
  const std::string word(100, 'w');
  EXPECT_EQ(header("To", word + " x"), "To: " + word + "\r\n x\r\n");
  EXPECT_EQ(header("To", "a  " + word), "To: a  " + word + "\r\n");
}

TEST(HeaderWriter, NeverWritesALineThatIsTooLong) {
  const std::string out = header("X", std::string(5000, 'w'));
  for (std::size_t at = 0; at < out.size(); at = out.find("\r\n", at) + 2) EXPECT_LE(out.find("\r\n", at) - at, 998U);
}

TEST(Parameters, AreReadInAllTheirForms) {
  const auto charsets = system_charsets();
  const auto field = mime::parse_structured_field(
      " Multipart/Mixed ; (comment \\) here) Boundary=\"a \\\"b\" ; x = y z;title*0*=ISO-8859-1'de'%FCm;\r\n"
      " title*1=\"laut\"; name==?utf-8?Q?=C3=BC?=; dup=1; dup=2",
      *charsets);
  EXPECT_EQ(field.value, "multipart/mixed");
  ASSERT_NE(field.find("boundary"), nullptr);
  EXPECT_EQ(*field.find("boundary"), "a \"b");
  EXPECT_EQ(*field.find("x"), "y z");
  EXPECT_EQ(*field.find("title"), "\u00fcmlaut");
  EXPECT_EQ(*field.find("name"), "\u00fc");
  EXPECT_EQ(*field.find("dup"), "1");
  EXPECT_EQ(field.find("none"), nullptr);
}

TEST(Parameters, LongValuesAreSplitAndComeBack) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "\u00e4 b";
  std::string line = "attachment";
  mime::append_parameter("filename", name, line);
  const auto charsets = system_charsets();
  EXPECT_EQ(*mime::parse_structured_field(line, *charsets).find("filename"), name);
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find("\r\n", at), line.size());
    EXPECT_LE(end - at, 78U);
    at = end + 2;
  }
}

TEST(Mailboxes, AreReadFromLists) {
  const auto list =
      mime::parse_mailboxes("\"Doe, J\" <\"(0171) 1\"@unknown.email>,b@c.d (Bob (B.)); =?utf-8?Q?x?= <x@y.z>, ,", 10);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].name, "Doe, J");
  EXPECT_EQ(list[0].address, "(0171) 1@unknown.email");
  EXPECT_EQ(list[1].name, "Bob (B.)");
  EXPECT_EQ(list[1].address, "b@c.d");
  EXPECT_EQ(list[2].address, "x@y.z");
  EXPECT_EQ(mime::parse_mailboxes("a,b,c", 2).size(), 2U);
}

TEST(LineEnds, AreCountedInRuns) {
  EXPECT_EQ(mime::line_end_list("", ' ', 100), "0");
  EXPECT_EQ(mime::line_end_list("a", ' ', 100), "0");
  EXPECT_EQ(mime::line_end_list("a\nb\n\r\nc\r\rd", ' ', 100), "lf2 crlf1 cr2");
  EXPECT_EQ(mime::line_end_list("a\nb\n\r\nc\r\rd", ' ', 5), "");
}

TEST(LineEnds, AreRestored) {
  const auto restored = [](std::string_view list, std::string text) {
    mime::restore_line_ends(list, text);
    return text;
  };
  EXPECT_EQ(restored("lf2 crlf1 cr2", "a\r\nb\r\n\r\nc\r\n\r\nd"), "a\nb\n\r\nc\r\rd");
  EXPECT_EQ(restored("LF1.cr1", "a\nb\nc\n\n"), "a\nb\rc");
  EXPECT_EQ(restored("0", "a\r\n"), "a");
  EXPECT_EQ(restored("0", "a\r\nb"), "a\r\nb");  // somebody added text: nothing is known
  EXPECT_EQ(restored("lf3", "a\r\nb"), "a\r\nb");
  EXPECT_EQ(restored("", "a\r\n"), "a\r\n");
  EXPECT_EQ(restored("lf", "a\r\n"), "a\r\n");
  EXPECT_EQ(restored("lf0", "a\r\n"), "a\r\n");
  EXPECT_EQ(restored("xx1", "a\r\n"), "a\r\n");
  EXPECT_EQ(restored("lf99999999999999999999999", "a\r\n"), "a\r\n");
}

// RFC 1321 section A.5.
TEST(Md5, GivesTheDigestsOfTheStandard) {
  const auto hex = [](std::string_view text) { return Digest{mime::md5(text)}.hex(); };
  EXPECT_EQ(hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), "d174ab98d277d9f5a5611c2c9f419d9f");
  EXPECT_EQ(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

std::string date(std::int64_t ms, const TimeZone& zone) {
  mime::MailDates dates(zone);
  mime::MailBuffer buffer;
  dates.add(ms, buffer);
  return std::string(buffer.view());
}

TEST(MailDates, HoldForAllTimes) {
  EXPECT_EQ(date(0, utc_zone()), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(date(-1, utc_zone()), "Wed, 31 Dec 1969 23:59:59 +0000");
  EXPECT_EQ(date(951'782'400'000, [](std::int64_t) { return -12'600; }), "Mon, 28 Feb 2000 20:30:00 -0330");
  EXPECT_EQ(date(1'577'836'800'123'000, utc_zone()), "Fri, 29 Aug 51969 00:02:03 +0000");
  EXPECT_EQ(date(std::numeric_limits<std::int64_t>::min(), utc_zone()), "Sun, 02 Jan 0000 00:00:00 +0000");
  EXPECT_EQ(date(std::numeric_limits<std::int64_t>::max(), utc_zone()), "Fri, 15 Aug 292278994 07:12:55 +0000");
}

TEST(MailDates, FollowTheZoneWithinADay) {
  // A zone that changes at 1:00 UTC.
  const TimeZone zone = [](std::int64_t ms) { return ms < 3'600'000 ? 3600 : 7200; };
  mime::MailDates dates(zone);
  mime::MailBuffer buffer;
  dates.add(3'599'999, buffer);
  dates.add(3'600'000, buffer);
  EXPECT_EQ(buffer.view(), "Thu, 01 Jan 1970 01:59:59 +0100Thu, 01 Jan 1970 03:00:00 +0200");
}

}  // namespace
}  // namespace smsbackup
