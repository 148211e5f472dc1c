#include "smsbackup/verify.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "smsbackup/forwarding_store.hpp"
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

using Kind = Difference::Kind;
using Differences = std::vector<Difference>;

VerifyReport compare(Source& a, Store& b, Differences& differences, const TransferOptions& options = {}) {
  return verify(a, b, options, [&](const Difference& one) { differences.push_back(one); });
}

// What differs in the only record of each side.
std::vector<std::string> change(const Record& a, const Record& b, DedupLevel level = DedupLevel::tolerant) {
  MemoryStore left({a});
  MemoryStore right({b});
  TransferOptions options;
  options.dedup.level = level;
  Differences found;
  const VerifyReport report = compare(left, right, found, options);
  EXPECT_EQ(report.total().changed, 1U);
  EXPECT_EQ(report.total().missing + report.total().extra, 0U);
  EXPECT_FALSE(report.all_there());
  return found.size() == 1 && found[0].kind == Kind::changed ? found[0].what : std::vector<std::string>{"nothing"};
}

TEST(Verify, SaysWhatIsMissingAndWhatIsExtra) {
  MemoryStore a({sms(1), sms(2), sms(3)});
  MemoryStore b({sms(3), sms(1), sms(9)});
  Differences found;
  const VerifyReport report = compare(a, b, found);
  EXPECT_EQ(report.sms, (VerifyReport::PerType{3, 2, 0, 1, 1}));
  EXPECT_EQ(report.mms, VerifyReport::PerType{});
  EXPECT_FALSE(report.all_there());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, Kind::missing);
  EXPECT_EQ(found[0].type, RecordType::sms);
  EXPECT_EQ(found[0].direction, Direction::incoming);
  EXPECT_EQ(found[0].date, 1600000002123);
  EXPECT_EQ(found[0].in_a, "memory, record 2");
  EXPECT_EQ(found[0].in_b, "");
  EXPECT_EQ(found[1].kind, Kind::extra);
  EXPECT_EQ(found[1].date, 1600000009123);
  EXPECT_EQ(found[1].in_a, "");
  EXPECT_EQ(found[1].in_b, "memory, record 3");
}

TEST(Verify, IsContentWithMoreInBUnlessBothMustBeTheSame) {
  MemoryStore a({sms(1)});
  MemoryStore b({sms(1), sms(2)});
  EXPECT_TRUE(verify(a, b).all_there());
  EXPECT_FALSE(verify(a, b).same());
  EXPECT_TRUE(verify(a, a).same());
}

TEST(Verify, MissesEachOfTwoThatAreNotThere) {
  MemoryStore a({sms(1), sms(1)});
  MemoryStore b;
  EXPECT_EQ(verify(a, b).sms, (VerifyReport::PerType{2, 0, 0, 2, 0}));
  EXPECT_EQ(verify(b, a).sms, (VerifyReport::PerType{0, 0, 0, 0, 2}));
}

TEST(Verify, NamesWhatChangedInAnSms) {
  Sms row = std::get<Sms>(sms(1));
  Sms other = row;
  other.body = "message one";
  EXPECT_EQ(change(row, other), std::vector<std::string>{"text"});
  other.subject = "A subject";
  EXPECT_EQ(change(row, other), (std::vector<std::string>{"subject", "text"}));
  other = row;
  other.date = *row.date + 1;
  EXPECT_EQ(change(row, other), std::vector<std::string>{"milliseconds"});
  other = row;
  other.address = "+1 555 0100";
  EXPECT_EQ(change(row, other, DedupLevel::exact), std::vector<std::string>{"spelling of the number"});
}

TEST(Verify, NamesWhatChangedInACall) {
  Call call;
  call.number = "+15550100";
  call.date = 1600000000123;
  call.type = call_incoming;
  call.duration = 12;
  Call other = call;
  other.duration = 13;
  EXPECT_EQ(change(call, other), std::vector<std::string>{"duration"});
  other.type = call_missed;
  EXPECT_EQ(change(call, other), (std::vector<std::string>{"kind of call", "duration"}));
}

