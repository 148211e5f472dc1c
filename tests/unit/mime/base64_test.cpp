#include "model/base64.hpp"

#include <gtest/gtest.h>

#include <random>

namespace smsbackup {
namespace {

using base64::Decoder;
using base64::Mode;

std::string encoded(std::string_view in, std::size_t line_length = 0) {
  std::string out;
  base64::encode(in, out, line_length);
  return out;
}

// RFC 4648 section 10.
TEST(Base64, EncodesTheVectorsOfTheStandard) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xfb\xff\xbf"), "+/+/");
}

TEST(Base64, DecodesTheVectorsOfTheStandard) {
  EXPECT_EQ(base64::decode(""), "");
  EXPECT_EQ(base64::decode("Zg=="), "f");
  EXPECT_EQ(base64::decode("Zm8="), "fo");
  EXPECT_EQ(base64::decode("Zm9vYmFy"), "foobar");
  EXPECT_EQ(base64::decode(" Zm9v\r\n\tYmFy \n"), "foobar");
}

TEST(Base64, PutsLineEndsBetweenLinesOnly) {
  EXPECT_EQ(encoded("foobarfoo", 4), "Zm9v\r\nYmFy\r\nZm9v");
  EXPECT_EQ(encoded("foobarf", 8), "Zm9vYmFy\r\nZg==");
  EXPECT_EQ(encoded("foobar", 8), "Zm9vYmFy");
}

TEST(Base64, StrictDecodingRefusesWhatIsIncompleteOrForeign) {
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zm9vYg", "Zg==Zg==", "Zm9v!", "=", "Z===", "Zm9v=", "Zg=g", "Zg==="}) {
    EXPECT_FALSE(base64::decode(wrong)) << wrong;
  }
}

TEST(Base64, TellsTheOffsetOfTheFirstBadCharacter) {
  Decoder decoder;
  std::string out;
  EXPECT_TRUE(decoder.feed("Zm9v\r\nYm", out));
  EXPECT_FALSE(decoder.feed("Fy*Zm9v", out));
  EXPECT_EQ(out, "foobar");
  EXPECT_EQ(decoder.first_bad(), 10U);
  EXPECT_FALSE(decoder.feed("Zm9v", out));
  EXPECT_EQ(out, "foobar");
}

TEST(Base64, LenientDecodingSkipsForeignCharactersAndKeepsTheRest) {
  EXPECT_EQ(base64::decode("Zm*9v-YmFy", Mode::lenient), "foobar");
  EXPECT_EQ(base64::decode("Zg==Zm9v", Mode::lenient), "ffoo");
  EXPECT_EQ(base64::decode("Zm8", Mode::lenient), "fo");
  EXPECT_EQ(base64::decode("Zm9vZ", Mode::lenient), "foo");
  EXPECT_EQ(base64::decode("====", Mode::lenient), "");
}

TEST(Base64, PiecesGiveTheSameAsTheWhole) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::size_t line_length = (random() % 3) * 76;
    const std::string whole = encoded(bytes, line_length);
    std::string pieces;
    base64::Encoder encoder(line_length);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = random() % 7;
      encoder.feed(std::string_view(bytes).substr(at, size), pieces);
      at += size;
    }
    encoder.finish(pieces);
    ASSERT_EQ(pieces, whole);

    Decoder decoder;
    std::string back;
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t size = random() % 9;
      ASSERT_TRUE(decoder.feed(std::string_view(whole).substr(at, size), back));
      at += size;
    }
    ASSERT_TRUE(decoder.finish(back));
    ASSERT_EQ(back, bytes);
  }
}

// Eight characters are decoded at once: each place of them, and each way to stop there.
TEST(Base64, FindsWhatIsWrongAtEveryPlaceOfALongRun) {
  const std::string right = encoded("The quick brown fox jumps over the lazy dog, twice.");  // 68 characters
  ASSERT_EQ(right.size(), 68U);
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (const char wrong : {'*', '\0', '\x80', '\xff'}) {
      std::string text = right;
      text[at] = wrong;
      Decoder decoder;
      std::string out;
      EXPECT_FALSE(decoder.feed(text, out)) << at;
      EXPECT_EQ(decoder.first_bad(), at);
      text.insert(at + 1, 1, right[at]);
      EXPECT_EQ(base64::decode(text, Mode::lenient), "The quick brown fox jumps over the lazy dog, twice.") << at;
    }
    std::string spaced = right;
    spaced.insert(at, "\r\n");
    EXPECT_EQ(base64::decode(spaced), "The quick brown fox jumps over the lazy dog, twice.") << at;
    spaced.insert(at, " ");
    EXPECT_EQ(base64::decode(spaced), "The quick brown fox jumps over the lazy dog, twice.") << at;
  }
}

}  // namespace
}  // namespace smsbackup
