#include "model/unicode.hpp"

#include <gtest/gtest.h>

namespace smsbackup::model {
namespace {

// Whatever lies around it: it is looked for many bytes at a time.
TEST(Unicode, FindsTheFirstBadByteWhereverItIs) {
  for (const std::string good : {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (const std::size_t after : {0, 1, 7, 8, 16, 33}) {
        SCOPED_TRACE(good + " behind " + std::to_string(before) + ", before " + std::to_string(after));
        const std::string whole = std::string(before, 'x') + good + std::string(after, 'y');
        EXPECT_EQ(utf8_prefix(whole, false), whole.size());
        const std::string broken = std::string(before, 'x') + good + '\xff' + std::string(after, 'y');
        EXPECT_EQ(utf8_prefix(broken, false), before + good.size());
        if (good.size() < 2) continue;
        const std::string cut = std::string(before, 'x') + good.substr(0, good.size() - 1);
        EXPECT_EQ(utf8_prefix(cut + std::string(after, 'y'), false), before);
      }
    }
  }
}

TEST(Unicode, TakesHalfSurrogatesOnlyWhereTheyAreAskedFor) {
  const std::string half = "twelve bytes\xed\xa0\xbd and more";
  EXPECT_EQ(utf8_prefix(half, false), 12U);
  EXPECT_EQ(utf8_prefix(half, true), half.size());
  const std::string both_halves = "twelve bytes\xed\xa0\xbd\xed\xb8\x80";
  EXPECT_EQ(utf8_prefix(both_halves, true), 12U);
}

TEST(Unicode, RefusesWhatRfc3629Does) {
  for (const std::string bad : {"\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                                "\xf5\x80\x80\x80", "\x80", "\xfe"}) {
    EXPECT_EQ(utf8_prefix("\xc3\xa4" + bad, false), 2U);
    EXPECT_EQ(to_valid_utf8("a" + bad).substr(0, 4), "a\xef\xbf\xbd");
  }
}

}  // namespace
}  // namespace smsbackup::model
