// Mails that are too large to be held in memory, and answers that can't be read.
#include <atomic>

#include "imap/large_mail.hpp"
#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"
#include "support/environment.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;

constexpr std::size_t mib = 1 << 20;

// Between small ones of both sides.
std::vector<Record> with_large(std::initializer_list<std::size_t> sizes) {
  auto records = make_records(20);
  int n = 1000;
  for (const auto size : sizes) records.emplace_back(make_mms(n++, size));
  for (int i = 20; i < 40; ++i) records.emplace_back(make_sms(i));
  return records;
}

void back_up(const MailPeer& peer, const std::vector<Record>& records) {
  ImapStore archive(options_for(peer), Access::write);
  expect_all_written(archive.write(records), records.size());
}

struct Restored {
  std::vector<Record> records;
  std::vector<Problem> problems;
  std::uint64_t foreign = 0;
};

Restored restore(ImapStore& archive, const Query& query = {}) {
  Restored out;
  const auto cursor = archive.open(query);
  for (Batch batch; batch.clear(), cursor->next(batch);) {
    std::move(batch.records.begin(), batch.records.end(), std::back_inserter(out.records));
    std::move(batch.problems.begin(), batch.problems.end(), std::back_inserter(out.problems));
    out.foreign += batch.foreign;
  }
  return out;
}

std::size_t count(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::count(names.begin(), names.end(), name));
}

