// The store against a real server.
#include "integration/imap/imap_fixture.hpp"

#include <algorithm>

#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

using namespace test;

class ImapStoreTest : public ImapTest {};

TEST_F(ImapStoreTest, GivesBackWhatWasWritten) {
  const auto records = make_records(300, 5, 40);
  const auto imap = options();
  {
    auto out = store(imap);
    expect_all_written(out->write(records), records.size());
    out->finish();
  }
  auto in = store(imap, Access::read);
  expect_same(read_all(*in), records);
}

TEST_F(ImapStoreTest, KeepsTypesInTheirFolders) {
  const auto imap = options();
  auto s = store(imap);
  s->write(make_records(3, 1, 2));
  const auto info = s->check();
  ASSERT_EQ(info.folders.size(), 2U);
  EXPECT_EQ(info.folders[0].name, imap.sms_folder);
  EXPECT_EQ(info.folders[0].messages, 4U);
  EXPECT_EQ(info.folders[1].messages, 2U);
}

TEST_F(ImapStoreTest, PutsEverythingIntoOneFolderWhenTold) {
  auto imap = options();
  imap.folder = "Telefon \xc3\xa4 \"A\" & B \xf0\x9f\x93\xb1/" + unique("x");
  auto s = store(imap);
  const auto records = make_records(3, 1, 2);
  s->write(records);
  EXPECT_EQ(s->check().folders.at(0).messages, 6U);
  expect_same(read_all(*s), records);
}

TEST_F(ImapStoreTest, KnowsTheKeysOfWhatItHolds) {
  auto s = store(options());
  const auto records = make_records(20, 2, 3);
  s->write(records);
  const auto keys = read_keys(*s);
  ASSERT_EQ(keys.size(), records.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto want = key_of(records[i]);
    EXPECT_EQ(keys[i].type, want.type);
    EXPECT_EQ(keys[i].direction, want.direction);
    EXPECT_EQ(keys[i].content, want.content);
    const auto again = s->fetch(keys[i].locator);
    ASSERT_TRUE(again);
    EXPECT_TRUE(*again == records[i]);
  }
}

TEST_F(ImapStoreTest, SaysNothingForLocatorsOfNobody) {
  auto s = store(options());
  s->write(make_records(1));
  auto locator = read_keys(*s).at(0).locator;
  EXPECT_FALSE(s->fetch("nonsense"));
  EXPECT_FALSE(s->fetch("1" + locator));
  EXPECT_FALSE(s->fetch(std::string(locator).insert(locator.find('/') + 1, "99")));
}

TEST_F(ImapStoreTest, AnEmptyAccountHasNoKeysAndNoRecords) {
  auto s = store(options());
  EXPECT_TRUE(read_keys(*s).empty());
  EXPECT_TRUE(read_all(*s).empty());
  try {
    store(options(), Access::read)->open({});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
  }
}

TEST_F(ImapStoreTest, WritesAheadAndSettles) {
  auto s = store(options());
  const auto records = make_records(1000);
  Outcomes outcomes;
  for (std::size_t i = 0; i < records.size(); i += 100) {
    auto some = s->write_ahead(std::span(records).subspan(i, 100));
    std::move(some.begin(), some.end(), std::back_inserter(outcomes));
  }
  auto rest = s->settle();
  std::move(rest.begin(), rest.end(), std::back_inserter(outcomes));
  expect_all_written(outcomes, records.size());
  EXPECT_TRUE(s->settle().empty());
  expect_same(read_all(*s), records);
}