TEST(Verify, NamesWhatChangedInAnMms) {
  Mms mms;
  mms.date = 1600000000000;
  mms.msg_box = mms_inbox;
  mms.m_id = "one@example";
  mms.addresses.resize(1);
  mms.addresses[0].address = "+15550100";
  mms.addresses[0].type = mms_from;
  mms.parts.resize(1);
  mms.parts[0].ct = "image/png";
  mms.parts[0].data = Blob("12345");
  Mms other = mms;
  other.parts[0].data = Blob("12346");
  EXPECT_EQ(change(mms, other), std::vector<std::string>{"parts"});
  other = mms;
  other.parts.push_back(mms.parts[0]);
  other.sub = "Holidays";
  EXPECT_EQ(change(mms, other), (std::vector<std::string>{"subject", "number of parts"}));
  other = mms;
  other.m_id = "two@example";
  EXPECT_EQ(change(mms, other), std::vector<std::string>{"message id"});
}

TEST(Verify, TakesNoRecordForAChangedOneThatTheOtherSideHasAsItIs) {
  Sms first = std::get<Sms>(sms(1));
  Sms second = first;
  second.body = "another text of the same second";
  MemoryStore a({first, second});
  MemoryStore b({second});
  Differences found;
  EXPECT_EQ(compare(a, b, found).sms, (VerifyReport::PerType{2, 1, 0, 1, 0}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, Kind::missing);
  EXPECT_EQ(found[0].in_a, "memory, record 1");
}

TEST(Verify, PairsEachChangedRecordWithOne) {
  Sms row = std::get<Sms>(sms(1));
  std::vector<Record> here;
  std::vector<Record> there;
  for (int i = 0; i < 40; ++i) {
    row.body = "here " + std::to_string(i);
    here.emplace_back(row);
    row.body = "there " + std::to_string(i);
    if (i < 30) there.emplace_back(row);
  }
  MemoryStore a(here);
  MemoryStore b(there);
  EXPECT_EQ(verify(a, b).sms, (VerifyReport::PerType{40, 0, 30, 10, 0}));
  EXPECT_EQ(verify(b, a).sms, (VerifyReport::PerType{30, 0, 30, 0, 10}));
}

TEST(Verify, TakesAnotherPartyForAnotherRecord) {
  MemoryStore a({sms(1)});
  MemoryStore b({sms(1, "+15550199")});
  EXPECT_EQ(verify(a, b).sms, (VerifyReport::PerType{1, 0, 0, 1, 1}));
}

TEST(Verify, CallsNothingExtraThatALimitMayHaveCutOff) {
  Sms precise = std::get<Sms>(sms(1));  // 1600000001123
  Sms rounded = precise;
  rounded.date = 1600000001000;
  MemoryStore a({rounded});
  MemoryStore b({precise});
  TransferOptions options;
  options.query.since = 1600000001100;
  EXPECT_TRUE(verify(a, b, options).same());
  EXPECT_TRUE(verify(b, a, options).same());
  options.query.since.reset();
  options.query.until = 1600000001100;
  EXPECT_TRUE(verify(a, b, options).same());
  EXPECT_TRUE(verify(b, a, options).same());
}

TEST(Verify, ComparesTheNewestOnly) {
  MemoryStore a({sms(1), sms(2), sms(3), sms(4)});
  MemoryStore b({sms(0), sms(3), sms(4), sms(5)});
  TransferOptions options;
  options.query.newest = 3;
  EXPECT_EQ(verify(a, b, options).sms, (VerifyReport::PerType{3, 2, 0, 1, 1}));
  options.query.newest = 9;
  EXPECT_EQ(verify(a, b, options).sms, (VerifyReport::PerType{4, 2, 0, 2, 2}));
}

TEST(Verify, CountsWhatCannotBeReadOnEitherSide) {
  class Damaged final : public Store {
   public:
    std::unique_ptr<Cursor> open(const Query&) override {
      class One final : public Cursor {
       public:
        bool next(Batch& out) override {
          if (done_) return false;
          done_ = true;
          out.problems.emplace_back();
          return true;
        }

       private:
        bool done_ = false;
      };
      return std::make_unique<One>();
    }
    void keys(const Query&, const DedupPolicy&, const KeyVisitor&) override {}
    Outcomes write(std::span<const Record>) override { return {}; }
    std::string name() const override { return "damaged"; }
  } damaged;
  MemoryStore good({sms(1)});
  EXPECT_EQ(verify(damaged, good).unreadable, 1U);
  EXPECT_FALSE(verify(damaged, good).all_there());
  EXPECT_EQ(verify(good, damaged).unreadable_in_b, 1U);
}

TEST(Verify, RefusesASecondSideThatCanBeReadOnce) {
  class Pipe final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    bool reopenable() const override { return false; }
  } pipe(std::make_unique<MemoryStore>());
  MemoryStore a({sms(1)});
  EXPECT_TRUE(verify(pipe, a).all_there());
  try {
    verify(a, pipe);
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
  }
}

