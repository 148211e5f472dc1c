#include "smsbackup/jsonl_store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "expect_error.hpp"
#include "file_size_limit.hpp"
#include "read_all.hpp"
#include "smsbackup/dedup.hpp"
#include "stores/file_descriptor.hpp"
#include "temp_folder.hpp"

namespace smsbackup {
namespace {

using test::expect_error;
using test::FileSizeLimit;
using test::get;
using test::put;
using test::read_all;
using test::TempFolder;
using test::text_message;

using Names = std::set<std::string>;

constexpr std::string_view hello =
    R"({"__type":"sms","address":"+4915112345678","date":"1691475216525","body":"hello"})";

std::string body_of(const Record& record) { return std::get<Sms>(record).body.value(); }

void add(const std::filesystem::path& file, std::vector<Record> records) {
  JsonlStore store(file, Access::write);
  for (const Outcome& outcome : store.write(records)) EXPECT_TRUE(outcome.written);
  store.finish();
}

TEST(JsonlStore, WritesALineARecordAndReadsItBack) {
  TempFolder folder;
  Mms mms;
  mms.date = 1691475216000;
  mms.m_type = mms_retrieve_conf;
  mms.parts.emplace_back().data = Blob(std::string("\0\xFF\n", 3));
  Call call;
  call.number = "+4915112345678";
  call.duration = 12;
  const std::vector<Record> records = {text_message("one\ntwo"), mms, call};
  add(folder / "a.jsonl", records);

  const std::string text = get(folder / "a.jsonl");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_EQ(folder.entries(), Names{"a.jsonl"});

  JsonlStore store(folder / "a.jsonl", Access::read);
  const Batch batch = read_all(store);
  EXPECT_EQ(batch.records, records);
  EXPECT_TRUE(batch.problems.empty());
  EXPECT_EQ(batch.positions[2], (folder / "a.jsonl").string() + ", line 3");
}

TEST(JsonlStore, AddsBehindWhatIsThere) {
  TempFolder folder;
  add(folder / "a", {text_message("first")});
  const std::string before = get(folder / "a");
  add(folder / "a", {text_message("second")});
  EXPECT_TRUE(get(folder / "a").starts_with(before));
  JsonlStore store(folder / "a", Access::read);
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(body_of(batch.records[1]), "second");
}

TEST(JsonlStore, EndsAnUnfinishedLineBeforeAdding) {
  TempFolder folder;
  put(folder / "a", std::string(hello) + "\n{\"__type\":\"sms\",\"bo");
  add(folder / "a", {text_message("second")});
  JsonlStore store(folder / "a", Access::read);
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(body_of(batch.records[1]), "second");
  ASSERT_EQ(batch.problems.size(), 1U);
}

TEST(JsonlStore, ShowsNothingBeforeFinish) {
  TempFolder folder;
  put(folder / "a", std::string(hello) + "\n");
  {
    JsonlStore store(folder / "a", Access::write);
    store.write(std::vector<Record>{text_message("second")});
    EXPECT_EQ(get(folder / "a"), std::string(hello) + "\n");
  }
  EXPECT_EQ(get(folder / "a"), std::string(hello) + "\n");
  EXPECT_EQ(folder.entries(), Names{"a"});
}

TEST(JsonlStore, MakesNoFileWithoutARecord) {
  TempFolder folder;
  JsonlStore store(folder / "a", Access::write);
  EXPECT_TRUE(read_all(store).records.empty());
  store.keys({}, {}, [](const RecordKey&) { FAIL(); });
  store.finish();
  EXPECT_EQ(folder.entries(), Names{});
}

TEST(JsonlStore, MayGoOnAfterFinish) {
  TempFolder folder;
  JsonlStore store(folder / "a", Access::write);
  store.write(std::vector<Record>{text_message("first")});
  store.finish();
  store.write(std::vector<Record>{text_message("second")});
  store.finish();
  EXPECT_EQ(read_all(store).records.size(), 2U);
}

TEST(JsonlStore, KeepsTheGoodLinesAroundABadOne) {
  TempFolder folder;
  const std::string bad = R"({"__type":"sms","body":"secret" oops})";
  put(folder / "a", std::string(hello) + "\n" + bad + "\n\n  \r\n" + std::string(hello) + "\r\n");
  JsonlStore store(folder / "a", Access::read);
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(body_of(batch.records[1]), "hello");
  EXPECT_EQ(batch.positions[1], (folder / "a").string() + ", line 5");
  ASSERT_EQ(batch.problems.size(), 1U);
  const Problem& problem = batch.problems.front();
  EXPECT_EQ(to_string(problem.code), "corrupt_input");
  EXPECT_EQ(problem.where, (folder / "a").string() + ", line 2");
  EXPECT_EQ(problem.offset, hello.size() + 1 + bad.find("oops"));
  EXPECT_EQ(problem.raw.bytes(), bad);
  EXPECT_TRUE(problem.raw_is_complete);
  EXPECT_EQ(problem.why.find("secret"), std::string::npos);
}

TEST(JsonlStore, SkipsAByteOrderMark) {
  TempFolder folder;
  put(folder / "a", "\xEF\xBB\xBF" + std::string(hello));
  JsonlStore store(folder / "a", Access::read);
  EXPECT_EQ(body_of(read_all(store).records.at(0)), "hello");
}

TEST(JsonlStore, LosesOnlyTheLastRecordWhereverTheFileIsCut) {
  TempFolder folder;
  const std::string text = std::string(hello) + "\n" + std::string(hello) + "\n";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    put(folder / "a", text.substr(0, cut));
    JsonlStore store(folder / "a", Access::read);
    const Batch batch = read_all(store);
    const std::size_t whole = cut >= 2 * hello.size() + 1 ? 2 : cut >= hello.size() ? 1 : 0;
    EXPECT_EQ(batch.records.size(), whole) << cut;
    const bool clean = cut == hello.size() || cut == hello.size() + 1 || cut == 2 * hello.size() + 1;
    ASSERT_EQ(batch.problems.size(), clean ? 0U : 1U) << cut;
    if (!clean) {
      EXPECT_EQ(to_string(batch.problems[0].code), "truncated_input") << cut;
    }
  }
}

TEST(JsonlStore, ReadsALineOfManyMegabytesAndBoundsItsRawBytes) {
  TempFolder folder;
  const std::string long_body(3'000'000, 'x');
  const std::string good = R"({"__type":"sms","body":")" + long_body + "\"}";
  put(folder / "a", good + "\n" + good + "!\n" + good + "\n");
  JsonlStore store(folder / "a", Access::read);
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(body_of(batch.records[1]), long_body);
  ASSERT_EQ(batch.problems.size(), 1U);
  EXPECT_EQ(batch.problems[0].raw.size(), Limits().problem_raw);
  EXPECT_FALSE(batch.problems[0].raw_is_complete);
  EXPECT_EQ(batch.problems[0].offset, 2 * good.size() + 1);
}