TEST_F(ImapStoreTest, AnswersQueriesFromHeaders) {
  auto s = store(options());
  s->write(make_records(30, 3, 5));
  Query query;
  query.types = {RecordType::call};
  EXPECT_EQ(read_all(*s, query).size(), 5U);
  query = {};
  query.newest = 4;
  auto newest = read_all(*s, query);
  ASSERT_EQ(newest.size(), 4U);
  for (const auto& record : newest) EXPECT_GE(date_of(record), 1600000000000 + 26 * 61'001);
  query = {};
  query.since = 1600000000000 + 10 * 61'001;
  query.until = 1600000000000 + 20 * 61'001;
  query.types = {RecordType::sms};
  EXPECT_EQ(read_all(*s, query).size(), 10U);
  query = {};
  query.starred_only = true;
  EXPECT_TRUE(read_all(*s, query).empty());
}

struct KnowsSome final : KnownKeys {
  bool empty() const override { return false; }
  bool has(const RecordKey& key) const override { return key.date && *key.date % 2 == 0; }
};

TEST_F(ImapStoreTest, LeavesOutWhatIsKnown) {
  auto s = store(options());
  const auto records = make_records(10);
  s->write(records);
  const KnowsSome known;
  Query query;
  query.known = &known;
  Batch batch;
  std::uint64_t left_out = 0, read = 0;
  const auto cursor = s->open(query);
  for (; batch.clear(), cursor->next(batch);) {
    left_out += batch.known;
    read += batch.records.size();
  }
  EXPECT_EQ(left_out, 5U);
  EXPECT_EQ(read, 5U);
}

TEST_F(ImapStoreTest, GivesTwoDifferentTextsOfOneSecondIdsOfTheirOwn) {
  auto s = store(options());
  auto one = make_sms(1, "one");
  auto two = make_sms(1, "two");
  s->write(std::vector<Record>{one});
  auto later = store(options());
  read_keys(*later);
  later->write(std::vector<Record>{two});
  expect_same(read_all(*later), {one, two});
}

TEST_F(ImapStoreTest, RefusesToWriteWhenOpenedForReading) {
  auto s = store(options(), Access::read);
  EXPECT_THROW(s->write(make_records(1)), Error);
}

TEST_F(ImapStoreTest, RefusesPlainTextUnlessAllowed) {
  auto imap = options();
  imap.security = ImapOptions::Security::plain;
  EXPECT_THROW(store(imap), Error);
}

TEST_F(ImapStoreTest, ChecksTheServer) {
  auto s = store(options());
  const auto info = s->check();
  EXPECT_EQ(info.software, "Dovecot");
  EXPECT_EQ(info.tls_version, "TLSv1.3");
  EXPECT_EQ(info.mechanism, "PLAIN");
  EXPECT_TRUE(info.compression);
  EXPECT_NE(std::find(info.capabilities.begin(), info.capabilities.end(), "UIDPLUS"), info.capabilities.end());
  ASSERT_EQ(info.folders.size(), 2U);
  EXPECT_FALSE(info.folders[0].exists);
}

// Each way of uploading gives the same archive.
struct Way {
  const char* name;
  void (*set)(ImapOptions&);
};
class EveryWay : public ImapTest, public testing::WithParamInterface<Way> {};

TEST_P(EveryWay, GivesTheSameArchive) {
  auto imap = options();
  GetParam().set(imap);
  if (imap.security == ImapOptions::Security::starttls) imap.port = server_->port();
  auto s = store(imap);
  auto records = make_records(260, 4, 10, 20'000);
  expect_all_written(s->write(std::span(records).first(200)), 200);
  expect_all_written(s->write(std::span(records).subspan(200)), records.size() - 200);
  auto later = store(imap, Access::read);
  expect_same(read_all(*later), records);
  EXPECT_EQ(read_keys(*later).size(), records.size());
}

INSTANTIATE_TEST_SUITE_P(
    Uploads, EveryWay,
    testing::Values(
        Way{"All", [](ImapOptions&) {}}, Way{"WithoutMultiappend", [](ImapOptions& o) { o.use.multiappend = false; }},
        Way{"WithoutLiteralPlus", [](ImapOptions& o) { o.use.literal_plus = false; }},
        Way{"LiteralMinusOnly", [](ImapOptions& o) { o.use.literal_plus = o.use.multiappend = false; }},
        Way{"Bare",
            [](ImapOptions& o) { o.use = {false, false, false, false, false, false, false, false, false, false}; }},
        Way{"WithoutUidplus", [](ImapOptions& o) { o.use.uidplus = false; }},
        Way{"Compressed", [](ImapOptions& o) { o.compression = ImapOptions::Compression::always; }},
        Way{"SmallWindow", [](ImapOptions& o) { o.window = 1000; }},
        Way{"Starttls",
            [](ImapOptions& o) {
              o.security = ImapOptions::Security::starttls;
              o.port = 0;
            }}),
    [](const auto& way) { return std::string(way.param.name); });

}  // namespace
}  // namespace smsbackup
