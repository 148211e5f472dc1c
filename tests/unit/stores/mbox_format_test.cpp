#include "stores/mbox_format.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "temp_folder.hpp"

namespace smsbackup::stores {
namespace {

using test::put;
using test::TempFolder;

constexpr std::string_view from_line = "From smsbackup@localhost Tue Aug  8 06:13:36 2023\n";

std::vector<std::string> mails_of(std::string_view text, std::uint64_t limit = 1 << 30) {
  TempFolder folder;
  put(folder / "a", text);
  InputFile file(folder / "a");
  MboxReader reader(file, limit);
  std::vector<std::string> mails;
  while (reader.next()) mails.emplace_back(reader.mail());
  return mails;
}

std::string in_file(std::string_view mail) {
  std::string out;
  write_mbox_mail(mail, [&](std::string_view bytes) { out += bytes; });
  return out;
}

using Mails = std::vector<std::string>;

TEST(MboxFromLine, ShowsTheTimeInUtcAsAsctimeDoes) {
  EXPECT_EQ(mbox_from_line(1691475216525), from_line);
  EXPECT_EQ(mbox_from_line(0), "From smsbackup@localhost Thu Jan  1 00:00:00 1970\n");
  EXPECT_EQ(mbox_from_line(951868799999), "From smsbackup@localhost Tue Feb 29 23:59:59 2000\n");
}

TEST(MboxFromLine, StaysReadableForDatesThatAsctimeCantShow) {
  EXPECT_EQ(mbox_from_line(-1), "From smsbackup@localhost Thu Jan  1 00:00:00 1970\n");
  EXPECT_EQ(mbox_from_line(std::numeric_limits<std::int64_t>::max()),
            "From smsbackup@localhost Fri Dec 31 23:59:59 9999\n");
  EXPECT_EQ(mbox_from_line(std::numeric_limits<std::int64_t>::min()),
            "From smsbackup@localhost Thu Jan  1 00:00:00 1970\n");
}

TEST(MboxFromLine, IsToldFromTextByItsDate) {
  EXPECT_TRUE(is_mbox_from_line("From smsbackup@localhost Tue Aug  8 06:13:36 2023"));
  EXPECT_TRUE(is_mbox_from_line("From - Tue Aug 08 06:13:36 2023\r"));
  EXPECT_TRUE(is_mbox_from_line("From 1773951242432@xxx Tue Aug 08 06:13:36 +0000 2023"));
  EXPECT_TRUE(is_mbox_from_line("From me at example.org  Tue Aug  8 6:13 2023"));
  EXPECT_FALSE(is_mbox_from_line("From what I hear, Tue Aug 8 is the day"));
  EXPECT_FALSE(is_mbox_from_line("From Tue to Wed"));
  EXPECT_FALSE(is_mbox_from_line(">From - Tue Aug 08 06:13:36 2023"));
  EXPECT_FALSE(is_mbox_from_line("From: Tue Aug 08 06:13:36 2023"));
  EXPECT_FALSE(is_mbox_from_line("From " + std::string(2000, 'x') + " Tue Aug 08 06:13:36 2023"));
}

TEST(MboxFormat, QuotesEveryLineThatLooksLikeAFromLine) {
  EXPECT_EQ(in_file("A: b\n\nFrom me\n>From you\n>>From them\n> From nobody\nFrom: x\n"),
            "A: b\n\n>From me\n>>From you\n>>>From them\n> From nobody\nFrom: x\n\n");
  EXPECT_EQ(in_file("no line end"), "no line end\n\n");
  EXPECT_EQ(in_file("From"), "From\n\n");
  EXPECT_EQ(in_file(">>From "), ">>>From \n\n");
  EXPECT_EQ(in_file(""), "\n");
}

TEST(MboxFormat, GivesBackWhatWasWritten) {
  const Mails mails = {"A: b\n\nFrom me Tue Aug  8 06:13:36 2023\n>From you\n\n\n", "A: c\n\n", "A: d\n\nno From \n"};
  std::string text;
  for (const auto& mail : mails) text += std::string(from_line) + in_file(mail);
  EXPECT_EQ(mails_of(text), mails);
}

TEST(MboxFormat, ReadsCrLf) {
  EXPECT_EQ(mails_of("From - Tue Aug 08 06:13:36 2023\r\nA: b\r\n\r\n>From me\r\n\r\nFrom - Tue Aug 08 06:13:36 "
                     "2023\r\nA: c\r\n\r\n"),
            (Mails{"A: b\r\n\r\nFrom me\r\n", "A: c\r\n"}));
}

TEST(MboxFormat, NeedsNoEmptyLineBetweenMailsAndNoneAtTheEnd) {
  EXPECT_EQ(mails_of(std::string(from_line) + "A: b\n\ntext\n" + std::string(from_line) + "A: c\n\ntext"),
            (Mails{"A: b\n\ntext\n", "A: c\n\ntext"}));
}

TEST(MboxFormat, TakesUnquotedTextForText) {
  EXPECT_EQ(mails_of(std::string(from_line) + "A: b\n\nFrom here on it is text\n\n"),
            Mails{"A: b\n\nFrom here on it is text\n"});
}

TEST(MboxFormat, KeepsAMailThatLostItsFromLine) {
  EXPECT_EQ(mails_of("\n\nA: b\n\ntext\n\n" + std::string(from_line) + "A: c\n"), (Mails{"A: b\n\ntext\n", "A: c\n"}));
}

TEST(MboxFormat, FindsNoMailInEmptyLines) {
  EXPECT_EQ(mails_of("\n\r\n\n"), Mails{});
  EXPECT_EQ(mails_of(""), Mails{});
}

TEST(MboxFormat, GivesAnEmptyMailForAFromLineAlone) {
  EXPECT_EQ(mails_of(from_line), Mails{""});
  EXPECT_EQ(mails_of(std::string(from_line) + std::string(from_line) + "A: b\n"), (Mails{"", "A: b\n"}));
}

TEST(MboxFormat, CutsWhatIsOverTheLimitAndGoesOn) {
  TempFolder folder;
  put(folder / "a", std::string(from_line) + std::string(1000, 'x') + "\n\n" + std::string(from_line) + "A: b\n");
  InputFile file(folder / "a");
  MboxReader reader(file, 100);
  ASSERT_TRUE(reader.next());
  EXPECT_TRUE(reader.over_limit());
  EXPECT_EQ(reader.mail(), std::string(100, 'x'));
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.over_limit());
  EXPECT_EQ(reader.mail(), "A: b\n");
  EXPECT_EQ(reader.number(), 2U);
  EXPECT_EQ(reader.offset(), from_line.size() + 1002);
}

TEST(MboxFormat, ReadsLinesLongerThanItsBuffer) {
  const std::string line(1'000'000, 'l');
  EXPECT_EQ(mails_of(std::string(from_line) + line + "\n>From x\n\n"), Mails{line + "\nFrom x\n"});
}

// The first mail of a file is put together line by line, the ones between others are looked at where they are.
TEST(MboxFormat, ReadsAMailTheSameWayWhereverItStands) {
  const std::vector<std::string> lines = {"\n",      "\r\n",      "text\n", "A: b\r\n",        "From me\n",
                                          "From \n", ">From x\n", ">> y\n", ">>From x\r\n",    "F\n",
                                          ">\n",     "Fr\r\n",    "\r\r\n", "From - Tue Aug\n"};
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    std::string mail;
    for (std::size_t left = random() % 9; left > 0; --left) mail += lines[random() % lines.size()];
    const std::string next = std::string(from_line) + "A: c\n";
    const std::string as_first = std::string(from_line) + mail + next;
    const Mails first = mails_of(as_first, 40);
    const Mails second = mails_of(next + as_first, 40);
    ASSERT_EQ(first.size(), 2U) << mail;
    ASSERT_EQ(second.size(), 3U) << mail;
    EXPECT_EQ(second[1], first[0]) << mail;
  }
}

