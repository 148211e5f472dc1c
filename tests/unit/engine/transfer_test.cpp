#include "smsbackup/transfer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "unit/engine/transfer_samples.hpp"

namespace smsbackup::test {
namespace {

TransferOptions fixed_clock() {
  TransferOptions options;
  options.clock = [] { return std::int64_t{1700000000000}; };
  return options;
}

// Knows the records by their headers only, as a mail archive does.
class HeaderOnlyStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    ForwardingStore::keys(query, policy, [&](RecordKey key) {
      key.content.reset();
      visit(key);
    });
  }
  std::optional<Record> fetch(std::string_view locator) override {
    ++fetched;
    return ForwardingStore::fetch(locator);
  }
  int fetched = 0;
};

class Places final : public Observer {
 public:
  void on_duplicate(const Record&, const Finding& finding, std::string_view position) override {
    said.push_back(std::string(position) + " repeats " + finding.kept);
  }
  bool wants_explanations() const override { return true; }
  std::vector<std::string> said;
};

TEST(Transfer, CopiesEverythingInOrder) {
  MemoryStore from(many(1200));
  MemoryStore to;
  const Report report = transfer(from, to, fixed_clock());
  EXPECT_EQ(to.records(), from.records());
  EXPECT_EQ(report.sms, (Counts{1200, 0, 0, 1200, 0}));
  EXPECT_TRUE(report.adds_up());
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.started, 1700000000000);
}

TEST(Transfer, AddsNothingTheSecondTime) {
  MemoryStore from(many(1200));
  MemoryStore to;
  transfer(from, to);
  const Report report = transfer(from, to);
  EXPECT_EQ(report.sms, (Counts{1200, 0, 1200, 0, 0}));
  EXPECT_EQ(to.records().size(), 1200U);
}

TEST(Transfer, DropsWhatTheSourceItselfRepeats) {
  MemoryStore from({sms(1), sms(2), sms(1), sms(1)});
  MemoryStore to;
  EXPECT_EQ(transfer(from, to).sms, (Counts{4, 0, 2, 2, 0}));
  MemoryStore all;
  TransferOptions off;
  off.dedup.level = DedupLevel::off;
  EXPECT_EQ(transfer(from, all, off).sms, (Counts{4, 0, 0, 4, 0}));
  EXPECT_EQ(all.records().size(), 4U);
}

TEST(Transfer, MergesSeveralSources) {
  MemoryStore a({sms(1), sms(2)});
  MemoryStore b({sms(2), sms(3)});
  MemoryStore to;
  Source* const sources[] = {&a, &b};
  const Report report = transfer(sources, to);
  EXPECT_EQ(report.sms, (Counts{4, 0, 1, 3, 0}));
  EXPECT_EQ(to.records(), (std::vector<Record>{sms(1), sms(2), sms(3)}));
}

TEST(Transfer, RefusesToCopyFromNowhere) {
  MemoryStore to;
  try {
    transfer(std::span<Source* const>(), to);
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
  }
}

TEST(Transfer, WritesNothingInADryRun) {
  MemoryStore from({sms(1), sms(2), sms(1)});
  StagingStore to;
  TransferOptions options;
  options.dry_run = true;
  const Report report = transfer(from, to, options);
  EXPECT_EQ(report.sms, (Counts{3, 0, 1, 2, 0}));
  EXPECT_TRUE(report.dry_run);
  EXPECT_EQ(to.staged.records().size(), 0U);
  EXPECT_EQ(to.finished, 0);
}

TEST(Transfer, ChecksWhatASourceDidNotFilter) {
  Batch batch;
  for (int i = 0; i < 5; ++i) batch.add(sms(i));
  batch.add(Call{});
  batch.filtered = 3;
  batch.foreign = 2;
  ScriptedSource from({batch});
  MemoryStore to;
  TransferOptions options;
  options.query.types = {RecordType::sms};
  options.query.since = start_ms + 2000;
  const Report report = transfer(from, to, options);
  EXPECT_EQ(report.sms, (Counts{5, 2, 0, 3, 0}));
  EXPECT_EQ(report.call, (Counts{1, 1, 0, 0, 0}));
  EXPECT_EQ(report.unknown, (Counts{3, 3, 0, 0, 0}));
  EXPECT_EQ(report.foreign, 2U);
  EXPECT_EQ(from.asked.since, start_ms + 2000);
}

