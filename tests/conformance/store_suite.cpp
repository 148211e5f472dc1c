#include "conformance/store_suite.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "conformance/hazards.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/jsonl.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "smsbackup/verify.hpp"

namespace smsbackup::test {

namespace fs = std::filesystem;

StoreSuite::StoreSuite() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string("smsbackup-") + test->name() + "-" + std::to_string(getpid());
  std::replace(name.begin(), name.end(), '/', '-');
  folder_ = fs::temp_directory_path() / name;
  fs::remove_all(folder_);
  fs::create_directories(folder_ / "store");
}

StoreSuite::~StoreSuite() { fs::remove_all(folder_); }

std::vector<Record> StoreSuite::kept(std::vector<Record> records) const {
  if (GetParam().holds) std::erase_if(records, [](const Record& record) { return !GetParam().holds(record); });
  if (GetParam().as_kept) {
    for (Record& record : records) record = GetParam().as_kept(std::move(record));
  }
  if (!GetParam().keeps_equal_ones_once) return records;
  std::vector<Record> different;
  for (Record& record : records) {
    if (std::find(different.begin(), different.end(), record) == different.end())
      different.push_back(std::move(record));
  }
  return different;
}

// Equal but for the order. Says which are missing and which came instead.
void StoreSuite::expect_same_records(const std::vector<Record>& expected, const std::vector<Record>& as_read) const {
  const std::vector<Record> actual = kept(as_read);
  std::map<std::string, std::vector<const Record*>> left;
  const auto line = [](const Record& record) {
    std::string json;
    to_json(record, json);
    return json;
  };
  for (const Record& record : actual) left[line(record)].push_back(&record);
  int shown = 0;
  for (const Record& record : expected) {
    const auto found = left.find(line(record));
    if (found == left.end()) {
      ASSERT_LT(shown++, 5) << "and more";
      ADD_FAILURE() << "missing: " << line(record).substr(0, 2000);
      continue;
    }
    EXPECT_EQ(*found->second.back(), record) << "differs in what JSON does not show: " << line(record).substr(0, 2000);
    found->second.pop_back();
    if (found->second.empty()) left.erase(found);
  }
  for (const auto& [json, records] : left) {
    ASSERT_LT(shown++, 10) << "and more";
    ADD_FAILURE() << "not expected: " << json.substr(0, 2000);
  }
}

namespace {

struct Everything {
  std::vector<Record> records;
  std::vector<Problem> problems;
  std::uint64_t filtered = 0;
};

Everything everything_in(Source& source, const Query& query = {}) {
  Everything all;
  const std::unique_ptr<Cursor> cursor = source.open(query);
  Batch batch;
  while (cursor->next(batch)) {
    EXPECT_LE(batch.records.size(), Batch::max_records);
    EXPECT_TRUE(batch.positions.empty() || batch.positions.size() == batch.records.size());
    std::move(batch.records.begin(), batch.records.end(), std::back_inserter(all.records));
    std::move(batch.problems.begin(), batch.problems.end(), std::back_inserter(all.problems));
    all.filtered += batch.filtered;
    batch.clear();
  }
  EXPECT_TRUE(batch.records.empty());
  EXPECT_FALSE(cursor->next(batch)) << "after the end";
  return all;
}

void write(Sink& sink, std::span<const Record> records) {
  while (!records.empty()) {
    const std::size_t count = std::min(records.size(), Batch::max_records);
    const Outcomes outcomes = sink.write(records.first(count));
    ASSERT_EQ(outcomes.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(outcomes[i].written) << (outcomes[i].problem ? outcomes[i].problem->why : "without a problem");
    }
    records = records.subspan(count);
  }
}

}  // namespace

void StoreSuite::fill(std::span<const Record> records) const {
  const auto store = open(Access::write);
  write(*store, records);
  store->finish();
}

namespace {

// What is below a folder: names, bytes and times.
std::map<std::string, std::string> snapshot(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    std::string& content = files[entry.path().string()];
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(in), {});
    content += '@' + std::to_string(static_cast<std::int64_t>(entry.last_write_time().time_since_epoch().count()));
  }
  return files;
}

std::vector<Record> wanted(const std::vector<Record>& records, const Query& query) {
  std::vector<Record> matching;
  std::copy_if(records.begin(), records.end(), std::back_inserter(matching),
               [&](const Record& record) { return matches(query, record); });
  return matching;
}

