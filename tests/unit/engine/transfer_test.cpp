#include "smsbackup/transfer.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/quarantine.hpp"
#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/memory_store.hpp"

namespace smsbackup {
namespace {

constexpr std::int64_t start_ms = 1600000000123;

Record sms(int number, std::int64_t date = start_ms) {
  Sms row;
  row.address = "+15550100";
  row.date = date + number * 1000;
  row.type = sms_inbox;
  row.body = "message " + std::to_string(number);
  return row;
}

std::vector<Record> many(int count) {
  std::vector<Record> records;
  for (int i = 0; i < count; ++i) records.push_back(sms(i));
  return records;
}

TransferOptions fixed_clock() {
  TransferOptions options;
  options.clock = [] { return std::int64_t{1700000000000}; };
  return options;
}

// Yields what it is told, batch by batch; may be read once only.
class ScriptedSource final : public Source {
 public:
  explicit ScriptedSource(std::vector<Batch> batches, bool reopenable = false)
      : batches_(std::move(batches)), reopenable_(reopenable) {}

  std::unique_ptr<Cursor> open(const Query& query) override {
    asked = query;
    ++opened;
    class Script final : public Cursor {
     public:
      explicit Script(const std::vector<Batch>& batches) : batches_(batches) {}
      bool next(Batch& out) override {
        if (at_ == batches_.size()) return false;
        out = batches_[at_++];
        return true;
      }

     private:
      const std::vector<Batch>& batches_;
      std::size_t at_ = 0;
    };
    return std::make_unique<Script>(batches_);
  }
  bool reopenable() const override { return reopenable_; }
  std::string name() const override { return "script"; }

  Query asked;
  int opened = 0;

 private:
  std::vector<Batch> batches_;
  bool reopenable_;
};

// Durable at finish only, like one file.
class StagingStore final : public Store {
 public:
  std::unique_ptr<Cursor> open(const Query& query) override { return committed.open(query); }
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    committed.keys(query, policy, visit);
  }
  Outcomes write(std::span<const Record> records) override { return staged.write(records); }
  void finish() override {
    committed = MemoryStore(staged.records());
    ++finished;
  }
  Durability durability() const override { return Durability::at_finish; }
  std::string name() const override { return "staging"; }

  MemoryStore staged;
  MemoryStore committed;
  int finished = 0;
};

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

Problem broken_row() {
  Problem problem;
  problem.code = ErrorCode::corrupt_input;
  problem.where = "sms.xml, row 2";
  problem.why = "no date";
  problem.type = RecordType::sms;
  problem.raw = Blob("<sms broken>");
  return problem;
}

struct Recorder final : Observer {
  void on_progress(const Progress& progress) override { stages.push_back(progress.stage); }
  void on_problem(const Problem& problem) override { raws.push_back(problem.raw.bytes()); }
  void on_duplicate(const Record&, const Finding& finding, std::string_view position) override {
    explanations.push_back(finding.explanation);
    positions.emplace_back(position);
  }
  bool wants_explanations() const override { return true; }

  std::vector<Progress::Stage> stages;
  std::vector<std::string> raws;
  std::vector<std::string> explanations;
  std::vector<std::string> positions;
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

// The first try is refused; the record that repeats it must not hide behind it.
TEST(Transfer, TriesARepeatedRecordWhenTheFirstWasRefused) {
  auto memory = std::make_unique<MemoryStore>();
  MemoryStore& there = *memory;
  FaultInjectingStore to(std::move(memory), [](FaultInjectingStore::Operation operation, std::uint64_t count) {
    const bool refuse = operation == FaultInjectingStore::Operation::write_record && count == 0;
    return refuse ? std::optional(ErrorCode::unsupported) : std::nullopt;
  });
  MemoryStore from({sms(1), sms(2), sms(1), sms(1)});
  Recorder recorder;
  const Report report = transfer(from, to, {}, &recorder);
  EXPECT_EQ(report.sms, (Counts{4, 0, 1, 2, 1}));
  EXPECT_EQ(there.records(), (std::vector<Record>{sms(2), sms(1)}));
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].code, ErrorCode::unsupported);
  EXPECT_NE(recorder.raws.at(0).find("\"message 1\""), std::string::npos) << "the refused record, as one JSON line";
}