TEST(Transfer, TakesTheNewestOfASourceThatMayBeReadTwice) {
  for (const bool reopenable : {true, false}) {
    Batch first;
    first.add(sms(5));
    first.add(sms(1));
    Sms undated;
    undated.body = "undated";
    first.add(undated);
    Batch second;
    second.add(sms(9));
    second.add(sms(3));
    ScriptedSource from({first, second}, reopenable);
    MemoryStore to;
    TransferOptions options;
    options.query.newest = 2;
    const Report report = transfer(from, to, options);
    EXPECT_EQ(to.records(), (std::vector<Record>{sms(5), sms(9)}));
    EXPECT_EQ(report.sms, (Counts{5, 3, 0, 2, 0}));
    EXPECT_EQ(from.opened, reopenable ? 2 : 1);
  }
}

TEST(Transfer, TakesTheFirstOfThoseEquallyOld) {
  for (const bool reopenable : {true, false}) {
    std::vector<Record> records;
    Batch batch;
    for (int i = 0; i < 6; ++i) {
      Sms row = std::get<Sms>(sms(0));
      row.body = "message " + std::to_string(i);
      row.date = start_ms + (i == 3 ? 1000 : 0);
      records.emplace_back(row);
      batch.add(row);
    }
    ScriptedSource from({batch}, reopenable);
    MemoryStore to;
    TransferOptions options;
    options.query.newest = 3;
    transfer(from, to, options);
    EXPECT_EQ(to.records(), (std::vector<Record>{records[0], records[1], records[3]}));
  }
}

TEST(Transfer, TakesTheNewestOfAllSourcesTogether) {
  for (const bool first_reopenable : {true, false}) {
    for (const bool second_reopenable : {true, false}) {
      Batch old;
      old.add(sms(1));
      old.add(sms(7));
      old.add(sms(2));
      Batch young;
      young.add(sms(8));
      young.add(sms(6));
      young.add(sms(9));
      ScriptedSource first({old}, first_reopenable);
      ScriptedSource second({young}, second_reopenable);
      MemoryStore to;
      TransferOptions options;
      options.query.newest = 3;
      Source* const sources[] = {&first, &second};
      const Report report = transfer(sources, to, options);
      EXPECT_EQ(to.records(), (std::vector<Record>{sms(7), sms(8), sms(9)}));
      EXPECT_EQ(report.sms, (Counts{6, 3, 0, 3, 0}));
    }
  }
}

TEST(Transfer, TakesTheFirstSourcesRecordsOfThoseEquallyOld) {
  Batch one;
  one.add(sms(1));
  Batch two;
  two.add(sms(2));
  two.add(sms(1));
  ScriptedSource first({one}, false);
  ScriptedSource second({two}, true);
  MemoryStore to;
  TransferOptions options;
  options.query.newest = 2;
  Source* const sources[] = {&first, &second};
  EXPECT_EQ(transfer(sources, to, options).sms, (Counts{3, 1, 0, 2, 0}));
  EXPECT_EQ(to.records(), (std::vector<Record>{sms(1), sms(2)}));
}

TEST(Transfer, TakesNoneOfTheNewestNone) {
  for (const bool reopenable : {true, false}) {
    Batch batch;
    batch.add(sms(1));
    ScriptedSource from({batch}, reopenable);
    MemoryStore to;
    TransferOptions options;
    options.query.newest = 0;
    EXPECT_EQ(transfer(from, to, options).sms, (Counts{1, 1, 0, 0, 0}));
  }
}

TEST(Transfer, LetsASourceNeitherSeeTheContactGroupNorCountTheNewestThen) {
  ScriptedSource from({}, true);
  MemoryStore to;
  TransferOptions options;
  options.query.newest = 1;
  options.query.contact_group = "Family";
  transfer(from, to, options);
  EXPECT_EQ(from.asked.contact_group, "");
  EXPECT_EQ(from.asked.newest, std::nullopt);
}

TEST(Transfer, KeepsProblemsBesideTheGoodRecords) {
  Batch batch;
  batch.add(sms(1));
  batch.problems.push_back(broken_row());
  Problem repaired = broken_row();
  repaired.record_kept = true;
  batch.problems.push_back(repaired);
  Problem nothing_known = broken_row();
  nothing_known.type.reset();
  batch.problems.push_back(nothing_known);
  ScriptedSource from({batch});
  MemoryStore to;
  Recorder recorder;
  const Report report = transfer(from, to, {}, &recorder);
  EXPECT_EQ(report.sms, (Counts{2, 0, 0, 1, 1}));
  EXPECT_EQ(report.unknown, (Counts{1, 0, 0, 0, 1}));
  EXPECT_EQ(report.repaired, 1U);
  EXPECT_EQ(report.problems_total, 3U);
  ASSERT_EQ(report.problems.size(), 3U);
  EXPECT_TRUE(report.problems[0].raw.empty());
  EXPECT_EQ(recorder.raws.front(), "<sms broken>");
  EXPECT_TRUE(report.adds_up());
  EXPECT_FALSE(report.complete());
}

