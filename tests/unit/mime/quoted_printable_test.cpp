#include "mime/quoted_printable.hpp"

#include <gtest/gtest.h>

namespace smsbackup {
namespace {

using mime::QuotedPrintable;

std::string encoded(std::string_view text) {
  mime::MailBuffer buffer;
  mime::encode_quoted_printable(text, buffer);
  return std::string(buffer.view());
}

std::string decoded(std::string_view text, QuotedPrintable dialect = QuotedPrintable::standard) {
  std::string out;
  mime::decode_quoted_printable(text, dialect, out);
  return out;
}

TEST(QuotedPrintable, EndsWithASoftBreakSoThatNothingCanBeAppendedUnseen) {
  EXPECT_EQ(encoded("hi"), "hi=\r\n");
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("hi "), "hi =\r\n");
  std::string out;
  EXPECT_TRUE(mime::decode_quoted_printable("hi=\r\n", QuotedPrintable::standard, out).ends_with_break);
  EXPECT_FALSE(mime::decode_quoted_printable("hi=\r\n\r\n", QuotedPrintable::standard, out).ends_with_break);
}

TEST(QuotedPrintable, EscapesLineEndsAndGoesOnInTheNextLine) {
  EXPECT_EQ(encoded("a\nb"), "a=0A=\r\nb=\r\n");
  EXPECT_EQ(encoded("a\r\nb"), "a=0D=0A=\r\nb=\r\n");
  EXPECT_EQ(encoded("a\rb"), "a=0D=\r\nb=\r\n");
  EXPECT_EQ(encoded("a\n"), "a=0A=\r\n");
}

TEST(QuotedPrintable, EscapesWhatMailFormatsGiveAMeaningAtALineStart) {
  EXPECT_EQ(encoded("From me"), "=46rom me=\r\n");
  EXPECT_EQ(encoded("Fromage"), "Fromage=\r\n");
  EXPECT_EQ(encoded("a\n.\n>From b\n--c"), "a=0A=\r\n=2E=0A=\r\n=3EFrom b=0A=\r\n=2D-c=\r\n");
}

TEST(QuotedPrintable, EscapesBytesThatAreNoVisibleAscii) {
  EXPECT_EQ(encoded(std::string_view("=\0\x7f\xc3\xbc\xff\t.", 8)), "=3D=00=7F=C3=BC=FF\t.=\r\n");
}

TEST(QuotedPrintable, KeepsLinesAtSeventySixCharacters) {
  EXPECT_EQ(encoded(std::string(75, 'a')), std::string(75, 'a') + "=\r\n");
  EXPECT_EQ(encoded(std::string(76, 'a')), std::string(75, 'a') + "=\r\na=\r\n");
  EXPECT_EQ(encoded(std::string(73, 'a') + "="), std::string(73, 'a') + "=\r\n=3D=\r\n");
  EXPECT_EQ(encoded(std::string(72, 'a') + "="), std::string(72, 'a') + "=3D=\r\n");
}

// RFC 2045 section 6.7.
TEST(QuotedPrintable, DecodesTheExampleOfTheStandard) {
  EXPECT_EQ(decoded("Now's the time =\r\nfor all folk to come=\r\n to the aid of their country."),
            "Now's the time for all folk to come to the aid of their country.");
  EXPECT_EQ(decoded("a=3db=3D"), "a=b=");
}

TEST(QuotedPrintable, DropsBlanksThatWereAddedAtLineEnds) {
  EXPECT_EQ(decoded("a \t\r\nb=20 \r\n"), "a\r\nb \r\n");
  EXPECT_EQ(decoded("a=  \r\nb"), "ab");
  EXPECT_EQ(decoded("a \nb"), "a\nb");
  EXPECT_EQ(decoded("end="), "end");
}

TEST(QuotedPrintable, KeepsTheBlanksThatSmsBackupPlusWritesAtLineEnds) {
  EXPECT_EQ(decoded("a \r\nb\t", QuotedPrintable::sms_backup_plus), "a \r\nb\t");
  EXPECT_EQ(decoded("end=", QuotedPrintable::sms_backup_plus), "end=");
}

TEST(QuotedPrintable, KeepsWhatIsNoEscapeAndSaysSo) {
  std::string out;
  EXPECT_FALSE(mime::decode_quoted_printable("a=zzb =4 c==3D", QuotedPrintable::standard, out).well_formed);
  EXPECT_EQ(out, "a=zzb =4 c==");
}

}  // namespace
}  // namespace smsbackup