TEST(MboxFormat, ReadsMailsAcrossItsBuffers) {
  std::mt19937 random(2);
  Mails mails;
  std::string text;
  std::vector<std::uint64_t> begins;
  for (int i = 0; i < 1500; ++i) {
    std::string mail = "A: " + std::to_string(i) + "\n\n";
    for (std::size_t left = random() % 20; left > 0; --left) mail += std::string(random() % 90, 'x') + "\n";
    if (i % 100 == 7) mail += ">From me\n";
    if (i % 500 == 9) mail += std::string(400'000, 'y') + "\n";
    begins.push_back(text.size());
    text += std::string(from_line) + in_file(mail);
    mails.push_back(std::move(mail));
  }
  TempFolder folder;
  put(folder / "a", text);
  InputFile file(folder / "a");
  MboxReader reader(file, 1 << 30);
  for (std::size_t i = 0; i < mails.size(); ++i) {
    ASSERT_TRUE(reader.next());
    ASSERT_EQ(reader.mail(), mails[i]) << i;
    ASSERT_EQ(reader.offset(), begins[i]);
    ASSERT_EQ(reader.number(), i + 1);
  }
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.consumed(), text.size());
}

TEST(SpillBuffer, GivesBackWhatWentIntoItsFile) {
  SpillBuffer buffer(1000);
  for (int round = 0; round < 2; ++round) {
    std::string expected;
    for (int i = 0; i < 300; ++i) {
      const std::string piece = std::to_string(i * 7919);
      buffer.append(piece);
      expected += piece;
    }
    EXPECT_EQ(buffer.view(), expected);
    EXPECT_EQ(buffer.size(), expected.size());
    buffer.clear();
    EXPECT_EQ(buffer.view(), "");
    buffer.append("small");
    EXPECT_EQ(buffer.view(), "small");
    buffer.clear();
  }
}

}  // namespace
}  // namespace smsbackup::stores