TEST(Transfer, RemovesPrivateDataFromWhatASinkSays) {
  class Gossip final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Outcomes write(std::span<const Record> records) override {
      Outcomes outcomes(records.size());
      for (Outcome& outcome : outcomes) {
        outcome.problem.emplace();
        outcome.problem->where = "mail for +15550100";
        outcome.problem->why = "refused 'message 1'\nof +15550100 or +4915112345678 at offset 12345678";
      }
      return outcomes;
    }
  };
  MemoryStore from({sms(1)});
  Gossip to(std::make_unique<MemoryStore>());
  const Report report = transfer(from, to);
  EXPECT_EQ(report.problems.at(0).where, "mail for (removed)");
  EXPECT_EQ(report.problems.at(0).why, "refused '(removed)' of (removed) or (removed) at offset 12345678");
}

TEST(Transfer, CountsAsFailedWhatASinkDoesNotAnswerFor) {
  class Silent final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    Outcomes write(std::span<const Record>) override { return {}; }
  };
  MemoryStore from({sms(1), sms(2)});
  Silent to(std::make_unique<MemoryStore>());
  const Report report = transfer(from, to);
  EXPECT_EQ(report.sms, (Counts{2, 0, 0, 0, 2}));
  EXPECT_EQ(report.problems.at(0).code, ErrorCode::internal);
}

TEST(Transfer, ThrowsWhatKeepsItFromStarting) {
  using Operation = FaultInjectingStore::Operation;
  for (const Operation broken : {Operation::open, Operation::keys}) {
    const auto plan = [broken](Operation operation, std::uint64_t) {
      return operation == broken ? std::optional(ErrorCode::io) : std::nullopt;
    };
    FaultInjectingStore from(std::make_unique<MemoryStore>(many(3)), plan);
    FaultInjectingStore to(std::make_unique<MemoryStore>(), plan);
    EXPECT_THROW(transfer(from, to), Error);
  }
}

// Every operation of both sides fails once, at each of its turns; whatever happens, the counts add up, nothing is
// there twice, and the next run completes the work.
TEST(Transfer, SurvivesAFaultAtEveryOperation) {
  using Operation = FaultInjectingStore::Operation;
  std::vector<Record> records = many(1100);
  for (int i = 0; i < 1100; i += 10) records.push_back(sms(i));
  const std::vector<std::pair<Operation, bool>> operations = {
      {Operation::open, true},   {Operation::next, true},          {Operation::keys, false},
      {Operation::write, false}, {Operation::write_record, false}, {Operation::finish, false}};
  for (const auto& [broken, in_source] : operations) {
    const std::uint64_t turns = broken == Operation::write_record ? 1100 : 5;
    for (std::uint64_t turn = 0; turn < turns; turn += broken == Operation::write_record ? 91 : 1) {
      SCOPED_TRACE("operation " + std::to_string(static_cast<int>(broken)) + ", turn " + std::to_string(turn));
      bool armed = true;
      const auto plan = [&, operation_wanted = broken](Operation operation, std::uint64_t count) {
        return armed && operation == operation_wanted && count == turn ? std::optional(ErrorCode::io) : std::nullopt;
      };
      const FaultInjectingStore::Plan harmless = [](Operation, std::uint64_t) { return std::nullopt; };
      FaultInjectingStore from(std::make_unique<MemoryStore>(records), in_source ? plan : harmless);
      auto memory = std::make_unique<MemoryStore>();
      MemoryStore& there = *memory;
      FaultInjectingStore to(std::move(memory), in_source ? harmless : plan);
      try {
        const Report report = transfer(from, to);
        EXPECT_TRUE(report.adds_up());
        EXPECT_EQ(report.sms.written, there.records().size());
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::io);
        EXPECT_EQ(there.records().size(), 0U);
      }
      armed = false;
      const Report again = transfer(from, to);
      EXPECT_TRUE(again.complete());
      EXPECT_TRUE(again.adds_up());
      EXPECT_EQ(there.records().size(), 1100U);
    }
  }
}