TEST(LargeMails, AreFetchedInPiecesAndComeBackWhole) {
  MailPeer peer;
  // As mails: 6.8 MiB in two pieces, 10.9 MiB in three.
  const auto records = with_large({5 * mib, 100'000, 8 * mib});
  back_up(peer, records);
  ImapStore archive(options_for(peer), Access::read);
  const auto got = restore(archive);
  EXPECT_TRUE(got.problems.empty());
  expect_same(got.records, records);
  // The first one's first piece is used; the second one's came in vain.
  EXPECT_EQ(count(peer.names(), "UID FETCH"), 1U + 3U);
}

std::vector<std::string> uids(ImapStore& archive) {
  std::vector<std::string> out;
  const auto cursor = archive.open({});
  for (Batch batch; batch.clear(), cursor->next(batch);)
    for (std::size_t i = 0; i < batch.positions.size(); ++i) {
      const std::string_view position = batch.positions[i];
      out.emplace_back(position.substr(position.rfind(' ') + 1));
    }
  return out;
}

std::vector<std::string> ascending(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 1; i <= count; ++i) out.push_back(std::to_string(i));
  return out;
}

TEST(LargeMails, KeepTheirPlaceInTheOrder) {
  MailPeer peer;
  const auto records = with_large({5 * mib, 100'000, 4 * mib, 1000});
  back_up(peer, records);
  ImapStore archive(options_for(peer), Access::read);
  EXPECT_TRUE(restore(archive).records == records);
  EXPECT_EQ(uids(archive), ascending(44));
}

TEST(LargeMails, KeepTheirPlaceWhereverTheLineBreaks) {
  const auto records = with_large({5 * mib, 100'000, 4 * mib});
  for (int at = 0; at < 6; ++at) {
    SCOPED_TRACE(at);
    MailPeer peer;
    back_up(peer, records);
    int fetches = 0;
    peer.on_command([&](const MailPeer::Command& command) -> MailPeer::Answer {
      if (command.name.find("FETCH") == std::string::npos || fetches++ != at) return {};
      return {at % 2 == 0 ? MailPeer::Answer::Kind::drop : MailPeer::Answer::Kind::drop_after, {}};
    });
    auto options = options_for(peer);
    options.retry_for = std::chrono::seconds(120);
    ImapStore archive(options, Access::read);
    EXPECT_TRUE(restore(archive).records == records);
  }
}

// What comes behind a large mail waits on disk; when that is too much, the rest is asked for again.
TEST(LargeMails, HoldUpOnlySoMuch) {
  MailPeer peer;
  back_up(peer, with_large({5 * mib}));
  std::string mail = "From: somebody@example.org\r\n\r\n";
  mail.resize(39 * mib / 10, 'x');
  for (int i = 0; i < 60; ++i) peer.add("SMS", mail);
  std::vector<Record> last;
  for (int i = 60; i < 110; ++i) last.emplace_back(make_sms(i));
  back_up(peer, last);
  const auto before = peer.connections();
  ImapStore archive(options_for(peer), Access::read);
  const auto got = restore(archive);
  auto expected = with_large({5 * mib});
  expected.insert(expected.end(), last.begin(), last.end());
  EXPECT_TRUE(got.records == expected);
  EXPECT_EQ(got.foreign, 60U);
  EXPECT_EQ(peer.connections() - before, 2);
}

TEST(LargeMails, ComeBackWholeWhenTheyWerePickedByTheirHeaders) {
  MailPeer peer;
  const auto records = with_large({5 * mib});
  back_up(peer, records);
  Query query;
  query.types = {RecordType::mms};
  ImapStore archive(options_for(peer), Access::read);
  expect_same(restore(archive, query).records, {records[20]});
}

TEST(LargeMails, OfExactlyOnePieceAreWholeToo) {
  MailPeer peer;
  back_up(peer, make_records(3));
  std::string mail = "From: somebody@example.org\r\n\r\n";
  mail.resize(mail_piece, 'x');
  peer.add("SMS", mail);
  ImapStore archive(options_for(peer), Access::read);
  const auto got = restore(archive);
  EXPECT_EQ(got.records.size(), 3U);
  EXPECT_EQ(got.foreign, 1U);
}

TEST(LargeMails, GoOnWhereTheyWereWhenTheLineBreaks) {
  MailPeer peer;
  const auto records = with_large({11 * mib});  // four pieces
  back_up(peer, records);
  int pieces = 0;
  peer.on_command([&](const MailPeer::Command& command) -> MailPeer::Answer {
    if (command.name != "UID FETCH" || ++pieces != 3) return {};
    return {MailPeer::Answer::Kind::drop, {}};
  });
  auto options = options_for(peer);
  options.retry_for = std::chrono::seconds(120);
  ImapStore archive(options, Access::read);
  expect_same(restore(archive).records, records);
  EXPECT_EQ(pieces, 4);
}

TEST(LargeMails, AboveTheLimitAreProblemsBesideTheOthers) {
  MailPeer peer;
  const auto records = with_large({11 * mib});
  back_up(peer, records);
  StoreOptions store;
  store.limits.mail_size = 8 * mib;
  ImapStore archive(options_for(peer), Access::read, store);
  const auto got = restore(archive);
  EXPECT_EQ(got.records.size(), 40U);
  ASSERT_EQ(got.problems.size(), 1U);
  EXPECT_EQ(got.problems[0].code, ErrorCode::limit_exceeded);
  EXPECT_NE(got.problems[0].where.find("SMS, UID 21"), std::string::npos) << got.problems[0].where;
}

TEST(LargeMails, AreProblemsWhereThereIsNoRoomForThem) {
  MailPeer peer;
  back_up(peer, with_large({5 * mib}));
  const test::Environment environment("TMPDIR", "/nowhere/at/all");
  ImapStore archive(options_for(peer), Access::read);
  const auto got = restore(archive);
  EXPECT_EQ(got.records.size(), 40U);
  ASSERT_EQ(got.problems.size(), 1U);
  EXPECT_EQ(got.problems[0].code, ErrorCode::io);
}

TEST(LargeMails, AreFoundByTheirLocator) {
  MailPeer peer;
  const auto record = Record(make_mms(1, 5 * mib));
  back_up(peer, {record});
  ImapStore archive(options_for(peer), Access::read);
  const auto keys = read_keys(archive);
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(archive.fetch(keys[0].locator), record);
}

TEST(LargeMails, RefusedByTheServerAreProblems) {
  MailPeer peer;
  back_up(peer, with_large({5 * mib}));
  peer.on_command([](const MailPeer::Command& command) {
    return command.name == "UID FETCH" ? MailPeer::Answer::tagged("NO [SERVERBUG] can't") : MailPeer::Answer();
  });
  ImapStore archive(options_for(peer), Access::read);
  const auto got = restore(archive);
  EXPECT_EQ(got.records.size(), 40U);
  ASSERT_EQ(got.problems.size(), 1U);
  EXPECT_EQ(got.problems[0].code, ErrorCode::server_refused);
}

// A server without partial FETCH sends 65 MiB at once, which is more than is taken.
TEST(AnswersThatCantBeRead, AreProblemsOfTheirMails) {
  MailPeer peer(MailPeer::Options{.knows_partial = false});
  auto records = with_large({});
  back_up(peer, records);
  std::string mail = "From: somebody@example.org\r\n\r\n";
  mail.resize(65 * mib, 'x');
  peer.add("SMS", mail);
  back_up(peer, {Record(make_sms(50))});
  records.emplace_back(make_sms(50));
  ImapStore archive(options_for(peer), Access::read);
  const auto got = restore(archive);
  expect_same(got.records, records);
  ASSERT_EQ(got.problems.size(), 1U);
  EXPECT_EQ(got.problems[0].code, ErrorCode::limit_exceeded);
  EXPECT_NE(got.problems[0].where.find("SMS, UID 41"), std::string::npos) << got.problems[0].where;
}

// Headers of 65 MiB, more than is taken, in the middle of others.
struct UnreadableHeaders : testing::Test {
  UnreadableHeaders() {
    back_up(peer, make_records(20));
    peer.add("SMS", "Message-ID: <a@b>\r\nTo: " + std::string(65 * mib, 'x') + "\r\n\r\ntext\r\n");
    back_up(peer, {make_sms(50)});
  }
  static std::vector<Record> readable() {
    auto records = make_records(20);
    records.emplace_back(make_sms(50));
    return records;
  }
  MailPeer peer;
};

TEST_F(UnreadableHeaders, AreAProblemOfTheirMail) {
  Query query;
  query.types = {RecordType::sms};
  ImapStore archive(options_for(peer), Access::read);
  for (int pass = 0; pass < 2; ++pass) {
    const auto got = restore(archive, query);
    EXPECT_TRUE(got.records == readable());
    ASSERT_EQ(got.problems.size(), 1U);
    EXPECT_EQ(got.problems[0].code, ErrorCode::limit_exceeded);
    EXPECT_NE(got.problems[0].where.find("SMS, UID 21"), std::string::npos) << got.problems[0].where;
  }
}

TEST_F(UnreadableHeaders, HideNoOtherKey) {
  TempFolder cache;
  auto options = options_for(peer);
  options.key_cache = cache.path();
  for (int look = 0; look < 2; ++look) {
    ImapStore archive(options, Access::write);
    EXPECT_EQ(read_keys(archive).size(), 21U);
  }
  ImapStore archive(options, Access::write);
  EXPECT_EQ(archive.clean_duplicates({}, std::nullopt, false).looked_at, 21U);
}

// Everything that takes such a server at its word would go on for ever.
TEST(AnswersThatCantBeRead, EndTheRunWhenTheyAreTooMany) {
  MailPeer peer;
  back_up(peer, make_records(5));
  std::atomic<int> fetches{0};
  ScriptedPeer nonsense([&](PeerSession& session) {
    session.send("* PREAUTH [CAPABILITY IMAP4rev1 ESEARCH] hello\r\n");
    for (;;) {
      const auto line = session.read_line();
      const auto tag = line.substr(0, line.find(' '));
      std::string answer;
      if (line.find("EXAMINE") != line.npos)
        answer = "* 300 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n";
      else if (line.find("SEARCH") != line.npos)
        answer = "* ESEARCH (TAG \"" + tag + "\") UID ALL 1:300\r\n";
      else if (line.find("FETCH") != line.npos)
        answer = "* 1 FETCH (UID 1 BODY[ {\r\n", ++fetches;
      session.send(answer + tag + " OK done\r\n");
    }
  });
  auto options = options_for(peer);
  options.port = nonsense.port();
  ImapStore archive(options, Access::read);
  Query query;
  query.types = {RecordType::sms};
  EXPECT_THROW(restore(archive, query), Error);
  EXPECT_GT(fetches, 100);
}

}  // namespace
}  // namespace smsbackup::imap
