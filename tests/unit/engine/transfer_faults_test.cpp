#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "unit/engine/transfer_samples.hpp"

namespace smsbackup::test {
namespace {

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

}  // namespace
}  // namespace smsbackup::test