TEST(Transfer, KeepsWhatWasReadBeforeTheSourceBroke) {
  FaultInjectingStore from(std::make_unique<MemoryStore>(many(1500)),
                           [](FaultInjectingStore::Operation operation, std::uint64_t count) {
                             const bool broken = operation == FaultInjectingStore::Operation::next && count == 2;
                             return broken ? std::optional(ErrorCode::io) : std::nullopt;
                           });
  StagingStore to;
  const Report report = transfer(from, to);
  EXPECT_EQ(report.error, "reading on: failed on request");
  EXPECT_FALSE(report.complete());
  EXPECT_EQ(report.sms, (Counts{1024, 0, 0, 1024, 0}));
  EXPECT_EQ(to.committed.records().size(), 1024U);
}

TEST(Transfer, DoesNotFinishAFileThatCouldNotBeWritten) {
  auto staging = std::make_unique<StagingStore>();
  StagingStore& there = *staging;
  FaultInjectingStore to(std::move(staging), [](FaultInjectingStore::Operation operation, std::uint64_t count) {
    const bool full = operation == FaultInjectingStore::Operation::write && count == 1;
    return full ? std::optional(ErrorCode::no_space) : std::nullopt;
  });
  MemoryStore from(many(1500));
  const Report report = transfer(from, to);
  EXPECT_EQ(report.error, "writing: failed on request");
  EXPECT_EQ(report.sms, (Counts{1024, 0, 0, 0, 1024}));
  EXPECT_EQ(there.finished, 0);
}

TEST(Transfer, CountsNothingAsWrittenWhenAFileCouldNotBeFinished) {
  FaultInjectingStore to(std::make_unique<StagingStore>(), [](FaultInjectingStore::Operation operation, std::uint64_t) {
    const bool full = operation == FaultInjectingStore::Operation::finish;
    return full ? std::optional(ErrorCode::no_space) : std::nullopt;
  });
  MemoryStore from(many(3));
  const Report report = transfer(from, to);
  EXPECT_EQ(report.sms, (Counts{3, 0, 0, 0, 3}));
  EXPECT_EQ(report.error, "finishing: failed on request");
}

TEST(Transfer, LeavesNoFileWhenNothingWasWritten) {
  FaultInjectingStore from(std::make_unique<MemoryStore>(many(3)),
                           [](FaultInjectingStore::Operation operation, std::uint64_t) {
                             const bool broken = operation == FaultInjectingStore::Operation::next;
                             return broken ? std::optional(ErrorCode::io) : std::nullopt;
                           });
  StagingStore to;
  EXPECT_TRUE(transfer(from, to).error.has_value());
  EXPECT_EQ(to.finished, 0);
}

TEST(Transfer, FinishesWhatIsWrittenWhenCancelled) {
  MemoryStore from(many(3000));
  StagingStore to;
  CancelToken cancel;
  struct Canceller final : Observer {
    explicit Canceller(CancelToken& token) : token_(token) {}
    void on_progress(const Progress& progress) override {
      if (progress.counts.read >= 1024) token_.cancel();
    }
    CancelToken& token_;
  } observer(cancel);
  const Report report = transfer(from, to, {}, &observer, cancel);
  EXPECT_TRUE(report.cancelled);
  EXPECT_EQ(report.error, std::nullopt);
  EXPECT_TRUE(report.adds_up());
  EXPECT_EQ(report.sms.written, 1024U);
  EXPECT_EQ(to.committed.records().size(), 1024U);
}

TEST(Transfer, DoesNothingWhenCancelledBefore) {
  MemoryStore from(many(3));
  StagingStore to;
  CancelToken cancel;
  cancel.cancel();
  const Report report = transfer(from, to, {}, nullptr, cancel);
  EXPECT_TRUE(report.cancelled);
  EXPECT_EQ(report.total(), Counts{});
  EXPECT_EQ(to.finished, 0);
}

TEST(Transfer, LetsAnObserversExceptionThroughUnchanged) {
  struct Complaint {};
  struct Thrower final : Observer {
    void on_progress(const Progress& progress) override {
      if (progress.stage == Progress::Stage::copying) throw Complaint{};
    }
  } thrower;
  MemoryStore from(many(600));
  StagingStore to;
  EXPECT_THROW(transfer(from, to, {}, &thrower), Complaint);
  EXPECT_EQ(to.committed.records().size(), 512U) << "what is written is kept";

  struct Scolder final : Observer {
    void on_progress(const Progress&) override { throw Error(ErrorCode::busy, "the host's own"); }
  } scolder;
  MemoryStore other;
  EXPECT_THROW(transfer(from, other, {}, &scolder), Error);
}

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
}  // namespace smsbackup