TEST(JsonlStore, ReadsTheArrayOfSmsImportExport1) {
  TempFolder folder;
  put(folder / "a", "[\n  {\"address\": \"1\", \"body\": \"one\"},\n  {\"address\": \"2\", \"body\": \"two\"}\n]\n");
  JsonlStore store(folder / "a", Access::read);
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(body_of(batch.records[1]), "two");
  EXPECT_EQ(batch.positions[1], (folder / "a").string() + ", element 2");
  EXPECT_TRUE(batch.problems.empty());
  expect_error(ErrorCode::unsupported, [&] { JsonlStore writing(folder / "a", Access::write); });
}

TEST(JsonlStore, KeepsWhatAnArrayHasBeforeItIsCutOff) {
  TempFolder folder;
  put(folder / "a", R"([{"address":"1","body":"one"},{"addr)");
  JsonlStore store(folder / "a", Access::read);
  const Batch batch = read_all(store);
  EXPECT_EQ(batch.records.size(), 1U);
  ASSERT_EQ(batch.problems.size(), 1U);
  EXPECT_EQ(to_string(batch.problems[0].code), "truncated_input");
}

TEST(JsonlStore, FiltersByTheQuery) {
  TempFolder folder;
  add(folder / "a", {text_message("old", 1000), text_message("new", 5000), Call()});
  JsonlStore store(folder / "a", Access::read);
  Query query;
  query.types = {RecordType::sms};
  query.since = 2000;
  query.contact_group = "family";  // which only the engine can check
  const Batch batch = read_all(store, query);
  ASSERT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(body_of(batch.records[0]), "new");
  EXPECT_EQ(batch.filtered, 2U);
  query.starred_only = true;
  EXPECT_TRUE(read_all(store, query).records.empty());
}