TEST(Transfer, KeepsTheFirstThousandProblemsInTheReport) {
  Batch batch;
  for (int i = 0; i < 1500; ++i) batch.problems.push_back(broken_row());
  ScriptedSource from({batch});
  MemoryStore to;
  const Report report = transfer(from, to);
  EXPECT_EQ(report.problems.size(), 1000U);
  EXPECT_EQ(report.problems_total, 1500U);
  EXPECT_EQ(report.sms.failed, 1500U);
}

TEST(Transfer, SaysWhereTheOneIsThatADuplicateRepeats) {
  Sms exact = std::get<Sms>(sms(2));
  Sms rounded = exact;
  rounded.date = start_ms / 1000 * 1000 + 2000;
  Sms other_number = exact;
  other_number.address = "+15550199";
  MemoryStore there({sms(1)});
  MemoryStore first({sms(1), exact, other_number, exact});
  MemoryStore second({rounded, other_number});
  Places places;
  Source* const sources[] = {&first, &second};
  transfer(sources, there, {}, &places);
  EXPECT_EQ(places.said,
            (std::vector<std::string>{"memory, record 1 repeats memory", "memory, record 4 repeats memory, record 2",
                                      "memory, record 1 repeats memory, record 2",
                                      "memory, record 2 repeats memory, record 3"}));
}

TEST(Transfer, DoesNotSayThatADuplicateRepeatsWhatTheSinkRefused) {
  FaultInjectingStore refuses_the_first(std::make_unique<MemoryStore>(), [](auto operation, std::uint64_t count) {
    const bool first = operation == FaultInjectingStore::Operation::write_record && count == 0;
    return first ? std::optional(ErrorCode::limit_exceeded) : std::nullopt;
  });
  MemoryStore from({sms(1), sms(1), sms(1)});
  Places places;
  EXPECT_EQ(transfer(from, refuses_the_first, {}, &places).sms, (Counts{3, 0, 1, 1, 1}));
  EXPECT_EQ(places.said, std::vector<std::string>{"memory, record 3 repeats memory, record 2"});
}

TEST(Transfer, WritesWhatWasLeftOutForALog) {
  Finding finding{Match::duplicate, "same text", {}, "a.xml, row 1"};
  EXPECT_EQ(duplicate_to_json(sms(0), finding, "b.xml, row 2"),
            R"({"kind":"duplicate","type":"sms","direction":"incoming","date":"2020-09-13T12:26:40.123Z",)"
            R"("dropped":"b.xml, row 2","kept":"a.xml, row 1","why":"same text"})");
  EXPECT_EQ(problem_to_json(broken_row()),
            R"({"kind":"failed","code":"corrupt_input","where":"sms.xml, row 2","why":"no date","type":"sms",)"
            R"("record_kept":false})");
}

TEST(Transfer, ExplainsDuplicates) {
  MemoryStore from({sms(1)});
  MemoryStore to({sms(1)});
  Recorder recorder;
  transfer(from, to, {}, &recorder);
  EXPECT_EQ(recorder.explanations,
            std::vector<std::string>{"same type and direction; same millisecond; same number or sender; same text (but "
                                     "for white space)"});
  EXPECT_EQ(recorder.positions, std::vector<std::string>{"memory, record 1"});
  EXPECT_EQ(recorder.stages.front(), Progress::Stage::reading_keys);
  EXPECT_EQ(recorder.stages.back(), Progress::Stage::finishing);
}

TEST(Transfer, FetchesWhatItCanNotTellFromTheKeyAndOnlyOnce) {
  std::vector<Record> there;
  for (int i = 0; i < 20; ++i) {
    Sms row = std::get<Sms>(sms(0));
    row.body = "message " + std::to_string(i);
    there.emplace_back(row);
  }
  HeaderOnlyStore to(std::make_unique<MemoryStore>(there));
  std::vector<Record> records = there;
  Sms other_text = std::get<Sms>(sms(0));
  other_text.body = "another one in the same second";
  records.emplace_back(other_text);
  records.push_back(sms(7));
  MemoryStore from(records);
  const Report report = transfer(from, to);
  EXPECT_EQ(report.sms, (Counts{22, 0, 20, 2, 0}));
  EXPECT_EQ(to.fetched, 20);
}

TEST(Transfer, WritesWhatItCanNotCompare) {
  class Unfetchable final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
      ForwardingStore::keys(query, policy, [&](RecordKey key) {
        key.content.reset();
        visit(key);
      });
    }
    std::optional<Record> fetch(std::string_view) override { return std::nullopt; }
  };
  Unfetchable to(std::make_unique<MemoryStore>(std::vector<Record>{sms(1)}));
  MemoryStore from({sms(1), sms(1)});
  EXPECT_EQ(transfer(from, to).sms, (Counts{2, 0, 1, 1, 0}));
}

}  // namespace
}  // namespace smsbackup::test
