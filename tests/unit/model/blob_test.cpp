#include "smsbackup/blob.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "model/blob_memo.hpp"
#include "smsbackup/error.hpp"
#include "support/environment.hpp"

namespace smsbackup {
namespace {

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + (i >> 8));
  return bytes;
}

Blob spilled(const std::string& bytes) {
  BlobWriter writer(0);
  for (std::size_t i = 0; i < bytes.size(); i += 1000) writer.append(std::string_view(bytes).substr(i, 1000));
  return writer.finish();
}

TEST(Blob, IsEmptyWithoutBytes) {
  EXPECT_TRUE(Blob().empty());
  EXPECT_TRUE(Blob("").empty());
  EXPECT_EQ(Blob(), Blob(""));
  EXPECT_EQ(Blob().bytes(), "");
  EXPECT_EQ(BlobWriter(0).finish(), Blob());
}

TEST(Blob, StaysInMemoryUpToTheLimit) {
  BlobWriter writer(10);
  writer.append("12345");
  writer.append("67890");
  const Blob blob = writer.finish();
  EXPECT_TRUE(blob.in_memory());
  EXPECT_EQ(blob.bytes(), "1234567890");
}

TEST(Blob, GoesToAFileAboveTheLimit) {
  BlobWriter writer(10);
  writer.append("12345");
  writer.append("678901");
  EXPECT_EQ(writer.size(), 11u);
  const Blob blob = writer.finish();
  EXPECT_FALSE(blob.in_memory());
  EXPECT_EQ(blob.size(), 11u);
  EXPECT_EQ(blob.bytes(), "12345678901");
}

TEST(Blob, TakesBytesOverAndGoesOnBehindThem) {
  BlobWriter writer(10);
  writer.take("12345");
  writer.take("67890");
  Blob blob = writer.finish();
  EXPECT_TRUE(blob.in_memory());
  EXPECT_EQ(blob.bytes(), "1234567890");
  writer.take("12345678901");
  blob = writer.finish();
  EXPECT_FALSE(blob.in_memory());
  EXPECT_EQ(blob.bytes(), "12345678901");
  writer.append("12345678901");
  writer.take("2");
  EXPECT_EQ(writer.finish().bytes(), "123456789012");
}

TEST(BlobMemo, GivesTheAnswerToTheQuestionThatWasAskedFirst) {
  using model::BlobMemo;
  const BlobMemo::Value one{1}, two{2}, answer{3}, other{4};
  const Blob blob("picture");
  EXPECT_EQ(BlobMemo::recall(blob, one), std::nullopt);
  BlobMemo::remember(blob, one, answer);
  BlobMemo::remember(blob, two, other);
  const Blob copy = blob;
  EXPECT_EQ(BlobMemo::recall(copy, one), answer);
  EXPECT_EQ(BlobMemo::recall(copy, two), std::nullopt);
  EXPECT_EQ(BlobMemo::recall(Blob("picture"), one), std::nullopt);
  BlobMemo::remember(Blob(), one, answer);
  EXPECT_EQ(BlobMemo::recall(Blob(), one), std::nullopt);
}

class OwnedFile : public testing::Test {
 protected:
  OwnedFile() {
    std::string name = (std::filesystem::temp_directory_path() / "smsbackup-blob-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~OwnedFile() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path put(const std::string& bytes) const {
    std::ofstream(folder_ / "file", std::ios::binary | std::ios::trunc) << bytes;
    return folder_ / "file";
  }
  static ErrorCode code_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  }

  std::filesystem::path folder_;
};

