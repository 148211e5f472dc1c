#include "net/line_gauge.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smsbackup::net {
namespace {

using namespace std::chrono_literals;
using Way = LineGauge::Way;

std::string text() {
  std::string out;
  while (out.size() < 64 << 10) out += "X-smssync-address: +4915112345678\r\nContent-Type: text/plain\r\n";
  return out;
}

std::string noise() {
  std::string out(64 << 10, '\0');
  std::uint32_t state = 1;
  for (char& c : out) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return out;
}

// So many bytes go out with so much waiting between each two pieces of 16 KiB.
bool pays(std::size_t bytes, std::chrono::milliseconds wait, const std::string& content) {
  LineGauge gauge;
  for (std::size_t done = 0; done < bytes; done += 16 << 10) {
    gauge.saw(Way::out, content);
    gauge.moved(Way::out, 16 << 10);
    gauge.waited(Way::out, wait);
  }
  return gauge.compressing_pays();
}

TEST(PackingIsWorthIt, WhenBothTogetherTakeANinthLess) {
  EXPECT_TRUE(is_worth_packing(1.0, 0.1, 0.14));
  EXPECT_TRUE(is_worth_packing(1.0, 0.028, 0.76));    // a picture at 1 MB/s: 36 MB/s of packing
  EXPECT_FALSE(is_worth_packing(0.03, 0.028, 0.76));  // the same at 33 MB/s
  EXPECT_FALSE(is_worth_packing(1.0, 0.0, 0.9));
  EXPECT_FALSE(is_worth_packing(1.0, 0.8, 0.14));
}

TEST(LineGauge, FindsTextOnASlowLineWorthIt) { EXPECT_TRUE(pays(1 << 20, 16ms, text())); }  // 1 MB/s
TEST(LineGauge, LeavesAFastLineAlone) { EXPECT_FALSE(pays(64 << 20, 1ms, text())); }        // 16 MB/s
TEST(LineGauge, LeavesNoiseAlone) { EXPECT_FALSE(pays(1 << 20, 16ms, noise())); }
TEST(LineGauge, WantsEnoughToJudge) { EXPECT_FALSE(pays(256 << 10, 16ms, text())); }  // a quarter of a second
TEST(LineGauge, LeavesASourceThatReadsSlowlyAlone) { EXPECT_FALSE(pays(64 << 20, 0ms, text())); }

// One question after the other on a long line: little comes, and each time the wait is for the question's way.
TEST(LineGauge, TakesALongLineForNoNarrowOne) {
  LineGauge gauge;
  for (int i = 0; i < 1000; ++i) {
    gauge.moved(Way::out, 60);
    gauge.waited(Way::in, 100ms);
    gauge.saw(Way::in, text());
    gauge.moved(Way::in, 600);
  }
  EXPECT_FALSE(gauge.compressing_pays());
}

TEST(LineGauge, JudgesWhatComesInToo) {
  LineGauge gauge;
  gauge.moved(Way::out, 60);
  for (int i = 0; i < 100; ++i) {
    gauge.waited(Way::in, 20ms);
    gauge.saw(Way::in, text());
    gauge.moved(Way::in, 16 << 10);
  }
  EXPECT_TRUE(gauge.compressing_pays());
}

}  // namespace
}  // namespace smsbackup::net