TEST(Verify, TellsProgramsInJson) {
  MemoryStore a({sms(1), sms(2)});
  Sms changed = std::get<Sms>(sms(2));
  changed.body = "another text";
  MemoryStore b({changed, Sms{}});
  EXPECT_EQ(verify(a, b).to_json(),
            R"({"all_there":false,"same":false,)"
            R"("total":{"compared":2,"found":0,"changed":1,"missing":1,"extra":1},)"
            R"("sms":{"compared":2,"found":0,"changed":1,"missing":1,"extra":1},)"
            R"("mms":{"compared":0,"found":0,"changed":0,"missing":0,"extra":0},)"
            R"("call":{"compared":0,"found":0,"changed":0,"missing":0,"extra":0},)"
            R"("unreadable":0,"unreadable_in_b":0,"differences_total":3,"differences":[)"
            R"({"kind":"missing","type":"sms","direction":"outgoing","date":"2020-09-13T12:26:41.123Z",)"
            R"("in_a":"memory, record 1"},)"
            R"({"kind":"changed","type":"sms","direction":"incoming","date":"2020-09-13T12:26:42.123Z",)"
            R"("in_a":"memory, record 2","in_b":"memory, record 1","what":["text"]},)"
            R"({"kind":"extra","type":"sms","in_b":"memory, record 2"}]})");
}

TEST(Verify, LetsTheSecondSideLeaveOutWhatTheFirstHas) {
  class Asked final : public ForwardingStore {
   public:
    using ForwardingStore::ForwardingStore;
    std::unique_ptr<Cursor> open(const Query& query) override {
      knew = query.known != nullptr && query.known->has(key_of(sms(1))) && !query.known->has(key_of(sms(2)));
      return ForwardingStore::open(query);
    }
    bool knew = false;
  } b(std::make_unique<MemoryStore>());
  MemoryStore a({sms(1)});
  verify(a, b);
  EXPECT_TRUE(b.knew);
}

TEST(Verify, ComparesByThePolicy) {
  MemoryStore a({sms(1, "5550100")});
  MemoryStore b({sms(1, "+15550100")});
  EXPECT_TRUE(verify(a, b).all_there());
  for (const DedupLevel level : {DedupLevel::exact, DedupLevel::off}) {
    TransferOptions options;
    options.dedup.level = level;
    EXPECT_EQ(verify(a, b, options).sms, (VerifyReport::PerType{1, 0, 1, 0, 0}));
  }
}

TEST(Verify, LooksOnlyAtWhatTheQueryWants) {
  MemoryStore a({sms(1), sms(2)});
  MemoryStore b({sms(1)});
  TransferOptions options;
  options.query.until = 1600000002000;
  const VerifyReport report = verify(a, b, options);
  EXPECT_TRUE(report.all_there());
  EXPECT_EQ(report.total().compared, 1U);
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