std::map<std::string, Query> queries() {
  std::map<std::string, Query> queries;
  queries["everything"];
  queries["sms"].types = {RecordType::sms};
  queries["mms"].types = {RecordType::mms};
  queries["calls"].types = {RecordType::call};
  queries["nothing"].types = {};
  queries["since"].since = 1600000000123 + 100 * 60'017LL;
  queries["until"].until = 1600000000123 + 100 * 60'017LL;
  queries["between"].since = 1600000000123 + 50 * 60'017LL;
  queries["between"].until = 1600000000123 + 60 * 60'017LL;
  queries["missed calls"].call_types = {call_missed};
  queries["one number"].addresses = {"5551000007"};
  queries["two numbers"].addresses = {"+15551000007", "+15550100"};
  queries["a number that nobody has"].addresses = {"+4930123456"};
  return queries;
}

TEST_P(StoreSuite, IsMissingBeforeItIsWritten) {
  if (!GetParam().is_missing_at_first) GTEST_SKIP() << "this store is never missing";
  try {
    const auto store = open(Access::read);
    everything_in(*store);
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::not_found || error.code() == ErrorCode::empty_input)
        << to_string(error.code());
  }
}

TEST_P(StoreSuite, HasAName) { EXPECT_NE(open(Access::write)->name(), ""); }

TEST_P(StoreSuite, HoldsNothingWhenNothingWasWritten) {
  {
    const auto store = open(Access::write);
    store->finish();
  }
  try {
    const auto store = open(Access::read);
    const Everything all = everything_in(*store);
    EXPECT_EQ(all.records.size(), 0U);
    EXPECT_EQ(all.problems.size(), 0U);
  } catch (const Error& error) {  // a format without a header has no empty file
    EXPECT_TRUE(error.code() == ErrorCode::not_found || error.code() == ErrorCode::empty_input)
        << to_string(error.code());
  }
}

TEST_P(StoreSuite, IsNotEmptyOnceSomethingWasWritten) {
  const std::vector<Record> records = kept({plain_sms(1), plain_mms(2), plain_call(3)});
  fill(std::span(records).first(1));
  EXPECT_FALSE(open(Access::write)->is_empty());
}

TEST_P(StoreSuite, ReadsBackOneRecordOfEachType) {
  for (const Record& record : kept({plain_sms(1), plain_mms(2), plain_call(3)})) {
    const fs::path place = folder_ / std::string(to_string(type_of(record)));
    fs::create_directories(place);
    {
      const auto store = GetParam().open(place, Access::write);
      write(*store, std::span(&record, 1));
      store->finish();
    }
    const auto store = GetParam().open(place, Access::read);
    const Everything all = everything_in(*store);
    EXPECT_EQ(all.problems.size(), 0U);
    expect_same_records({record}, all.records);
  }
}

TEST_P(StoreSuite, ReadsBackManyRecords) {
  const std::vector<Record> records = kept(plain_records(GetParam().many));
  fill(records);
  const auto store = open(Access::read);
  const Everything all = everything_in(*store);
  EXPECT_EQ(all.problems.size(), 0U);
  expect_same_records(records, all.records);
  std::size_t keys = 0;
  store->keys({}, {}, [&](const RecordKey&) { ++keys; });
  EXPECT_EQ(keys, records.size());
}

TEST_P(StoreSuite, ReadsBackEveryHazard) {
  const std::vector<Record> records = kept(hazards());
  fill(records);
  const auto store = open(Access::read);
  const Everything all = everything_in(*store);
  EXPECT_EQ(all.problems.size(), 0U) << all.problems.front().where << ": " << all.problems.front().why;
  expect_same_records(records, all.records);
}

