#include "stores/input_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "expect_error.hpp"
#include "stores/output_file.hpp"
#include "temp_folder.hpp"

namespace smsbackup::stores {
namespace {

using test::expect_error;
using test::get;
using test::put;
using test::TempFolder;

TEST(InputFile, ReadsOnAndAtAPlace) {
  TempFolder folder;
  put(folder / "a", "0123456789");
  InputFile file(folder / "a");
  EXPECT_EQ(file.size(), 10U);
  std::string four(4, ' ');
  EXPECT_EQ(file.read(four), 4U);
  EXPECT_EQ(four, "0123");
  EXPECT_EQ(file.position(), 4U);
  EXPECT_EQ(file.read_at(8, four), 2U);
  EXPECT_EQ(four.substr(0, 2), "89");
  file.seek(9);
  EXPECT_EQ(file.read(four), 1U);
  EXPECT_EQ(file.read(four), 0U);
}

TEST(InputFile, SaysWhyItCantBeOpened) {
  TempFolder folder;
  const Error missing = expect_error(ErrorCode::not_found, [&] { InputFile file(folder / "none"); });
  EXPECT_EQ(std::string(missing.what()), "opening " + (folder / "none").string() + ": No such file or directory");
  const Error directory = expect_error(ErrorCode::invalid_argument, [&] { InputFile file(folder.path()); });
  EXPECT_EQ(std::string(directory.what()), "opening " + folder.path().string() + ": it is a folder, not a file");
  put(folder / "empty", "");
  const Error empty = expect_error(ErrorCode::empty_input, [&] { InputFile(folder / "empty").refuse_empty(); });
  EXPECT_EQ(std::string(empty.what()), "reading " + (folder / "empty").string() + ": the file is empty");
}

TEST(InputFile, SaysThatItMayNotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  TempFolder folder;
  put(folder / "a", "x");
  ::chmod((folder / "a").c_str(), 0);
  expect_error(ErrorCode::permission_denied, [&] { InputFile file(folder / "a"); });
}

TEST(WholeFile, GivesSmallAndLargeFilesWhole) {
  TempFolder folder;
  std::string large(5'000'000, 'l');
  large += "end";
  put(folder / "small", "small");
  put(folder / "large", large);
  put(folder / "empty", "");
  WholeFile file(folder / "small");
  EXPECT_EQ(file.view(), "small");
  file.load(folder / "large");
  EXPECT_EQ(file.view(), large);
  WholeFile moved = std::move(file);
  EXPECT_EQ(moved.view(), large);
  moved.load(folder / "empty");
  EXPECT_EQ(moved.view(), "");
}

TEST(OutputFile, SaysThatADeviceIsFull) {
  OutputFile file = OutputFile::open_stream("/dev/full");
  file.write("x");
  const Error error = expect_error(ErrorCode::no_space, [&] { file.flush(); });
  EXPECT_EQ(std::string(error.what()), "writing /dev/full: No space left on device");
  EXPECT_EQ(error.hint(), "Free some space there, or choose another disk.");
}

TEST(OutputFile, SurvivesAReaderThatEnds) {
  TempFolder folder;
  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  FileDescriptor reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  OutputFile file = OutputFile::open_stream(pipe);
  file.write("x");
  file.flush();
  reader.reset();
  file.write("y");
  // The default action of SIGPIPE would end this test program.
  const Error error = expect_error(ErrorCode::io, [&] { file.flush(); });
  EXPECT_EQ(std::string(error.what()), "writing " + pipe.string() + ": Broken pipe");
  sigset_t pending;
  ::sigpending(&pending);
  EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
}

TEST(OutputFile, NeverOverwritesWhenAskedToCreate) {
  TempFolder folder;
  put(folder / "a", "old");
  EXPECT_THROW(OutputFile::create(folder / "a"), Error);
  EXPECT_EQ(get(folder / "a"), "old");
}

}  // namespace
}  // namespace smsbackup::stores
