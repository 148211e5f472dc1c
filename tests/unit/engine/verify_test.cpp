#include "smsbackup/verify.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "smsbackup/memory_store.hpp"

namespace smsbackup {
namespace {

Record sms(int number, std::string address = "+15550100") {
  Sms row;
  row.address = std::move(address);
  row.date = 1600000000123 + number * 1000;
  row.type = number % 2 == 0 ? sms_inbox : sms_sent;
  row.body = "message " + std::to_string(number);
  return row;
}

TEST(Verify, SaysWhatIsMissing) {
  MemoryStore a({sms(1), sms(2), sms(3)});
  MemoryStore b({sms(3), sms(1), sms(9)});
  std::vector<Record> missing;
  std::vector<std::string> positions;
  const VerifyReport report = verify(a, b, {}, [&](const Record& record, std::string_view position) {
    missing.push_back(record);
    positions.emplace_back(position);
  });
  EXPECT_EQ(report.sms, (Counts{3, 0, 2, 0, 1}));
  EXPECT_EQ(report.missing(), 1U);
  EXPECT_FALSE(report.all_there());
  EXPECT_EQ(missing, std::vector<Record>{sms(2)});
  EXPECT_EQ(positions, std::vector<std::string>{"memory, record 2"});
}

TEST(Verify, MissesEachOfTwoThatAreNotThere) {
  MemoryStore a({sms(1), sms(1)});
  MemoryStore b;
  EXPECT_EQ(verify(a, b).missing(), 2U);
}

TEST(Verify, ComparesByThePolicy) {
  MemoryStore a({sms(1, "5550100")});
  MemoryStore b({sms(1, "+15550100")});
  EXPECT_TRUE(verify(a, b).all_there());
  for (const DedupLevel level : {DedupLevel::exact, DedupLevel::off}) {
    TransferOptions options;
    options.dedup.level = level;
    EXPECT_EQ(verify(a, b, options).missing(), 1U);
  }
}

TEST(Verify, LooksOnlyAtWhatTheQueryWants) {
  MemoryStore a({sms(1), sms(2)});
  MemoryStore b({sms(1)});
  TransferOptions options;
  options.query.until = 1600000002000;
  const VerifyReport report = verify(a, b, options);
  EXPECT_TRUE(report.all_there());
  EXPECT_EQ(report.total(), 1U);
}

TEST(Verify, ThrowsWhenCancelled) {
  MemoryStore a({sms(1)});
  MemoryStore b;
  CancelToken cancel;
  cancel.cancel();
  EXPECT_THROW(verify(a, b, {}, {}, nullptr, cancel), Error);
}

TEST(Stats, CountsWhatAStoreHolds) {
  Mms mms;
  mms.date = 1600000000000;
  mms.msg_box = mms_inbox;
  mms.parts.resize(2);
  mms.parts[0].data = Blob("12345");
  Sms undated;
  undated.address = "5550100";
  MemoryStore store({sms(1), sms(2), sms(1, "+1 555-0100"), undated, mms, Call{}});
  TransferOptions options;
  options.query.types = {RecordType::sms, RecordType::mms};
  const Stats result = stats(store, options);
  EXPECT_EQ(result.sms.records, 4U);
  EXPECT_EQ(result.sms.incoming, 1U);
  EXPECT_EQ(result.sms.outgoing, 2U);
  EXPECT_EQ(result.sms.undated, 1U);
  EXPECT_EQ(result.sms.oldest, 1600000001123);
  EXPECT_EQ(result.sms.newest, 1600000002123);
  EXPECT_EQ(result.mms.records, 1U);
  EXPECT_EQ(result.call.records, 0U);
  EXPECT_EQ(result.parties, 1U);
  EXPECT_EQ(result.parts, 2U);
  EXPECT_EQ(result.part_bytes, 5U);
  EXPECT_EQ(result.duplicates, 1U);
  EXPECT_EQ(result.filtered, 1U);
}

}  // namespace
}  // namespace smsbackup
