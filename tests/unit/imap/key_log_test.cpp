#include "imap/key_log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "support/server_process.hpp"

namespace smsbackup::imap {
namespace {

KeyEntry entry(std::uint32_t uid) {
  KeyEntry out;
  out.uid = uid;
  out.size = 1000 + uid;
  out.is_record = true;
  out.key.type = RecordType::mms;
  out.key.direction = Direction::outgoing;
  out.key.date = -1234567890123 + uid;
  out.key.whole_second = true;
  out.key.parties = {"+4915112345678", "", "Bank"};
  out.key.content = Digest{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  out.key.message_id = "m-id";
  out.message_id = "<a@b>";
  return out;
}

class KeyLogs : public testing::Test {
 protected:
  std::unique_ptr<KeyLog> open(std::uint32_t uid_validity = 7, const char* folder = "SMS") {
    return KeyLog::open(folder_.path() / "cache", "me@host", folder, uid_validity);
  }
  static std::vector<std::uint32_t> uids(KeyLog& log) {
    std::vector<std::uint32_t> out;
    log.for_each([&](const KeyEntry& e) { out.push_back(e.uid); });
    return out;
  }
  std::filesystem::path file() { return std::filesystem::directory_iterator(folder_.path() / "cache")->path(); }
  test::ServerFolder folder_{"keylog"};
};

TEST_F(KeyLogs, GiveBackWhatWasPutIn) {
  KeyEntry foreign;
  foreign.uid = 9;
  foreign.size = 5;
  {
    auto log = open();
    log->add(entry(3));
    log->add(foreign);
  }
  auto log = open();
  EXPECT_EQ(log->count(), 2U);
  EXPECT_EQ(log->last_uid(), 9U);
  std::vector<KeyEntry> got;
  log->for_each([&](const KeyEntry& e) { got.push_back(e); });
  ASSERT_EQ(got.size(), 2U);
  const auto want = entry(3);
  EXPECT_EQ(got[0].size, want.size);
  EXPECT_EQ(got[0].key.type, want.key.type);
  EXPECT_EQ(got[0].key.direction, want.key.direction);
  EXPECT_EQ(got[0].key.date, want.key.date);
  EXPECT_TRUE(got[0].key.whole_second);
  EXPECT_EQ(got[0].key.parties, want.key.parties);
  EXPECT_EQ(got[0].key.content, want.key.content);
  EXPECT_EQ(got[0].key.message_id, "m-id");
  EXPECT_EQ(got[0].message_id, "<a@b>");
  EXPECT_FALSE(got[1].is_record);
}

TEST_F(KeyLogs, GrowAcrossRuns) {
  open()->add(entry(1));
  open()->add(entry(2));
  EXPECT_EQ(uids(*open()), (std::vector<std::uint32_t>{1, 2}));
}

TEST_F(KeyLogs, AreDroppedWhenTheFolderIsAnother) {
  open()->add(entry(1));
  EXPECT_EQ(open(8)->count(), 0U);
  EXPECT_EQ(open(7)->count(), 0U);
}

TEST_F(KeyLogs, OfTwoFoldersAreApart) {
  open()->add(entry(1));
  EXPECT_EQ(open(7, "Call log")->count(), 0U);
}

TEST_F(KeyLogs, LoseOnlyWhatIsDamaged) {
  open()->add(entry(1));
  const auto good = std::filesystem::file_size((open(), file()));
  open()->add(entry(2));
  const auto all = std::filesystem::file_size(file());
  for (auto size = good; size < all; ++size) {
    std::filesystem::resize_file(file(), size);
    auto log = open();
    EXPECT_EQ(uids(*log), std::vector<std::uint32_t>{1}) << size;
    log->add(entry(2));
    log.reset();
    EXPECT_EQ(open()->count(), 2U);
    EXPECT_EQ(std::filesystem::file_size(file()), all);
  }
}

TEST_F(KeyLogs, NoticeAnyChangedByte) {
  open()->add(entry(1));
  const auto bytes = test::read_file(file());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    test::write_file(file(), damaged);
    EXPECT_EQ(open()->count(), 0U) << i;
  }
}

TEST_F(KeyLogs, KeepWhatIsStillThere) {
  auto log = open();
  for (std::uint32_t uid = 1; uid <= 5; ++uid) log->add(entry(uid));
  log->retain([](std::uint32_t uid) { return uid % 2 == 1; });
  EXPECT_EQ(uids(*log), (std::vector<std::uint32_t>{1, 3, 5}));
  log.reset();
  EXPECT_EQ(uids(*open()), (std::vector<std::uint32_t>{1, 3, 5}));
}

TEST_F(KeyLogs, BelongToOneProcessAtATime) {
  const auto first = open();
  EXPECT_EQ(open(), nullptr);
}

TEST_F(KeyLogs, AreReadableByTheirOwnerOnly) {
  open()->add(entry(1));
  EXPECT_EQ(std::filesystem::status(file()).permissions() & std::filesystem::perms(077), std::filesystem::perms::none);
}

}  // namespace
}  // namespace smsbackup::imap
