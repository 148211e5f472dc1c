#include "smsbackup/tee_sink.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {
namespace {

Record sms(int number) {
  Sms row;
  row.address = "+15550100";
  row.date = 1600000000123 + number * 1000;
  row.type = sms_inbox;
  row.body = "message " + std::to_string(number);
  return row;
}

Record call(int number, std::int64_t ms = 123) {
  Call row;
  row.number = "+15550100";
  row.date = 1600000000000 + ms + number * 1000;
  row.duration = number;
  row.type = call_incoming;
  return row;
}

// A store in memory with a name, which takes calls only if told.
class Shelf final : public ForwardingStore {
 public:
  explicit Shelf(std::string name, std::vector<Record> records = {}, bool calls_only = false)
      : ForwardingStore(std::make_unique<MemoryStore>(std::move(records))),
        name_(std::move(name)),
        calls_only_(calls_only) {}

  bool takes(RecordType type) const override { return !calls_only_ || type == RecordType::call; }
  std::string name() const override { return name_; }
  Durability durability() const override { return durability_; }
  Outcomes write(std::span<const Record> records) override {
    if (fails) throw Error(ErrorCode::no_space, "the disk is full", "make room");
    if (!refuses) return ForwardingStore::write(records);
    Problem problem;
    problem.code = ErrorCode::limit_exceeded;
    problem.where = name_;
    problem.why = "too large";
    return Outcomes(records.size(), Outcome{false, problem});
  }
  void finish() override {
    ++finished;
    if (fails_to_finish) throw Error(ErrorCode::io, name_ + " broke");
  }
  const std::vector<Record>& records() { return static_cast<MemoryStore&>(inner()).records(); }

  bool fails = false;
  bool refuses = false;
  bool fails_to_finish = false;
  int finished = 0;
  Durability durability_ = Durability::each_write;

 private:
  std::string name_;
  bool calls_only_;
};

// Answers late, as a server does.
class SlowShelf final : public ForwardingStore {
 public:
  SlowShelf() : ForwardingStore(std::make_unique<MemoryStore>()) {}
  Outcomes write_ahead(std::span<const Record> records) override {
    Outcomes later = ForwardingStore::write(records);
    late_.insert(late_.end(), later.begin(), later.end());
    Outcomes now;
    for (; late_.size() > 2; late_.pop_front()) now.push_back(late_.front());
    return now;
  }
  Outcomes settle() override {
    Outcomes rest(late_.begin(), late_.end());
    late_.clear();
    return rest;
  }
  const std::vector<Record>& records() { return static_cast<MemoryStore&>(inner()).records(); }

 private:
  std::deque<Outcome> late_;
};

TEST(TeeSink, GivesEachSinkWhatItTakes) {
  MemoryStore phone({sms(1), call(2), sms(3), call(4)});
  Shelf archive("archive");
  Shelf calendar("calendar", {}, true);
  TeeSink tee({&archive, &calendar});
  const Report report = transfer(phone, tee);
  EXPECT_EQ(report.sms, (Counts{2, 0, 0, 2, 0}));
  EXPECT_EQ(report.call, (Counts{2, 0, 0, 2, 0}));
  EXPECT_EQ(archive.records(), phone.records());
  EXPECT_EQ(calendar.records(), (std::vector<Record>{call(2), call(4)}));
  EXPECT_EQ(archive.finished, 1);
  EXPECT_EQ(calendar.finished, 1);
  EXPECT_EQ(tee.name(), "archive and calendar");
}

TEST(TeeSink, KnowsARecordOnlyWhenEverySinkThatTakesItHasIt) {
  MemoryStore phone({sms(1), call(1), call(2), call(3), call(4)});
  Shelf archive("archive", {sms(1), call(1), call(2)});
  Shelf calendar("calendar", {call(2), call(3)}, true);
  TeeSink tee({&archive, &calendar});
  const Report report = transfer(phone, tee);
  EXPECT_EQ(report.sms, (Counts{1, 0, 1, 0, 0}));
  EXPECT_EQ(report.call, (Counts{4, 0, 1, 3, 0}));
  EXPECT_EQ(archive.records(), (std::vector<Record>{sms(1), call(1), call(2), call(3), call(4)}));
  EXPECT_EQ(calendar.records(), (std::vector<Record>{call(2), call(3), call(1), call(4)}));
  EXPECT_EQ(transfer(phone, tee).total(), (Counts{5, 0, 5, 0, 0}));
}

TEST(TeeSink, LosesNoRecordToAnotherOneThatStandsForItInOneSinkOnly) {
  // The calendar knows the second only. That is the archive's call there, and another one for the phone's.
  MemoryStore phone({call(1, 123), call(1, 0)});
  Shelf archive("archive", {call(1, 456)});
  Shelf calendar("calendar", {call(1, 0)}, true);
  TeeSink tee({&archive, &calendar});
  transfer(phone, tee);
  EXPECT_EQ(archive.records().at(1), call(1, 123));
}

TEST(TeeSink, ComparesWhatASinkKnowsByHeadersOnly) {
  class HeadersOnly final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
      ForwardingStore::keys(query, policy, [&](RecordKey key) {
        key.content.reset();
        visit(key);
      });
    }
  } archive(std::make_unique<MemoryStore>(std::vector<Record>{sms(1), call(1)}));
  Shelf calendar("calendar", {}, true);
  MemoryStore phone({sms(1), call(1)});
  TeeSink tee({&archive, &calendar});
  EXPECT_EQ(transfer(phone, tee).sms, (Counts{1, 0, 1, 0, 0}));
  EXPECT_EQ(calendar.records(), std::vector<Record>{call(1)});
  Batch all;
  archive.open({})->next(all);
  EXPECT_EQ(all.records.size(), 2U);
}