TEST_F(OwnedFile, IsReadOnlyWhenSomebodyWantsTheBytes) {
  const std::string bytes = pattern(200'001);
  const std::filesystem::path file = put(bytes);
  std::vector<Blob> many;
  for (int i = 0; i < 5000; ++i) many.push_back(Blob::of_file(file));  // more than a process may have open
  const Blob& blob = many.back();
  EXPECT_FALSE(blob.in_memory());
  EXPECT_EQ(blob.size(), 200'001u);
  EXPECT_EQ(blob.bytes(), bytes);
  EXPECT_EQ(blob, Blob(bytes));
  std::array<char, 10> out{};
  EXPECT_EQ(blob.read(199'999, out), 2u);
  EXPECT_EQ(Blob::of_file(put("")).bytes(), "");
}

TEST_F(OwnedFile, IsAnErrorWhenItHasChanged) {
  const std::filesystem::path file = put("12345");
  const Blob blob = Blob::of_file(file);
  put("1234567");
  EXPECT_EQ(code_of([&] { blob.bytes(); }), ErrorCode::io);
  std::filesystem::remove(file);
  EXPECT_EQ(code_of([&] { blob.bytes(); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { Blob::of_file(file); }), ErrorCode::not_found);
}

TEST_F(OwnedFile, IsNoLinkAndNoFolder) {
  put("secret");
  std::filesystem::create_symlink(folder_ / "file", folder_ / "link");
  EXPECT_EQ(code_of([&] { Blob::of_file(folder_ / "link"); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { Blob::of_file(folder_); }), ErrorCode::invalid_argument);
}

TEST(Blob, KeepsEveryByteInAFile) {
  const std::string bytes = pattern(300'001);
  const Blob blob = spilled(bytes);
  EXPECT_FALSE(blob.in_memory());
  EXPECT_EQ(blob.bytes(), bytes);
}

TEST(Blob, HandsAFileOverInPiecesOfAtMost64KiB) {
  const std::string bytes = pattern(200'000);
  std::string together;
  spilled(bytes).for_each_chunk([&](std::string_view chunk) {
    EXPECT_LE(chunk.size(), 64u * 1024);
    together += chunk;
  });
  EXPECT_EQ(together, bytes);
}

TEST(Blob, ReadsFromAnyOffset) {
  const std::string bytes = pattern(100'000);
  for (const Blob& blob : {Blob(bytes), spilled(bytes)}) {
    std::array<char, 10> out{};
    EXPECT_EQ(blob.read(99'995, out), 5u);
    EXPECT_EQ(std::string_view(out.data(), 5), std::string_view(bytes).substr(99'995));
    EXPECT_EQ(blob.read(100'000, out), 0u);
    EXPECT_EQ(blob.read(~std::uint64_t{0}, out), 0u);
  }
}

TEST(Blob, EqualsByBytesWhereverTheyAre) {
  std::string bytes = pattern(150'000);
  const Blob blob = spilled(bytes);
  EXPECT_EQ(blob, Blob(bytes));
  EXPECT_EQ(blob, spilled(bytes));
  EXPECT_EQ(Blob(bytes), blob);
  bytes.back() = static_cast<char>(bytes.back() + 1);
  EXPECT_NE(blob, Blob(bytes));
  EXPECT_NE(blob, spilled(bytes));
  EXPECT_NE(blob, Blob(bytes.substr(1)));
}

TEST(BlobWriter, StartsAnewAfterFinish) {
  BlobWriter writer(4);
  writer.append("first one");
  const Blob first = writer.finish();
  EXPECT_EQ(writer.size(), 0u);
  writer.append("two");
  EXPECT_EQ(writer.finish().bytes(), "two");
  EXPECT_EQ(first.bytes(), "first one");
}

TEST(BlobWriter, LeavesNoFileBehind) {
  const auto folder = std::filesystem::temp_directory_path() / "smsbackup-blob-test";
  std::filesystem::create_directories(folder);
  const test::Environment environment("TMPDIR", folder);
  const Blob blob = spilled("some bytes");
  EXPECT_FALSE(blob.in_memory());
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
}

TEST(BlobWriter, SaysWhenThereIsNoFolderForTheFile) {
  const test::Environment environment("TMPDIR", "/nonexistent");
  try {
    spilled("some bytes");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
  }
}

}  // namespace
}  // namespace smsbackup
