#include "smsbackup/charset.hpp"

#include <gtest/gtest.h>

#include "model/unicode.hpp"

namespace smsbackup {
namespace {

using namespace std::string_view_literals;

std::optional<std::string> convert(std::string_view bytes, std::string_view charset) {
  return system_charsets()->to_utf8(bytes, charset);
}

TEST(Charset, GivesUtf8BackUnchanged) {
  EXPECT_EQ(convert("\xff\xc3\xa4", "utf-8"), "\xff\xc3\xa4");
  EXPECT_EQ(convert("\xc3\xa4", "UTF8"), "\xc3\xa4");
}

TEST(Charset, ReadsSingleByteCharsets) {
  EXPECT_EQ(convert("caf\xe9\x80", "ISO-8859-1"), "caf\xc3\xa9\xc2\x80");
  EXPECT_EQ(convert("\x80 \x93x\x94", "windows-1252"), "\xe2\x82\xac \xe2\x80\x9cx\xe2\x80\x9d");
  EXPECT_EQ(convert("a\xe9", "US-ASCII"), "a\xef\xbf\xbd");
}

TEST(Charset, ReadsUtf16InBothOrders) {
  EXPECT_EQ(convert("\xfe\xff\x00\x61"sv, "utf-16"), "a");
  EXPECT_EQ(convert("\xff\xfe\x61\x00"sv, "utf-16"), "a");
  EXPECT_EQ(convert("\x00\x61"sv, "utf-16"), "a");
  EXPECT_EQ(convert("\x00\x61"sv, "ISO-10646-UCS-2"), "a");
  EXPECT_EQ(convert("\x3d\xd8\x00\xde"sv, "utf-16le"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(convert("\xd8\x3d\xde\x00"sv, "utf-16be"), "\xf0\x9f\x98\x80");
}

TEST(Charset, MarksWhatMeansNothingInUtf16) {
  EXPECT_EQ(convert("\xd8\x3d\x00\x61"sv, "utf-16be"),
            "\xef\xbf\xbd"
            "a");
  EXPECT_EQ(convert("\xde\x00"sv, "utf-16be"), "\xef\xbf\xbd");
  EXPECT_EQ(convert("\x00\x61\x00"sv, "utf-16be"), "a\xef\xbf\xbd");
  EXPECT_EQ(convert("\xd8\x3d"sv, "utf-16be"), "\xef\xbf\xbd");
}

TEST(Charset, DoesNotKnowNonsense) {
  for (const std::string_view name : {"", "unknown-8bit", "x-nothing", "utf-8//TRANSLIT", "a b", "../../evil"}) {
    EXPECT_EQ(convert("abc", name), std::nullopt) << name;
  }
  EXPECT_EQ(convert("abc", std::string(1000, 'x')), std::nullopt);
}

TEST(Charset, AsksTheSystemForOthers) {
  const auto charsets = system_charsets();
  if (!charsets->to_utf8("", "shift_jis")) GTEST_SKIP() << "this system has no iconv";
  EXPECT_EQ(charsets->to_utf8("\x93\xfa\x96\x7b", "Shift_JIS"), "日本");
  EXPECT_EQ(charsets->to_utf8("\xa4\xe9\xa5\xbb", "big5"), "日本");
  EXPECT_EQ(charsets->to_utf8("\x1b$BF|K\\\x1b(B", "iso-2022-jp"), "日本");
  EXPECT_EQ(charsets->to_utf8("\xf0\xd2\xc9", "koi8-r"), "При");
  EXPECT_EQ(charsets->to_utf8("a\xff"
                              "b",
                              "gb2312"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(charsets->to_utf8("\x93", "shift_jis"), "\xef\xbf\xbd");
  // Longer than any buffer in between.
  std::string many, expected;
  for (int i = 0; i < 5000; ++i) {
    many += "\x93\xfa";
    expected += "日";
  }
  EXPECT_EQ(charsets->to_utf8(many, "shift_jis"), expected);
}

TEST(CharsetName, KnowsTheNumbersThatPhonesWrite) {
  EXPECT_EQ(charset_name(3), "us-ascii");
  EXPECT_EQ(charset_name(4), "iso-8859-1");
  EXPECT_EQ(charset_name(17), "shift_jis");
  EXPECT_EQ(charset_name(106), "utf-8");
  EXPECT_EQ(charset_name(1000), "iso-10646-ucs-2");
  EXPECT_EQ(charset_name(1015), "utf-16");
  EXPECT_EQ(charset_name(2026), "big5");
  EXPECT_EQ(charset_name(0), "");
  EXPECT_EQ(charset_name(-1), "");
  EXPECT_EQ(charset_name(1'000'000), "");
}

TEST(IsUtf8, FollowsRfc3629) {
  for (const std::string_view good :
       {""sv, "abc\0def"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv, "\xee\x80\x80"sv,
        "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv, "a long ASCII text and then \xf0\x9f\x98\x80 and more of it"sv}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad : {"\x80"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xe0\x9f\xbf"sv, "\xe2\x82"sv,
                                     "\xed\xa0\x80"sv, "\xf0\x8f\xbf\xbf"sv, "\xf0\x9f\x98"sv, "\xf4\x90\x80\x80"sv,
                                     "\xf5\x80\x80\x80"sv, "\xff"sv, "12345678\xff"sv}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(IsUtf8, LetsHalfSurrogatesPassWhenAskedButNotPairsOfThem) {
  EXPECT_TRUE(is_utf8("\xed\xa0\xbd", true));
  EXPECT_TRUE(is_utf8("\xed\xb8\x80", true));
  EXPECT_TRUE(is_utf8("\xed\xb8\x80\xed\xa0\xbd", true));
  EXPECT_FALSE(is_utf8("\xed\xa0\xbd\xed\xb8\x80", true));
  EXPECT_FALSE(is_utf8("\xed\xa0", true));
}

TEST(ToValidUtf8, MarksEachBadByte) {
  EXPECT_EQ(model::to_valid_utf8("a\xff\xfe z"), "a\xef\xbf\xbd\xef\xbf\xbd z");
  EXPECT_EQ(model::to_valid_utf8("good"), "good");
  EXPECT_EQ(model::to_valid_utf8("\xed\xa0\xbd", true), "\xed\xa0\xbd");
}

}  // namespace
}  // namespace smsbackup