TEST(TeeSink, SaysWhatOneSinkRefusedAndTriesAgainThere) {
  MemoryStore phone({sms(1), call(2)});
  Shelf archive("archive");
  Shelf calendar("calendar", {}, true);
  calendar.refuses = true;
  TeeSink tee({&archive, &calendar});
  const Report report = transfer(phone, tee);
  EXPECT_EQ(report.sms, (Counts{1, 0, 0, 1, 0}));
  EXPECT_EQ(report.call, (Counts{1, 0, 0, 0, 1}));
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].code, ErrorCode::limit_exceeded);
  EXPECT_EQ(report.problems[0].where, "calendar");
  EXPECT_EQ(report.problems[0].why, "too large (it was written to archive)");

  calendar.refuses = false;
  EXPECT_EQ(transfer(phone, tee).call, (Counts{1, 0, 0, 1, 0}));
  EXPECT_EQ(archive.records(), phone.records());
  EXPECT_EQ(calendar.records(), std::vector<Record>{call(2)});
}

TEST(TeeSink, EndsTheRunWhenOneSinkBreaksAndNamesIt) {
  MemoryStore phone({call(1), call(2)});
  Shelf archive("archive");
  Shelf calendar("calendar", {}, true);
  calendar.fails = true;
  TeeSink tee({&archive, &calendar});
  const Report report = transfer(phone, tee);
  EXPECT_EQ(report.error, "calendar: the disk is full (make room)");
  EXPECT_EQ(report.call, (Counts{2, 0, 0, 0, 2}));
  EXPECT_TRUE(report.adds_up());

  calendar.fails = false;
  TeeSink again({&archive, &calendar});
  EXPECT_EQ(transfer(phone, again).call, (Counts{2, 0, 0, 2, 0}));
  EXPECT_EQ(archive.records().size(), 2U);
  EXPECT_EQ(calendar.records().size(), 2U);
}

TEST(TeeSink, FinishesTheOthersWhenOneFailsTo) {
  MemoryStore phone({call(1)});
  Shelf first("first");
  first.fails_to_finish = true;
  Shelf second("second");
  second.durability_ = Durability::at_finish;
  TeeSink tee({&first, &second});
  EXPECT_EQ(tee.durability(), Durability::at_finish);
  const Report report = transfer(phone, tee);
  EXPECT_EQ(report.error, "first broke");
  EXPECT_EQ(report.call, (Counts{1, 0, 0, 0, 1}));
  EXPECT_EQ(second.finished, 1);
}

TEST(TeeSink, KeepsTheOrderOfOutcomesWhenOneSinkAnswersLate) {
  std::vector<Record> records;
  for (int i = 0; i < 1500; ++i) records.push_back(i % 3 == 0 ? call(i) : sms(i));
  MemoryStore phone(records);
  SlowShelf server;
  Shelf calendar("calendar", {}, true);
  TeeSink tee({&server, &calendar});
  const Report report = transfer(phone, tee);
  EXPECT_EQ(report.sms, (Counts{1000, 0, 0, 1000, 0}));
  EXPECT_EQ(report.call, (Counts{500, 0, 0, 500, 0}));
  EXPECT_EQ(server.records(), records);
  EXPECT_EQ(calendar.records().size(), 500U);
}

TEST(TeeSink, AsksTheFirstWhetherItIsEmptyAndNeedsOne) {
  class Empty final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    bool is_empty() override { return true; }
  } empty(std::make_unique<MemoryStore>());
  MemoryStore full({sms(1)});
  EXPECT_TRUE(TeeSink({&empty, &full}).is_empty());
  EXPECT_FALSE(TeeSink({&full, &empty}).is_empty());
  EXPECT_THROW(TeeSink({}), Error);
}

}  // namespace
}  // namespace smsbackup
