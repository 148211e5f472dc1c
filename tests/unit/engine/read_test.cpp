#include "smsbackup/read.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

#include "smsbackup/error.hpp"
#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/memory_store.hpp"

namespace smsbackup {
namespace {

Record message(std::int64_t date, const std::string& body) {
  Sms sms;
  sms.address = "+15550100";
  sms.date = date;
  sms.type = sms_inbox;
  sms.body = body;
  return sms;
}

// Checks nothing of a query by itself.
class LazyStore final : public ForwardingStore {
 public:
  LazyStore(std::vector<Record> records, bool reopenable)
      : ForwardingStore(std::make_unique<MemoryStore>(std::move(records))), reopenable_(reopenable) {}
  std::unique_ptr<Cursor> open(const Query& query) override {
    asked = query;
    return ForwardingStore::open({});
  }
  bool reopenable() const override { return reopenable_; }
  Query asked;

 private:
  bool reopenable_;
};

struct Found {
  std::vector<std::string> bodies;
  std::vector<std::string> positions;
  std::uint64_t filtered = 0;
};

Found all_of(Cursor& cursor) {
  Found found;
  Batch batch;
  while (cursor.next(batch)) {
    for (const Record& record : batch.records) found.bodies.push_back(*std::get<Sms>(record).body);
    for (std::size_t i = 0; i < batch.positions.size(); ++i) found.positions.emplace_back(batch.positions[i]);
    found.filtered += batch.filtered;
    std::size_t bytes = 0;
    for (const Record& record : batch.records) bytes += memory_size(record);
    EXPECT_EQ(batch.bytes, bytes);
    batch.clear();
  }
  EXPECT_FALSE(cursor.next(batch)) << "after the end";
  return found;
}

const std::vector<Record> four = {message(1000, "a"), message(4000, "b"), message(2000, "c"), message(3000, "d")};

TEST(Positions, AreTextsInTheOrderOfTheirRecords) {
  Positions positions;
  EXPECT_TRUE(positions.empty());
  for (const char* text : {"sms.xml, row 1", "", "sms.xml, row 3"}) positions.push_back(text);
  ASSERT_EQ(positions.size(), 3U);
  EXPECT_EQ(positions[0], "sms.xml, row 1");
  EXPECT_EQ(positions[1], "");
  EXPECT_EQ(positions[2], "sms.xml, row 3");
  positions.clear();
  positions.push_back("another");
  EXPECT_EQ(positions[0], "another");
}

TEST(Read, TakesWhatComesFromASourceThatLeavesNothingOut) {
  MemoryStore store({message(1000, "a")});
  Needs needs;
  needs.columns = {"date"};
  needs.positions = false;
  EXPECT_EQ(all_of(*read(store, {}, nullptr, {}, {}, needs)).bodies, std::vector<std::string>{"a"});
}

TEST(Read, LeavesOutWhatTheSourceDidNot) {
  LazyStore store(four, true);
  Query query;
  query.since = 2000;
  query.until = 4000;
  const Found found = all_of(*read(store, query));
  EXPECT_EQ(found.bodies, (std::vector<std::string>{"c", "d"}));
  EXPECT_EQ(found.positions, (std::vector<std::string>{"memory, record 3", "memory, record 4"}));
  EXPECT_EQ(found.filtered, 2U);
}

TEST(Read, FindsTheNewestOfASourceThatCanBeReadTwice) {
  LazyStore store(four, true);
  Query query;
  query.newest = 2;
  const Found found = all_of(*read(store, query));
  EXPECT_EQ(found.bodies, (std::vector<std::string>{"b", "d"}));
  EXPECT_EQ(found.filtered, 2U);
}

TEST(Read, FindsTheNewestOfASourceThatCanBeReadOnce) {
  LazyStore store(four, false);
  Query query;
  query.newest = 2;
  const Found found = all_of(*read(store, query));
  EXPECT_EQ(found.bodies, (std::vector<std::string>{"b", "d"}));
  EXPECT_EQ(found.filtered, 2U);
}

TEST(Read, AsksTheContactBookItself) {
  LazyStore store(four, true);
  MemoryContactBook book;
  Contact contact;
  contact.numbers = {"+15550100"};
  contact.groups = {"Friends"};
  book.add(contact);
  Query query;
  query.contact_group = "Friends";
  EXPECT_EQ(all_of(*read(store, query, std::make_shared<MemoryContactBook>(std::move(book)))).bodies.size(), 4U);
  EXPECT_EQ(store.asked.contact_group, "");
  query.contact_group = "Family";
  EXPECT_EQ(all_of(*read(store, query)).filtered, 4U);
}

TEST(Read, StopsWhenCancelled) {
  LazyStore store(four, true);
  CancelToken cancel;
  const auto cursor = read(store, {}, nullptr, cancel);
  cancel.cancel();
  Batch batch;
  EXPECT_THROW(cursor->next(batch), Error);
}

}  // namespace
}  // namespace smsbackup