TEST(JsonlStore, GivesTheKeysOfWhatIsThere) {
  TempFolder folder;
  const Record record = text_message("first");
  add(folder / "a", {record});
  JsonlStore store(folder / "a", Access::write);
  std::vector<RecordKey> keys;
  store.keys({}, {}, [&](const RecordKey& key) { keys.push_back(key); });
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].date, 1691475216525);
  EXPECT_EQ(keys[0].content, content_digest(record));
}

TEST(JsonlStore, KeepsOtherWritersOutFromTheKeysOn) {
  TempFolder folder;
  JsonlStore first(folder / "a", Access::write);
  JsonlStore second(folder / "a", Access::write);
  first.keys({}, {}, [](const RecordKey&) {});
  expect_error(ErrorCode::busy, [&] { second.keys({}, {}, [](const RecordKey&) {}); });
  first.finish();
  second.keys({}, {}, [](const RecordKey&) {});
}

TEST(JsonlStore, SaysWhyItCantBeOpened) {
  TempFolder folder;
  expect_error(ErrorCode::not_found, [&] { JsonlStore store(folder / "none", Access::read); });
  expect_error(ErrorCode::not_found, [&] { JsonlStore store(folder / "none/a", Access::write); });
  put(folder / "empty", "");
  expect_error(ErrorCode::empty_input, [&] { JsonlStore store(folder / "empty", Access::read); });
  put(folder / "photo", "\xFF\xD8\xFF\xE0 JFIF\n");
  const Error error =
      expect_error(ErrorCode::unknown_format, [&] { JsonlStore store(folder / "photo", Access::read); });
  EXPECT_EQ(std::string(error.what()), "reading " + (folder / "photo").string() + ": these are no JSON lines");
  expect_error(ErrorCode::unknown_format, [&] { JsonlStore store(folder / "photo", Access::write); });
}

TEST(JsonlStore, KeepsTheOldFileWhenTheDiskIsFull) {
  TempFolder folder;
  put(folder / "a", std::string(hello) + "\n");
  {
    JsonlStore store(folder / "a", Access::write);
    const FileSizeLimit limit(1'000'000);
    const std::vector<Record> records = {text_message(std::string(2'000'000, 'x'))};
    // What the disk refuses may be known a little later.
    expect_error(ErrorCode::no_space, [&] {
      store.write(records);
      store.finish();
    });
    // Half a line was written; it must never get the name.
    expect_error(ErrorCode::io, [&] { store.finish(); });
  }
  EXPECT_EQ(get(folder / "a"), std::string(hello) + "\n");
  EXPECT_EQ(folder.entries(), Names{"a"});
}

TEST(JsonlStore, WritesStreamsAsItGoes) {
  JsonlStore full("/dev/full", Access::write);
  EXPECT_EQ(full.durability(), Durability::each_write);
  EXPECT_FALSE(full.reopenable());
  const Error error = expect_error(ErrorCode::no_space, [&] { full.write(std::vector<Record>{text_message("x")}); });
  EXPECT_EQ(std::string(error.what()), "writing /dev/full: No space left on device");
}

TEST(JsonlStore, ReadsAPipeOnce) {
  TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  stores::FileDescriptor both(::open((folder / "pipe").c_str(), O_RDWR));
  const std::string line = std::string(hello) + "\n";
  ASSERT_EQ(::write(both.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
  JsonlStore store(folder / "pipe", Access::read);
  EXPECT_FALSE(store.reopenable());
  const auto cursor = store.open({});
  both.reset();
  Batch batch;
  ASSERT_TRUE(cursor->next(batch));
  EXPECT_EQ(body_of(batch.records.at(0)), "hello");
  expect_error(ErrorCode::unsupported, [&] { store.open({}); });
}

TEST(JsonlStore, NamesTheStandardStreams) {
  EXPECT_EQ(JsonlStore("-", Access::read).name(), "standard input");
  EXPECT_EQ(JsonlStore("-", Access::write).name(), "standard output");
}

TEST(JsonlStore, RefusesToWriteWhatWasOpenedForReading) {
  TempFolder folder;
  put(folder / "a", std::string(hello) + "\n");
  JsonlStore store(folder / "a", Access::read);
  expect_error(ErrorCode::invalid_argument, [&] { store.write(std::vector<Record>{text_message("x")}); });
}

}  // namespace
}  // namespace smsbackup
