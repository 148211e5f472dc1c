#include "stores/line_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temp_folder.hpp"

namespace smsbackup::stores {
namespace {

using test::put;
using test::TempFolder;

struct Line {
  std::string text;
  std::uint64_t number;
  std::uint64_t offset;
  bool terminated;
  friend bool operator==(const Line&, const Line&) = default;
};

std::vector<Line> lines_of(const std::filesystem::path& path, std::size_t buffer) {
  InputFile file(path);
  LineReader reader(file, buffer);
  std::vector<Line> lines;
  while (reader.next_line()) {
    std::string text;
    for (auto piece = reader.piece(); !piece.empty(); piece = reader.piece()) text += piece;
    lines.push_back({text, reader.number(), reader.offset(), reader.terminated()});
  }
  return lines;
}

TEST(LineReader, GivesTheSameLinesWhateverTheBuffer) {
  TempFolder folder;
  put(folder / "a", "one\n\nthree is longer\r\nfour");
  const std::vector<Line> expected = {
      {"one", 1, 0, true}, {"", 2, 4, true}, {"three is longer\r", 3, 5, true}, {"four", 4, 22, false}};
  for (std::size_t buffer = 1; buffer < 40; ++buffer) EXPECT_EQ(lines_of(folder / "a", buffer), expected) << buffer;
}

TEST(LineReader, GoesOverWhatWasNotReadOfALine) {
  TempFolder folder;
  put(folder / "a", std::string(100, 'x') + "\nsecond\n");
  InputFile file(folder / "a");
  LineReader reader(file, 16);
  ASSERT_TRUE(reader.next_line());
  EXPECT_EQ(reader.piece(), std::string(16, 'x'));
  EXPECT_FALSE(reader.in_one_piece());
  ASSERT_TRUE(reader.next_line());
  EXPECT_EQ(reader.piece(), "second");
  EXPECT_TRUE(reader.in_one_piece());
  EXPECT_EQ(reader.offset(), 101U);
  EXPECT_FALSE(reader.next_line());
}

TEST(LineReader, FindsNoLineInAnEmptyFile) {
  TempFolder folder;
  put(folder / "a", "");
  EXPECT_TRUE(lines_of(folder / "a", 8).empty());
}

}  // namespace
}  // namespace smsbackup::stores
