#include "smsbackup/key.hpp"

#include <gtest/gtest.h>

#include <string>

#include "engine/rcs_id.hpp"

namespace smsbackup {
namespace {

using engine::rcs_message_id;

constexpr std::string_view rcs_tr_id = "proto:CjMKIWNvbS5nb29nbGUuYW5kcm9pZC5hcHBzLm1lc3NhZ2luZxIOEgwqCk14UkNTLWlkLTE=";
constexpr std::string_view mms_tr_id = "proto:CisKIWNvbS5nb29nbGUuYW5kcm9pZC5hcHBzLm1lc3NhZ2luZxIGGgQKAlQx";

TEST(RcsMessageId, IsFoundInTheTransactionId) { EXPECT_EQ(rcs_message_id(rcs_tr_id), "MxRCS-id-1"); }

TEST(RcsMessageId, IsNotTakenFromAnMms) {
  EXPECT_EQ(rcs_message_id(mms_tr_id), std::nullopt);
  EXPECT_EQ(rcs_message_id("T143687f754d"), std::nullopt);
  EXPECT_EQ(rcs_message_id(""), std::nullopt);
}

TEST(RcsMessageId, SurvivesEveryCutAndEveryBrokenByte) {
  for (std::size_t size = 0; size < rcs_tr_id.size() - 4; ++size) {
    EXPECT_EQ(rcs_message_id(rcs_tr_id.substr(0, size)), std::nullopt) << size;
  }
  for (std::size_t i = 6; i < rcs_tr_id.size(); ++i) {
    for (const char c : {'/', 'A', '+', '8', '\0', '\x80'}) {
      std::string broken(rcs_tr_id);
      broken[i] = c;
      const auto id = rcs_message_id(broken);
      EXPECT_TRUE(!id || id->size() <= broken.size());
    }
  }
  EXPECT_EQ(rcs_message_id("proto:" + std::string(1 << 20, 'A')), std::nullopt);
}

TEST(KeyOf, TakesTheIdentityOfASms) {
  Sms sms;
  sms.address = "+15550100";
  sms.date = 1600000000123;
  sms.type = sms_inbox;
  sms.body = "Hello world";
  const RecordKey key = key_of(sms);
  EXPECT_EQ(key.type, RecordType::sms);
  EXPECT_EQ(key.direction, Direction::incoming);
  EXPECT_EQ(key.date, 1600000000123);
  EXPECT_FALSE(key.whole_second);
  EXPECT_EQ(key.parties, std::vector<std::string>{"+15550100"});
  EXPECT_EQ(key.content->hex(), "a9a5bd554420781559917f928c38df50");
  EXPECT_EQ(key.message_id, "");
}

TEST(KeyOf, KnowsWhenOnlyTheSecondIsKnown) {
  Mms mms;
  mms.date = 1600000000000;
  EXPECT_TRUE(key_of(mms).whole_second);
  mms.date = -1000;
  EXPECT_TRUE(key_of(mms).whole_second);
  mms.date = 1600000000500;
  EXPECT_FALSE(key_of(mms).whole_second);
  mms.date = null;
  EXPECT_FALSE(key_of(mms).whole_second);
  EXPECT_EQ(key_of(mms).date, std::nullopt);
}

TEST(KeyOf, PrefersTheMessageIdOverTheRcsId) {
  Mms mms;
  mms.tr_id = std::string(rcs_tr_id);
  EXPECT_EQ(key_of(mms).message_id, "MxRCS-id-1");
  mms.m_id = "";
  EXPECT_EQ(key_of(mms).message_id, "MxRCS-id-1");
  mms.m_id = "a1b2@mms.example";
  EXPECT_EQ(key_of(mms).message_id, "a1b2@mms.example");
}

TEST(KeyOf, LeavesOutTheOwnNumberOfAnMms) {
  Mms mms;
  for (const char* address : {"+15550100", "insert-address-token", "5550199", "+15550101"}) {
    MmsAddress row;
    row.address = address;
    mms.addresses.push_back(row);
  }
  const std::vector<std::string> own = {"+15550199"};
  EXPECT_EQ(key_of(mms, DedupLevel::tolerant, own).parties, (std::vector<std::string>{"+15550100", "+15550101"}));
  Sms to_myself;
  to_myself.address = "+15550199";
  EXPECT_EQ(key_of(to_myself, DedupLevel::tolerant, own).parties, std::vector<std::string>{"+15550199"});
}

}  // namespace
}  // namespace smsbackup
