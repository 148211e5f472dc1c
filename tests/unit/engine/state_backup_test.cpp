#include <gtest/gtest.h>

#include <functional>

#include "smsbackup/forwarding_state_store.hpp"
#include "unit/engine/state_samples.hpp"

namespace smsbackup::test {
namespace {

using Operation = FaultInjectingStateStore::Operation;

// Fails once, at the first such operation.
class FailingState final : public ForwardingStateStore {
 public:
  FailingState(StateStore& kept, Operation operation, std::uint64_t at = 0)
      : ForwardingStateStore(std::make_unique<MemoryStateStore>()), kept_(kept), operation_(operation), at_(at) {}
  void visit_done(const Visitor& visit) override {
    fail(Operation::visit_done);
    kept_.visit_done(visit);
  }
  void mark_done(std::span<const Digest> fingerprints) override {
    fail(Operation::mark_done);
    kept_.mark_done(fingerprints);
  }
  std::optional<StateRun> last_run() override { return kept_.last_run(); }
  void save_run(const StateRun& run) override {
    fail(Operation::save_run);
    kept_.save_run(run);
  }

 private:
  void fail(Operation operation) {
    if (operation == operation_ && at_-- == 0) throw Error(ErrorCode::no_space, "writing the state", "make room");
  }
  StateStore& kept_;
  Operation operation_;
  std::uint64_t at_;
};

class BothDurabilities : public testing::TestWithParam<Durability> {};
INSTANTIATE_TEST_SUITE_P(State, BothDurabilities, testing::Values(Durability::each_write, Durability::at_finish),
                         [](const auto& durability) {
                           return durability.param == Durability::each_write ? "each_write" : "at_finish";
                         });

TEST_P(BothDurabilities, TheSecondRunDoesNotTouchTheArchive) {
  CountingStore archive(GetParam());
  MemoryStateStore state;
  EXPECT_EQ(back_up(many(1200), archive, with(state)).sms, (Counts{1200, 0, 0, 1200, 0}));
  const int touched = archive.touched();
  const Report again = back_up(many(1200), archive, with(state));
  EXPECT_EQ(again.sms, (Counts{1200, 0, 1200, 0, 0}));
  EXPECT_EQ(again.remembered, 1200U);
  EXPECT_TRUE(again.complete());
  EXPECT_EQ(archive.touched(), touched);
}

TEST_P(BothDurabilities, BacksUpWhatIsNewWhateverItsDate) {
  CountingStore archive(GetParam());
  MemoryStateStore state;
  std::vector<Record> phone = {sms(1000), sms(50'000'000), sms(2000)};  // one of them from 2022
  back_up(phone, archive, with(state));
  phone.push_back(sms(3000));
  phone.insert(phone.begin(), sms(5));  // arrived late
  const Report report = back_up(phone, archive, with(state));
  EXPECT_EQ(report.sms, (Counts{5, 0, 3, 2, 0}));
  EXPECT_EQ(report.remembered, 3U);
  EXPECT_EQ(archive.records(), (std::vector<Record>{sms(1000), sms(50'000'000), sms(2000), sms(5), sms(3000)}));
}

TEST_P(BothDurabilities, NothingIsDoneBeforeTheSinkSaysDurable) {
  CountingStore archive(GetParam());
  MemoryStateStore state;
  archive.finish_fails = true;
  EXPECT_TRUE(back_up(many(10), archive, with(state)).error);
  EXPECT_EQ(state.done().size(), GetParam() == Durability::each_write ? 10U : 0U);
  EXPECT_FALSE(state.last_run()->complete);
  archive = CountingStore(GetParam(), archive.records());
  EXPECT_TRUE(back_up(many(10), archive, with(state)).complete());
  EXPECT_EQ(archive.records(), many(10));
}

TEST_P(BothDurabilities, KnowsHowFarABrokenRunCame) {
  CountingStore archive(GetParam());
  MemoryStateStore state;
  archive.write_fails_after = 1;
  const Report broken = back_up(many(1200), archive, with(state));
  EXPECT_TRUE(broken.error);
  EXPECT_EQ(state.done().size(), GetParam() == Durability::each_write ? 512U : 0U);
  const std::size_t known = state.done().size();
  archive = CountingStore(GetParam(), archive.records());
  EXPECT_EQ(back_up(many(1200), archive, with(state)).remembered, known);
  EXPECT_EQ(archive.records(), many(1200));
}

TEST_P(BothDurabilities, WhatTheArchiveHasIsDone) {
  CountingStore archive(GetParam(), many(10));
  MemoryStateStore state;
  const Report first = back_up(many(12), archive, with(state));
  EXPECT_EQ(first.sms, (Counts{12, 0, 10, 2, 0}));
  EXPECT_EQ(first.remembered, 0U);
  EXPECT_EQ(back_up(many(12), archive, with(state)).remembered, 12U);
  EXPECT_EQ(archive.keys_read, 1);
}

TEST_P(BothDurabilities, AStateThatCanNotBeWrittenEndsTheRunAndTheNextOneReconciles) {
  CountingStore archive(GetParam());
  MemoryStateStore kept;
  FailingState failing(kept, Operation::mark_done);
  const Report report = back_up(many(10), archive, with(failing));
  EXPECT_EQ(report.error, "writing the state (make room)");
  EXPECT_FALSE(report.complete());
  EXPECT_EQ(report.sms, (Counts{10, 0, 0, 10, 0})) << "they are in the archive";
  EXPECT_TRUE(kept.done().empty());
  EXPECT_EQ(back_up(many(10), archive, with(kept)).sms, (Counts{10, 0, 10, 0, 0}));
  EXPECT_EQ(archive.records(), many(10));
  EXPECT_EQ(kept.done().size(), 10U);
}

TEST(State, IsMarkedAsTheRunGoes) {
  CountingStore archive;
  MemoryStateStore kept;
  FailingState failing(kept, Operation::mark_done, 1);
  const Report report = back_up(many(10'000), archive, with(failing));
  EXPECT_TRUE(report.error);
  EXPECT_GE(kept.done().size(), 4096U);
  EXPECT_LT(archive.records().size(), 10'000U) << "a run that can't write its state ends";
  back_up(many(10'000), archive, with(kept));
  EXPECT_EQ(archive.records(), many(10'000));
}

TEST(State, NothingIsTouchedWhenItCanNotBeReadOrBegun) {
  for (const Operation operation : {Operation::visit_done, Operation::save_run}) {
    CountingStore archive;
    MemoryStateStore kept;
    FailingState failing(kept, operation);
    EXPECT_THROW(back_up(many(10), archive, with(failing)), Error);
    EXPECT_EQ(archive.touched(), 0);
  }
}

TEST(State, TheLastWordOfARunMayFail) {
  CountingStore archive;
  MemoryStateStore kept;
  FailingState failing(kept, Operation::save_run, 1);
  const Report report = back_up(many(10), archive, with(failing));
  EXPECT_EQ(report.error, "writing the state (make room)");
  EXPECT_EQ(kept.last_run()->finished, std::nullopt) << "as if it were killed";
  EXPECT_EQ(kept.done().size(), 10U);
}

TEST(State, TellsOfTheLastRun) {
  CountingStore archive;
  MemoryStateStore state;
  std::optional<StateRun> during;
  archive.before_write = [&] { during = state.last_run(); };
  back_up(many(10), archive, with(state));
  ASSERT_TRUE(during);
  EXPECT_EQ(during->started, 1700000000000);
  EXPECT_EQ(during->finished, std::nullopt);
  const std::optional<StateRun> after = state.last_run();
  EXPECT_EQ(after->finished, 1700000000000);
  EXPECT_TRUE(after->complete);
  EXPECT_EQ(after->counts, (Counts{10, 0, 0, 10, 0}));
  EXPECT_EQ(after->runs_before, 0U);
  back_up(many(10), archive, with(state));
  EXPECT_EQ(state.last_run()->runs_before, 1U);
}

TEST(State, DoesNotBringBackWhatTheUserDeletedFromTheArchive) {
  CountingStore archive;
  MemoryStateStore state;
  back_up(many(3), archive, with(state));
  CountingStore tidied(Durability::each_write, {sms(2)});
  back_up(many(4), tidied, with(state));
  EXPECT_EQ(tidied.records(), (std::vector<Record>{sms(2), sms(3)}));
}

TEST(State, ForgottenMeansAskingTheArchive) {
  CountingStore archive;
  MemoryStateStore state;
  back_up(many(3), archive, with(state));
  state.reset();
  EXPECT_EQ(back_up(many(3), archive, with(state)).sms, (Counts{3, 0, 3, 0, 0}));
  EXPECT_EQ(archive.records().size(), 3U);
}

TEST(State, WhatAFilterLeftOutIsNotDone) {
  CountingStore archive;
  MemoryStateStore state;
  Call missed;
  missed.type = call_missed;
  missed.date = 1600000000000;
  missed.number = "+15550100";
  Sms draft = std::get<Sms>(sms(7));
  draft.type = sms_draft;
  const std::vector<Record> phone = {sms(1), missed, draft, sms(2)};
  BackupOptions filtered = with(state);
  filtered.query.types = {RecordType::sms};
  filtered.query.until = date_of(sms(2));
  EXPECT_EQ(back_up(phone, archive, filtered).total(), (Counts{4, 3, 0, 1, 0}));
  BackupOptions outgoing_only = with(state);
  outgoing_only.query.call_types = {call_outgoing};
  EXPECT_EQ(back_up(phone, archive, outgoing_only).total(), (Counts{4, 2, 1, 1, 0}));
  EXPECT_EQ(back_up(phone, archive, with(state)).total(), (Counts{4, 1, 2, 1, 0}));
  BackupOptions drafts = with(state);
  drafts.drafts = true;
  EXPECT_EQ(back_up(phone, archive, drafts).total(), (Counts{4, 0, 3, 1, 0}));
}

TEST(State, WhatTheArchiveRefusedIsNotDone) {
  CountingStore archive;
  MemoryStateStore state;
  archive.refuse = [](const Record& record) { return record == sms(3); };
  EXPECT_EQ(back_up(many(10), archive, with(state)).sms, (Counts{10, 0, 0, 9, 1}));
  archive.refuse = nullptr;
  EXPECT_EQ(back_up(many(10), archive, with(state)).sms, (Counts{10, 0, 9, 1, 0}));
}

TEST(State, AnswersForRepetitionsOneByOne) {
  CountingStore archive;
  MemoryStateStore state;
  BackupOptions options = with(state);
  const std::vector<Record> phone = {sms(1), sms(1), sms(1)};
  EXPECT_EQ(back_up(phone, archive, options).sms, (Counts{3, 0, 2, 1, 0}));
  EXPECT_EQ(back_up(phone, archive, options).remembered, 3U);

  MemoryStateStore second_state;
  CountingStore everything;
  options = with(second_state);
  options.dedup.level = DedupLevel::off;
  EXPECT_EQ(back_up(phone, everything, options).sms, (Counts{3, 0, 0, 3, 0}));
  EXPECT_EQ(back_up(phone, everything, options).remembered, 3U);
  EXPECT_EQ(back_up({sms(1), sms(1), sms(1), sms(1)}, everything, options).sms, (Counts{4, 0, 3, 1, 0}));
}

TEST(State, IsNotWrittenInADryRun) {
  CountingStore archive;
  MemoryStateStore state;
  back_up(many(2), archive, with(state));
  const std::optional<StateRun> last = state.last_run();
  BackupOptions dry = with(state);
  dry.dry_run = true;
  dry.clock = [] { return std::int64_t{1800000000000}; };
  EXPECT_EQ(back_up(many(5), archive, dry).sms, (Counts{5, 0, 2, 3, 0}));
  EXPECT_EQ(state.done().size(), 2U);
  EXPECT_EQ(state.last_run(), last);
}

TEST(State, IsOfOnePhone) {
  CountingStore archive;
  MemoryStateStore one;
  MemoryStateStore other;
  back_up(many(10), archive, with(one));
  EXPECT_EQ(back_up(many(10, 5), archive, with(other)).sms, (Counts{10, 0, 5, 5, 0}));
  EXPECT_EQ(archive.records(), many(15));
  EXPECT_EQ(back_up(many(10), archive, with(one)).remembered, 10U);
  EXPECT_EQ(back_up(many(10, 5), archive, with(other)).remembered, 10U);
}

TEST(State, NoticesThatTheArchiveIsGone) {
  CountingStore archive;
  MemoryStateStore state;
  back_up(many(10), archive, with(state));
  CountingStore gone;
  try {
    back_up(many(11), gone, with(state));
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_NE(error.hint(), "");
  }
  EXPECT_EQ(gone.touched(), 0);
  state.reset();
  EXPECT_EQ(back_up(many(11), gone, with(state)).sms, (Counts{11, 0, 0, 11, 0}));
}

TEST(State, ThrowsWhenTheKeysCanNotBeReadLater) {
  CountingStore archive;
  MemoryStateStore state;
  back_up(many(10), archive, with(state));
  archive.keys_fail = true;
  EXPECT_TRUE(back_up(many(10), archive, with(state)).complete()) << "nobody asks for them";
  EXPECT_THROW(back_up(many(11), archive, with(state)), Error);
  ASSERT_TRUE(state.last_run()->finished);
  EXPECT_FALSE(state.last_run()->complete);
  archive.keys_fail = false;
  EXPECT_EQ(back_up(many(11), archive, with(state)).sms, (Counts{11, 0, 10, 1, 0}));
}

TEST(State, ExplainsWhyNothingWasLookedUp) {
  struct Listener final : Observer {
    void on_duplicate(const Record&, const Finding& finding, std::string_view position) override {
      said += finding.explanation + " at " + std::string(position) + "\n";
    }
    bool wants_explanations() const override { return true; }
    std::string said;
  } listener;
  CountingStore archive;
  MemoryStateStore state;
  back_up(many(1), archive, with(state));
  MemoryStore phone(many(1));
  backup(phone, archive, with(state), &listener);
  EXPECT_EQ(listener.said, "backed up by an earlier run at memory, record 1\n");
}

TEST(FirstRun, MaySkipWhatIsThere) {
  CountingStore archive;
  MemoryStateStore state;
  BackupOptions options = with(state);
  options.first_run = BackupOptions::FirstRun::skip;
  const Report first = back_up(many(1200), archive, options);
  EXPECT_EQ(first.sms, (Counts{1200, 1200, 0, 0, 0}));
  EXPECT_TRUE(first.complete());
  EXPECT_EQ(archive.touched(), 0);
  EXPECT_EQ(state.last_run()->skipped, 1200U);

  EXPECT_EQ(back_up(many(1203), archive, options).sms, (Counts{1203, 0, 1200, 3, 0})) << "it skips once only";
  EXPECT_EQ(archive.records(), many(3, 1200));
  EXPECT_EQ(state.last_run()->skipped, 1200U);
}

TEST(FirstRun, SkipsNothingLaterWhenThePhoneWasEmpty) {
  CountingStore archive;
  MemoryStateStore state;
  BackupOptions options = with(state);
  options.first_run = BackupOptions::FirstRun::skip;
  back_up({}, archive, options);
  EXPECT_EQ(back_up(many(3), archive, options).sms, (Counts{3, 0, 0, 3, 0}));
}

TEST(FirstRun, SkipsNothingAfterABackup) {
  CountingStore archive;
  MemoryStateStore state;
  back_up(many(3), archive, with(state));
  BackupOptions options = with(state);
  options.first_run = BackupOptions::FirstRun::skip;
  EXPECT_EQ(back_up(many(5), archive, options).sms, (Counts{5, 0, 3, 2, 0}));
}

TEST(FirstRun, SkipsAllOrNothing) {
  class Interrupted final : public ForwardingStore {
   public:
    explicit Interrupted(CancelToken token)
        : ForwardingStore(std::make_unique<MemoryStore>(many(1200))), token_(std::move(token)) {}
    std::unique_ptr<Cursor> open(const Query& query) override {
      class Stops final : public Cursor {
       public:
        Stops(std::unique_ptr<Cursor> inner, CancelToken& token) : inner_(std::move(inner)), token_(token) {}
        bool next(Batch& out) override {
          if (batches_++ == 1) token_.cancel();
          return inner_->next(out);
        }

       private:
        std::unique_ptr<Cursor> inner_;
        CancelToken& token_;
        int batches_ = 0;
      };
      return std::make_unique<Stops>(ForwardingStore::open(query), token_);
    }

   private:
    CancelToken token_;
  };
  CancelToken token;
  Interrupted phone(token);
  CountingStore archive;
  MemoryStateStore state;
  BackupOptions options = with(state);
  options.first_run = BackupOptions::FirstRun::skip;
  EXPECT_TRUE(backup(phone, archive, options, nullptr, token).cancelled);
  EXPECT_TRUE(state.done().empty());
  EXPECT_EQ(archive.touched(), 0);
}

TEST_P(BothDurabilities, StopsAtTheLimitAndGoesOnTheNextTime) {
  CountingStore archive(GetParam());
  MemoryStateStore state;
  BackupOptions options = with(state);
  options.limit = 5;
  const Report first = back_up(many(12), archive, options);
  EXPECT_EQ(first.sms, (Counts{5, 0, 0, 5, 0}));
  EXPECT_TRUE(first.limited);
  EXPECT_FALSE(first.complete());
  EXPECT_EQ(archive.records(), many(5));
  const Report second = back_up(many(12), archive, options);
  EXPECT_EQ(second.sms, (Counts{10, 0, 5, 5, 0}));
  EXPECT_TRUE(second.limited);
  const Report third = back_up(many(12), archive, options);
  EXPECT_EQ(third.sms, (Counts{12, 0, 10, 2, 0}));
  EXPECT_FALSE(third.limited);
  EXPECT_TRUE(third.complete());
  EXPECT_EQ(archive.records(), many(12));
}

TEST(Limit, IsNotReachedByExactlyAsMany) {
  CountingStore archive;
  TransferOptions options;
  options.limit = 5;
  MemoryStore phone(many(5));
  const Report report = transfer(phone, archive, options);
  EXPECT_FALSE(report.limited);
  EXPECT_TRUE(report.complete());
}

TEST(Limit, CountsWhatWasWrittenOnly) {
  CountingStore archive(Durability::each_write, {sms(0), sms(3)});
  archive.refuse = [](const Record& record) { return record == sms(1) || record == sms(2); };
  TransferOptions options;
  options.limit = 3;
  MemoryStore phone(many(12));
  const Report report = transfer(phone, archive, options);
  EXPECT_EQ(report.sms, (Counts{7, 0, 2, 3, 2}));
  EXPECT_TRUE(report.limited);
  EXPECT_TRUE(report.adds_up());
}

TEST(Limit, HoldsInADryRun) {
  CountingStore archive;
  TransferOptions options;
  options.limit = 3;
  options.dry_run = true;
  MemoryStore phone(many(12));
  const Report report = transfer(phone, archive, options);
  EXPECT_EQ(report.sms, (Counts{3, 0, 0, 3, 0}));
  EXPECT_TRUE(report.limited);
}

// Each of the two, but not both, is the same as the one that is refused.
TEST(Limit, HoldsForWhatRepeatsARefusedRecord) {
  Sms refused = std::get<Sms>(sms(0));
  refused.address = "5550100123";
  Sms one = refused;
  one.address = "+15550100123";
  Sms other = refused;
  other.address = "+25550100123";
  CountingStore archive;
  archive.refuse = [&](const Record& record) { return record == Record(refused); };
  TransferOptions options;
  options.limit = 1;
  MemoryStore phone({refused, one, other, sms(5)});
  const Report report = transfer(phone, archive, options);
  EXPECT_EQ(report.sms, (Counts{2, 0, 0, 1, 1}));
  EXPECT_TRUE(report.limited);
  EXPECT_EQ(archive.records(), std::vector<Record>{one});
}

}  // namespace
}  // namespace smsbackup::test