TEST_P(StoreSuite, ReadsBackALargePart) {
  Mms mms = plain_mms(2);
  RandomRecords random(5);
  BlobWriter writer;
  for (int i = 0; i < 30; ++i) writer.append(random.bytes(100'000));
  mms.parts[1].data = writer.finish();
  ASSERT_FALSE(mms.parts[1].data->in_memory());
  const std::vector<Record> records = kept({plain_sms(1), mms, plain_call(4)});
  fill(records);
  const auto store = open(Access::read);
  expect_same_records(records, everything_in(*store).records);
}

TEST_P(StoreSuite, MayBeReadTwice) {
  const std::vector<Record> records = kept(plain_records(20));
  fill(records);
  const auto store = open(Access::read);
  ASSERT_TRUE(store->reopenable());
  expect_same_records(records, everything_in(*store).records);
  expect_same_records(records, everything_in(*store).records);
}

TEST_P(StoreSuite, PushesDownNothingThatTheQueryWants) {
  const std::vector<Record> records = kept(plain_records(200));
  fill(records);
  const auto store = open(Access::read);
  for (const auto& [name, query] : queries()) {
    SCOPED_TRACE(name);
    const Everything all = everything_in(*store, query);
    EXPECT_EQ(all.records.size() + all.filtered, records.size()) << "what is left out is counted";
    expect_same_records(wanted(records, query), wanted(all.records, query));
  }
}

Everything read_pieces(Source& source, std::size_t wanted, const Query& query = {}) {
  Everything all;
  const std::vector<std::string> pieces = source.split(wanted);
  EXPECT_GE(pieces.size(), 1U);
  EXPECT_LE(pieces.size(), wanted);
  EXPECT_EQ(std::set<std::string>(pieces.begin(), pieces.end()).size(), pieces.size());
  for (const std::string& piece : pieces) {
    const std::unique_ptr<Cursor> cursor = source.open_piece(query, piece);
    for (Batch batch; cursor->next(batch); batch.clear()) {
      std::move(batch.records.begin(), batch.records.end(), std::back_inserter(all.records));
      std::move(batch.problems.begin(), batch.problems.end(), std::back_inserter(all.problems));
      all.filtered += batch.filtered;
    }
  }
  return all;
}

TEST_P(StoreSuite, IsTheSumOfItsPieces) {
  const std::vector<Record> records = kept(hazards());
  fill(records);
  const Everything whole = everything_in(*open(Access::read));
  // What a reader on another machine does: only the names of the pieces are the same.
  for (const std::size_t wanted : {1U, 2U, 7U, 100U}) {
    SCOPED_TRACE(wanted);
    const auto store = open(Access::read);
    const Everything all = read_pieces(*store, wanted);
    EXPECT_EQ(all.problems.size(), 0U) << all.problems.front().where << ": " << all.problems.front().why;
    EXPECT_TRUE(all.records == whole.records) << "the order stays";
    expect_same_records(records, all.records);
  }
}

TEST_P(StoreSuite, PushesQueriesDownIntoPieces) {
  const std::vector<Record> records = kept(plain_records(200));
  fill(records);
  const auto store = open(Access::read);
  for (const auto& [name, query] : queries()) {
    SCOPED_TRACE(name);
    const Everything all = read_pieces(*store, 3, query);
    EXPECT_EQ(all.records.size() + all.filtered, records.size());
    expect_same_records(wanted(records, query), wanted(all.records, query));
  }
}

TEST_P(StoreSuite, RefusesWhatIsNoPieceOfIt) {
  fill(kept(plain_records(20)));
  const auto store = open(Access::read);
  for (const std::string piece : {"nonsense", "5", "-", "9-3", "1-2-3", "99999999999999999999-", "7:abc", "0-5/else"}) {
    try {
      store->open_piece({}, piece);
      ADD_FAILURE() << piece;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << piece;
    }
  }
}

TEST_P(StoreSuite, TellsOfABadRecordInOnePieceOnly) {
  if (!GetParam().damage) GTEST_SKIP() << "this store has no bytes that could be damaged";
  fill(kept(plain_records(200)));
  GetParam().damage(folder_ / "store");
  const auto store = open(Access::read);
  const Everything whole = everything_in(*store);
  for (const std::size_t wanted : {2U, 5U, 64U}) {
    SCOPED_TRACE(wanted);
    const Everything all = read_pieces(*store, wanted);
    EXPECT_TRUE(all.records == whole.records);
    EXPECT_EQ(all.problems.size(), whole.problems.size());
  }
}

TEST_P(StoreSuite, VisitsTheKeysThatTheQueryMayWant) {
  const std::vector<Record> records = kept(plain_records(200));
  fill(records);
  const auto store = open(Access::read);
  for (const auto& [name, query] : queries()) {
    SCOPED_TRACE(name);
    std::multiset<std::pair<RecordType, std::optional<std::int64_t>>> visited;
    store->keys(query, {}, [&](const RecordKey& key) { visited.emplace(key.type, key.date); });
    for (const Record& record : wanted(records, query)) {
      EXPECT_EQ(visited.count({type_of(record), date_of(record)}), 1U);
    }
  }
}

// Whatever the level: a record that was written is found by the keys, or can be fetched and compared.
TEST_P(StoreSuite, HasTheKeysOfItsRecords) {
  const std::vector<Record> records = kept(hazards());
  fill(records);
  const auto store = open(Access::read);
  for (const DedupLevel level : {DedupLevel::exact, DedupLevel::tolerant}) {
    SCOPED_TRACE(level == DedupLevel::exact ? "exact" : "tolerant");
    DedupPolicy policy;
    policy.level = level;
    KeyIndex index(policy);
    store->keys({}, policy, [&](const RecordKey& key) { index.insert(key); });
    for (const Record& record : records) {
      const Finding finding = index.find(key_of(record, level));
      ASSERT_NE(finding.match, Match::unseen);
      if (finding.match == Match::duplicate) continue;
      const auto is_it = [&](const std::string& locator) {
        const std::optional<Record> fetched = store->fetch(locator);
        return fetched && kept({*fetched}) == std::vector{record};
      };
      EXPECT_TRUE(std::any_of(finding.candidates.begin(), finding.candidates.end(), is_it));
    }
  }
}

TEST_P(StoreSuite, FetchesWhatItsLocatorsName) {
  const std::vector<Record> records = kept(plain_records(50));
  fill(records);
  const auto store = open(Access::read);
  store->keys({}, {}, [&](const RecordKey& key) {
    if (!key.content) {
      ASSERT_NE(key.locator, "") << "what has to be fetched needs a locator";
    }
  });
  std::vector<std::string> locators;
  store->keys({}, {}, [&](const RecordKey& key) {
    if (!key.locator.empty()) locators.push_back(key.locator);
  });
  std::vector<Record> fetched;
  for (const std::string& locator : locators) {
    if (std::optional<Record> record = store->fetch(locator)) fetched.push_back(std::move(*record));
  }
  if (!fetched.empty()) expect_same_records(records, fetched);
  EXPECT_EQ(store->fetch("no such locator"), std::nullopt);
}

TEST_P(StoreSuite, AddsToWhatIsThere) {
  const std::vector<Record> first = kept(plain_records(30));
  const std::vector<Record> second = kept(plain_records(30, 100));
  fill(first);
  fill(second);
  const auto store = open(Access::read);
  std::vector<Record> both = first;
  both.insert(both.end(), second.begin(), second.end());
  const Everything all = everything_in(*store);
  EXPECT_EQ(all.problems.size(), 0U);
  expect_same_records(both, all.records);
}

TEST_P(StoreSuite, AddsNothingTheSecondTime) {
  const std::vector<Record> records = kept(hazards());
  MemoryStore from(records);
  const auto copy = [&] {
    const auto store = open(Access::write);
    const Report report = transfer(from, *store);
    EXPECT_TRUE(report.complete()) << report.to_json();
    EXPECT_TRUE(report.adds_up());
    return report.total();
  };
  EXPECT_GT(copy().written, records.size() / 2);
  const Counts again = copy();
  EXPECT_EQ(again.written, 0U);
  EXPECT_EQ(again.duplicate, again.read);
}

TEST_P(StoreSuite, VerifiesAgainstWhatItWasCopiedFrom) {
  MemoryStore from(kept(hazards()));
  TransferOptions options;
  options.dedup.level = DedupLevel::exact;
  {
    const auto store = open(Access::write);
    transfer(from, *store, options);
  }
  const auto store = open(Access::read);
  EXPECT_TRUE(verify(from, *store, options).same());
  EXPECT_TRUE(verify(*store, from, options).same());
}

TEST_P(StoreSuite, IsNotChangedByReading) {
  fill(kept(plain_records(50)));
  const auto before = snapshot(folder_);
  {
    const auto store = open(Access::read);
    everything_in(*store);
    store->keys({}, {}, [](const RecordKey&) {});
  }
  EXPECT_EQ(snapshot(folder_), before);
}

// A process that was killed, or a host that gave up.
TEST_P(StoreSuite, LeavesNothingBrokenWithoutFinish) {
  const std::vector<Record> first = kept(plain_records(30));
  const std::vector<Record> second = kept(plain_records(30, 100));
  Durability durability{};
  {
    const auto store = open(Access::write);
    durability = store->durability();
    write(*store, first);
  }
  if (durability == Durability::at_finish && GetParam().is_missing_at_first) {
    EXPECT_THROW(everything_in(*open(Access::read)), Error) << "nothing is there under the final name";
  }
  {
    const auto store = open(Access::write);
    if (durability == Durability::at_finish) write(*store, first);
    store->finish();
  }
  {
    const auto store = open(Access::write);
    write(*store, second);
  }
  const auto store = open(Access::read);
  const Everything all = everything_in(*store);
  EXPECT_EQ(all.problems.size(), 0U);
  std::vector<Record> expected = first;
  if (durability == Durability::each_write) expected.insert(expected.end(), second.begin(), second.end());
  expect_same_records(expected, all.records);
}

TEST_P(StoreSuite, KeepsGoodRecordsBesideABadOne) {
  if (!GetParam().damage) GTEST_SKIP() << "this store has no bytes that could be damaged";
  const std::vector<Record> records = kept(plain_records(20));
  fill(records);
  GetParam().damage(folder_ / "store");
  const auto store = open(Access::read);
  const Everything all = everything_in(*store);
  EXPECT_GE(all.problems.size(), 1U);
  EXPECT_GE(all.records.size(), records.size() - 1);
  std::size_t good = 0;
  for (const Record& record : records) {
    good += static_cast<std::size_t>(std::count(all.records.begin(), all.records.end(), record));
  }
  EXPECT_GE(good, records.size() - 1);
  MemoryStore to;
  const Report report = transfer(*store, to);
  EXPECT_TRUE(report.adds_up());
  EXPECT_EQ(report.problems_total, all.problems.size());
}

}  // namespace
}  // namespace smsbackup::test
