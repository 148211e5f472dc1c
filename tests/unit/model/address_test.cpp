#include "smsbackup/address.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace smsbackup {
namespace {

void expect_equal(std::string_view a, std::string_view b) {
  EXPECT_TRUE(loosely_equal_numbers(a, b)) << a << " and " << b;
  EXPECT_TRUE(loosely_equal_numbers(b, a)) << b << " and " << a;
  EXPECT_TRUE(same_address(a, b)) << a << " and " << b;
  EXPECT_EQ(address_bucket(a), address_bucket(b)) << a << " and " << b;
}

void expect_different(std::string_view a, std::string_view b) {
  EXPECT_FALSE(same_address(a, b)) << a << " and " << b;
  EXPECT_FALSE(same_address(b, a)) << b << " and " << a;
}

TEST(LooselyEqualNumbers, TakesCountryCodeForTrunkZero) {
  expect_equal("+4915112345678", "015112345678");
  expect_equal("+4915112345678", "004915112345678");
  expect_equal("015112345678", "004915112345678");
  expect_equal("+4915112345678", "0114915112345678");
  expect_equal("+3581234567890", "01234567890");
}

TEST(LooselyEqualNumbers, TakesANumberForTheEndOfAnother) {
  expect_equal("+21111111111", "1111111111");
  expect_equal("(555) 555-4545", "1-555-555-4545");
  expect_equal("5554545", "+15555554545");
  expect_equal("+15555554545", "15555554545");
}

TEST(LooselyEqualNumbers, TellsDifferentNumbersApart) {
  expect_different("+44 20 7946 0000", "+1 555 946 0000");
  expect_different("+4915112345678", "+4915112345679");
  expect_different("0151 2345678", "0152 2345678");
  expect_different("+49 151 12345678", "+43 151 12345678");
  expect_different("01234567890", "+12345234567890");  // five digits are no country code
  expect_different("0151 2345678", "00151 2345678 9");
}

TEST(LooselyEqualNumbers, TakesShortNumbersExactly) {
  expect_equal("404-04", "40404");
  expect_different("40404", "0040404");
  expect_different("40404", "140404");
  expect_different("555454", "+1555454");
  EXPECT_FALSE(loosely_equal_numbers("", ""));
  EXPECT_FALSE(loosely_equal_numbers("abc", "def"));
}

TEST(LooselyEqualNumbers, IgnoresHowANumberIsWritten) {
  expect_equal("+49 (151) 123-45.678", "+49/151/12345678");
  expect_equal(
      "\xe2\x80\xaa+49\xc2\xa0"
      "151\xe2\x80\x91"
      "12345678\xe2\x80\xac",
      "+4915112345678");
  expect_equal(
      "\xd9\xa0\xd9\xa1\xd9\xa5\xd9\xa1"
      "12345678",
      "015112345678");
  expect_equal(
      "\xef\xbc\x8b\xef\xbc\x94\xef\xbc\x99"
      "15112345678",
      "+4915112345678");
  expect_equal("+15550100/TYPE=PLMN", "+15550100");
  expect_equal("555-4545,,12", "555-4545");
  expect_equal("555-4545 x12", "555-4545;34");
}

TEST(LooselyEqualNumbers, LetsTheInnerTrunkZeroBeThereOrNot) {
  expect_equal("+44 (0)20 7946 0018", "+442079460018");
  expect_equal("+44 (0)20 7946 0018", "020 7946 0018");
  expect_equal("+44 (0)20 7946 0018", "+44 (0) 20 79460018");
  expect_different("+44 (0)123456", "+44123456");
}

TEST(SameAddress, FoldsAlphanumericSenders) {
  EXPECT_TRUE(same_address("MY BANK", "MyBank"));
  EXPECT_TRUE(same_address("My-Bank", "my_bank."));
  expect_different("MY BANK", "MY BANK 2");
  expect_different("INFO", "12345");
  expect_different("1-800-FLOWERS", "1-800");
  expect_different("---", "...");
  EXPECT_TRUE(same_address("---", "---"));
}

TEST(SameAddress, IgnoresLetterCaseOfMailAddresses) {
  EXPECT_TRUE(same_address("Anna@Example.org", "anna@example.ORG"));
  expect_different("anna@example.org", "an.na@example.org");
  expect_different("15550100@example.org", "15550100");
}

TEST(SameAddress, TakesAllUnknownOnesForOne) {
  EXPECT_TRUE(same_address("", "-1"));
  EXPECT_TRUE(same_address("-2", "-3"));
  expect_different("", "1");
  expect_different("-1", "1");
  expect_different("-4", "-1");
}

TEST(IsUnknownAddress, KnowsTheMarksOfOldCallLogs) {
  for (const std::string_view address : {"", "-1", "-2", "-3"}) EXPECT_TRUE(is_unknown_address(address)) << address;
  for (const std::string_view address : {"-4", "1", " ", "Unknown"})
    EXPECT_FALSE(is_unknown_address(address)) << address;
}

TEST(IsPhoneNumber, TellsNumbersFromNames) {
  for (const std::string_view number : {"1", "*100#", "+49 151", "(555) 555-4545", "555x12", "5,,3#", "-4"}) {
    EXPECT_TRUE(is_phone_number(number)) << number;
  }
  for (const std::string_view other :
       {"", "-1", " ", "+", "#", "MY BANK", "1-800-FLOWERS", "a@b", "1+2", "12,Main St", "insert-address-token",
        "\xff"
        "123"}) {
    EXPECT_FALSE(is_phone_number(other)) << other;
  }
}

TEST(NumberDigits, KeepsWhatIsDialled) {
  EXPECT_EQ(number_digits("+49 (151) 12-34"), "+491511234");
  EXPECT_EQ(number_digits("*100#"), "*100#");
  EXPECT_EQ(number_digits("1+2"), "12");
  EXPECT_EQ(number_digits("555-4545 x 12"), "5554545");
  EXPECT_EQ(number_digits("MY BANK"), "");
}

TEST(AddressBucket, IsWhatSpellingsShare) {
  EXPECT_EQ(address_bucket("+49 151 12345678"), "2345678");
  EXPECT_EQ(address_bucket("40404"), "40404");
  EXPECT_EQ(address_bucket("MY BANK"), "mybank");
  EXPECT_EQ(address_bucket("Anna@Example.org"), "anna@example.org");
  EXPECT_EQ(address_bucket("-1"), "");
}

TEST(SameAddress, IsSymmetricAndSharesTheBucket) {
  std::mt19937_64 random(42);
  const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
  const std::vector<std::string_view> starts{"", "+", "0", "00", "011", "+49", "0049", "49", "+44 (0)", "-", "A", "*"};
  const std::vector<std::string_view> cores{"15112345678", "1511234567", "2345678", "345678", "2079460018",
                                            "1",           "",           "00",      "@"};
  const std::vector<std::string_view> ends{"", " ", "x1", ",2", "/TYPE=PLMN", "b", "\xff"};
  const auto any = [&](const std::vector<std::string_view>& from) { return from[below(from.size())]; };
  const auto address = [&] { return std::string(any(starts)) + std::string(any(cores)) + std::string(any(ends)); };
  std::size_t same = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string a = address();
    const std::string b = address();
    ASSERT_TRUE(same_address(a, a)) << a;
    ASSERT_EQ(same_address(a, b), same_address(b, a)) << a << " and " << b;
    if (!same_address(a, b)) continue;
    ++same;
    ASSERT_EQ(address_bucket(a), address_bucket(b)) << a << " and " << b;
  }
  EXPECT_GT(same, 500u);
}

}  // namespace
}  // namespace smsbackup
