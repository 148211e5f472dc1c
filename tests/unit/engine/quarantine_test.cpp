#include "engine/quarantine.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "unit/engine/transfer_samples.hpp"

namespace smsbackup::test {
namespace {

class QuarantineTest : public testing::Test {
 protected:
  QuarantineTest()
      : folder_(std::filesystem::temp_directory_path() / ("smsbackup-quarantine-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
  }
  ~QuarantineTest() override { std::filesystem::remove_all(folder_); }

  static std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path folder_;
};

TEST_F(QuarantineTest, TakesRawBytesAndANote) {
  Batch batch;
  batch.problems.push_back(broken_row());
  ScriptedSource from({batch});
  MemoryStore to;
  TransferOptions options;
  options.quarantine = folder_ / "deeper";
  transfer(from, to, options);
  EXPECT_EQ(read(folder_ / "deeper" / "000001.raw"), "<sms broken>");
  EXPECT_EQ(read(folder_ / "deeper" / "000001.txt"),
            "what: corrupt_input\nwhere: sms.xml, row 2\ntype: sms\nwhy: no date\nbytes: 12\nrecord: not read or not "
            "written\n");
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder_ / "deeper").permissions(), perms::owner_all);
  EXPECT_EQ(std::filesystem::status(folder_ / "deeper" / "000001.raw").permissions(),
            perms::owner_read | perms::owner_write);
}

TEST_F(QuarantineTest, NeverOverwrites) {
  engine::Quarantine(folder_).keep(broken_row());
  Problem other = broken_row();
  other.raw = Blob("other");
  engine::Quarantine(folder_).keep(other);
  EXPECT_EQ(read(folder_ / "000001.raw"), "<sms broken>");
  EXPECT_EQ(read(folder_ / "000002.raw"), "other");
}

TEST_F(QuarantineTest, IsNotMadeWithoutAProblem) {
  MemoryStore from(many(3));
  MemoryStore to;
  TransferOptions options;
  options.quarantine = folder_;
  transfer(from, to, options);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(QuarantineTest, EndsTheRunWhenItCanNotBeWritten) {
  std::ofstream(folder_) << "a file";
  Batch batch;
  batch.add(sms(1));
  batch.problems.push_back(broken_row());
  ScriptedSource from({batch});
  MemoryStore to;
  TransferOptions options;
  options.quarantine = folder_;
  const Report report = transfer(from, to, options);
  EXPECT_TRUE(report.error.has_value());
  EXPECT_TRUE(report.adds_up());
  EXPECT_EQ(to.records().size(), 1U);
}

}  // namespace
}  // namespace smsbackup::test
