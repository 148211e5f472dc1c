#include "stores/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "expect_error.hpp"
#include "file_size_limit.hpp"
#include "temp_folder.hpp"

namespace smsbackup::stores {
namespace {

using test::expect_error;
using test::FileSizeLimit;
using test::get;
using test::put;
using test::TempFolder;

using Names = std::set<std::string>;

unsigned mode_of(const std::filesystem::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  TempFolder folder;
  {
    AtomicFile file(folder / "a.xml");
    file.write("one ");
    file.write("two");
    EXPECT_FALSE(std::filesystem::exists(folder / "a.xml"));
    file.commit();
    EXPECT_EQ(get(folder / "a.xml"), "one two");
  }
  EXPECT_EQ(folder.entries(), Names{"a.xml"});
  EXPECT_EQ(mode_of(folder / "a.xml"), 0600U);
}

TEST(AtomicFile, LeavesTheOldFileAndNothingElseWithoutCommit) {
  TempFolder folder;
  put(folder / "a", "old");
  {
    AtomicFile file(folder / "a");
    file.write(std::string(3'000'000, 'x'));
    EXPECT_EQ(folder.entries().size(), 3U);  // the old one, the new one and the lock
  }
  EXPECT_EQ(get(folder / "a"), "old");
  EXPECT_EQ(folder.entries(), Names{"a"});
}

TEST(AtomicFile, CopiesPiecesOfTheOldFileAndKeepsItsMode) {
  TempFolder folder;
  std::string old(2'500'000, 'o');
  old.replace(1'000'000, 5, "HELLO");
  put(folder / "a", old);
  ::chmod((folder / "a").c_str(), 0640);
  AtomicFile file(folder / "a");
  file.write("<");
  file.copy(InputFile(folder / "a"), 1, old.size() - 2);
  file.write(">");
  file.commit();
  EXPECT_EQ(get(folder / "a"), "<" + old.substr(1, old.size() - 2) + ">");
  EXPECT_EQ(mode_of(folder / "a"), 0640U);
}

TEST(AtomicFile, ReplacesWhatWasWrittenBefore) {
  TempFolder folder;
  AtomicFile file(folder / "a");
  file.write("count=\"0000\" ");
  file.write(std::string(1'500'000, 'x'));
  file.replace(7, "0012");
  file.replace(9, "34");
  file.replace(1'048'570, "across the chunk");
  file.commit();
  std::string expected = "count=\"0034\" " + std::string(1'500'000, 'x');
  expected.replace(1'048'570, 16, "across the chunk");
  EXPECT_EQ(get(folder / "a"), expected);
}

TEST(AtomicFile, RefusesToReplaceWhatWasNotWritten) {
  TempFolder folder;
  AtomicFile file(folder / "a");
  file.write("abc");
  expect_error(ErrorCode::internal, [&] { file.replace(2, "xy"); });
}

TEST(AtomicFile, NoticesWhenTheDiskHoldsOtherBytes) {
  TempFolder folder;
  put(folder / "a", "old");
  AtomicFile file(folder / "a");
  file.write("what was written");
  file.flush();
  {
    std::fstream behind(file.partial_path(), std::ios::in | std::ios::out | std::ios::binary);
    behind.seekp(5);
    behind.put('X');
  }
  const Error error = expect_error(ErrorCode::io, [&] { file.commit(); });
  EXPECT_EQ(std::string(error.what()),
            "reading back " + (folder / "a").string() + ": the disk holds other bytes than were written");
  EXPECT_EQ(get(folder / "a"), "old");
}

TEST(AtomicFile, NoticesWhenTheDiskHoldsOtherBytesWhereSomeWereReplaced) {
  TempFolder folder;
  AtomicFile file(folder / "a");
  file.write("count=\"0000\"");
  file.replace(7, "0012");
  put(file.partial_path(), "count=\"0000\"");
  expect_error(ErrorCode::io, [&] { file.commit(); });
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

TEST(AtomicFile, SaysThatTheDiskIsFullAndKeepsTheOldFile) {
  TempFolder folder;
  put(folder / "a", "old");
  {
    AtomicFile file(folder / "a");
    const FileSizeLimit limit(1'000'000);
    const Error error = expect_error(ErrorCode::no_space, [&] {
      for (int i = 0; i < 40; ++i) file.write(std::string(50'000, 'x'));
      file.commit();
    });
    EXPECT_EQ(std::string(error.what()), "writing " + (folder / "a").string() + ": File too large");
    EXPECT_NE(error.hint(), "");
  }
  EXPECT_EQ(get(folder / "a"), "old");
  EXPECT_EQ(folder.entries(), Names{"a"});
}

std::string numbered(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + '\n';
  bytes.resize(size);
  return bytes;
}

// More than what is under way to the disk at once, in writes of every size.
TEST(AtomicFile, HoldsWhatWasWrittenWhereMuchIs) {
  TempFolder folder;
  const std::string bytes = numbered(9'000'001);
  AtomicFile file(folder / "a");
  for (std::size_t at = 0, size = 1; at < bytes.size(); at += size, size = size * 3 % 1'100'003)
    file.write(std::string_view(bytes).substr(at, size));
  EXPECT_EQ(file.size(), bytes.size());
  file.replace(10, "early");
  file.replace(8'999'990, "late");
  file.commit();
  std::string expected = bytes;
  expected.replace(10, 5, "early");
  expected.replace(8'999'990, 4, "late");
  EXPECT_EQ(get(folder / "a"), expected);
}

TEST(AtomicFile, NoticesWhenTheDiskHoldsOtherBytesInTheMiddleOfMuch) {
  TempFolder folder;
  const std::string bytes = numbered(6'000'000);
  AtomicFile file(folder / "a");
  file.write(bytes);
  file.flush();
  {
    std::fstream behind(file.partial_path(), std::ios::in | std::ios::out | std::ios::binary);
    behind.seekp(5'500'000);
    behind.put('X');
  }
  expect_error(ErrorCode::io, [&] { file.commit(); });
  EXPECT_EQ(folder.entries().count("a"), 0U);
}

TEST(AtomicFile, SaysThatTheDiskIsFullWhereMuchIsWritten) {
  TempFolder folder;
  AtomicFile file(folder / "a");
  const FileSizeLimit limit(3'000'000);
  const Error error = expect_error(ErrorCode::no_space, [&] {
    for (int i = 0; i < 400; ++i) file.write(std::string(50'000, 'x'));
    file.commit();
  });
  EXPECT_EQ(std::string(error.what()), "writing " + (folder / "a").string() + ": File too large");
  EXPECT_EQ(folder.entries().count("a"), 0U);
}

TEST(AtomicFile, WritesThroughASymbolicLink) {
  TempFolder folder;
  std::filesystem::create_directory(folder / "real");
  put(folder / "real/a", "old");
  std::filesystem::create_symlink("real/a", folder / "link");
  std::filesystem::create_symlink(folder / "link", folder / "link to link");
  AtomicFile file(folder / "link to link");
  file.write("new");
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link to link"));
  EXPECT_EQ(get(folder / "real/a"), "new");
}

TEST(AtomicFile, MakesTheFileThatADanglingLinkPointsTo) {
  TempFolder folder;
  std::filesystem::create_symlink("real", folder / "link");
  AtomicFile file(folder / "link");
  file.write("new");
  file.commit();
  EXPECT_EQ(get(folder / "real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

TEST(AtomicFile, RefusesLinksInACircle) {
  TempFolder folder;
  std::filesystem::create_symlink("b", folder / "a");
  std::filesystem::create_symlink("a", folder / "b");
  expect_error(ErrorCode::invalid_argument, [&] { AtomicFile file(folder / "a"); });
}

TEST(AtomicFile, RefusesWhatIsNoRegularFile) {
  TempFolder folder;
  std::filesystem::create_directory(folder / "d");
  expect_error(ErrorCode::invalid_argument, [&] { AtomicFile file(folder / "d"); });
  std::filesystem::create_symlink("/dev/null", folder / "null");
  // Not even attempted where the lock can't be made; as root it is the device that is refused.
  EXPECT_THROW(AtomicFile(folder / "null"), Error);
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST(AtomicFile, SaysThatTheFolderIsMissing) {
  TempFolder folder;
  const Error error = expect_error(ErrorCode::not_found, [&] { AtomicFile file(folder / "none/a"); });
  EXPECT_EQ(std::string(error.what()), "locking " + (folder / "none/a").string() + ": No such file or directory");
}

TEST(AtomicFile, SaysThatTheFolderMayNotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  TempFolder folder;
  ::chmod(folder.path().c_str(), 0500);
  expect_error(ErrorCode::permission_denied, [&] { AtomicFile file(folder / "a"); });
  ::chmod(folder.path().c_str(), 0700);
}

TEST(AtomicFile, LetsOnlyOneWriterIn) {
  TempFolder folder;
  auto first = std::make_unique<AtomicFile>(folder / "a");
  const Error error = expect_error(ErrorCode::busy, [&] { AtomicFile second(folder / "a"); });
  EXPECT_EQ(std::string(error.what()), "locking " + (folder / "a").string() + ": another process is writing to it");
  first.reset();
  AtomicFile second(folder / "a");
  second.write("x");
  second.commit();
  EXPECT_EQ(get(folder / "a"), "x");
}

TEST(AtomicFile, RemovesWhatAKilledProcessLeft) {
  TempFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    AtomicFile file(folder / "a");
    file.write("half");
    file.flush();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(folder.entries().size(), 2U);  // the partial file and the lock file
  put(folder / ".b.partial-abcdef", "of another file");
  AtomicFile file(folder / "a");
  file.write("whole");
  file.commit();
  EXPECT_EQ(folder.entries(), (Names{"a", ".b.partial-abcdef"}));
}

TEST(AtomicFile, TakesNamesAsLongAsTheSystemDoes) {
  TempFolder folder;
  const std::string name(255, 'n');
  AtomicFile file(folder / name);
  file.write("x");
  file.commit();
  EXPECT_EQ(get(folder / name), "x");
}

TEST(Checksum, IsTheSameHoweverTheBytesAreCut) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 37);
  Checksum whole;
  whole.add(bytes);
  for (std::size_t piece : {1, 3, 7, 8, 9, 64, 999}) {
    Checksum pieces;
    for (std::size_t at = 0; at < bytes.size(); at += piece) pieces.add(std::string_view(bytes).substr(at, piece));
    EXPECT_EQ(pieces.value(), whole.value()) << piece;
  }
}

TEST(Checksum, DiffersByOneByteAndByLength) {
  Checksum a;
  Checksum b;
  Checksum c;
  a.add(std::string_view("abcdefgh\0", 9));
  b.add("abcdefgh");
  c.add(std::string_view("abcdefgi\0", 9));
  EXPECT_NE(a.value(), b.value());
  EXPECT_NE(a.value(), c.value());
}

}  // namespace
}  // namespace smsbackup::stores
