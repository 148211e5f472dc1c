// The same of every server: Dovecot, Cyrus and Courier as they are, and with abilities switched off on their side.
#include <filesystem>

#include "imap/session.hpp"
#include "integration/imap/imap_fixture.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "support/cutting_proxy.hpp"
#include "support/mail_server.hpp"

namespace smsbackup {
namespace {

using namespace test;

struct Kind {
  const char* name;
  std::optional<std::string> (*missing)();
  MailServer (*start)();
};

template <const char* const& capability>
MailServer dovecot_saying() {
  return start_server<Dovecot>("Dovecot", Dovecot::Options{.capability = capability, .mail_format = "mdbox"});
}

constexpr const char* without_multiappend = "IMAP4rev1 SASL-IR LITERAL+ UIDPLUS ESEARCH UNSELECT NAMESPACE MOVE";
constexpr const char* without_literal_plus =
    "IMAP4rev1 SASL-IR LITERAL- MULTIAPPEND UIDPLUS ESEARCH UNSELECT NAMESPACE MOVE";
constexpr const char* without_any_literal = "IMAP4rev1 SASL-IR MULTIAPPEND UIDPLUS ESEARCH UNSELECT NAMESPACE MOVE";
constexpr const char* without_uidplus = "IMAP4rev1 SASL-IR LITERAL+ MULTIAPPEND ESEARCH UNSELECT NAMESPACE";
constexpr const char* without_esearch = "IMAP4rev1 SASL-IR LITERAL+ MULTIAPPEND UIDPLUS NAMESPACE";
constexpr const char* with_compress = "IMAP4rev1 SASL-IR LITERAL+ MULTIAPPEND UIDPLUS NAMESPACE COMPRESS=DEFLATE";
constexpr const char* like_gmail =
    "IMAP4rev1 UNSELECT NAMESPACE ID CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE CONDSTORE ESEARCH "
    "LITERAL- "
    "SPECIAL-USE APPENDLIMIT=35651584";
constexpr const char* nothing = "IMAP4rev1";

const Kind kinds[] = {
    {"Dovecot", Dovecot::missing,
     [] { return start_server<Dovecot>("Dovecot", Dovecot::Options{.mail_format = "sdbox"}); }},
    {"DovecotWithoutMultiappend", Dovecot::missing, dovecot_saying<without_multiappend>},
    {"DovecotWithLiteralMinusOnly", Dovecot::missing, dovecot_saying<without_literal_plus>},
    {"DovecotWithoutLiterals", Dovecot::missing, dovecot_saying<without_any_literal>},
    {"DovecotWithoutUidplus", Dovecot::missing, dovecot_saying<without_uidplus>},
    {"DovecotWithoutEsearch", Dovecot::missing, dovecot_saying<without_esearch>},
    {"DovecotWithCompression", Dovecot::missing, dovecot_saying<with_compress>},
    {"DovecotLikeGmail", Dovecot::missing, dovecot_saying<like_gmail>},
    {"DovecotWithNothing", Dovecot::missing, dovecot_saying<nothing>},
    {"DovecotWithPrefixAndDots", Dovecot::missing,
     [] { return start_server<Dovecot>("Dovecot", Dovecot::Options{.separator = ".", .prefix = "INBOX."}); }},
    {"Cyrus", Cyrus::missing, [] { return start_server<Cyrus>("Cyrus", Cyrus::Options{}); }},
    {"CyrusClassic", Cyrus::missing,
     [] {
       return start_server<Cyrus>("Cyrus", Cyrus::Options{.folders_below_inbox = true, .slash_separates = false});
     }},
    {"CyrusWithLittle", Cyrus::missing,
     [] {
       return start_server<Cyrus>(
           "Cyrus", Cyrus::Options{.suppressed = "MULTIAPPEND LITERAL+ UIDPLUS ESEARCH UNSELECT NAMESPACE MOVE"});
     }},
    {"Courier", Courier::missing, [] { return start_server<Courier>("Courier", Courier::Options{}); }},
    {"CourierWithLittle", Courier::missing,
     [] { return start_server<Courier>("Courier", Courier::Options{.capability = "IMAP4rev1 NAMESPACE"}); }},
};

class EveryServer : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (const auto why = GetParam().missing()) GTEST_SKIP() << *why;
    server_ = GetParam().start();
    // Cyrus waits for the disk with each mail, Courier for sessions that were cut off.
    if (server_.software != "Dovecot") size_ = 10, cuts_ = 2;
    if (std::string(GetParam().name).find("Compression") != std::string::npos)
      compression_ = ImapOptions::Compression::always;
  }

  ImapOptions options(const std::string& folder, std::uint16_t port = 0) const {
    ImapOptions options;
    options.host = "127.0.0.1";
    options.port = port != 0 ? port : server_.port;
    options.security = ImapOptions::Security::plain;
    options.allow_plain = true;
    options.user = "u1";
    options.password = [](const ImapAccount&) { return std::string("pass"); };
    options.folder = folder;
    options.compression = compression_;
    options.io_timeout = options.retry_for = std::chrono::seconds(120);
    return options;
  }

  // What the store promises, one after the other: starting a server takes longer than most of it.
  void gives_back_what_was_written();
  void answers_queries();
  void caches_keys();
  void survives_cuts();
  void cleans_duplicates();

  MailServer server_;
  int size_ = 30;
  int cuts_ = 6;
  ImapOptions::Compression compression_ = ImapOptions::Compression::never;
};

void EveryServer::gives_back_what_was_written() {
  const auto records = make_records(size_, 3, 2, 20'000);
  // Courier takes no name with a character above U+FFFF.
  const std::string named = server_.software == "Courier" ? "\xc3\xa4 & \xe2\x98\x8e" : "\xc3\xa4 & \xf0\x9f\x93\xb1";
  for (const std::string& folder : {std::string("Plain"), std::string("Tief/unten/drin"), named}) {
    SCOPED_TRACE(folder);
    ImapStore archive(options(folder), Access::write);
    expect_all_written(archive.write(records), records.size());
    archive.finish();
    ImapStore later(options(folder), Access::read);
    expect_same(read_all(later), records);
    EXPECT_EQ(read_keys(later).size(), records.size());
    ASSERT_EQ(later.check().folders.size(), 1U);
    EXPECT_EQ(later.check().folders[0].messages, records.size());
  }
}

void EveryServer::answers_queries() {
  ImapStore archive(options("Plain"), Access::read);
  Query query;
  query.newest = 4;
  EXPECT_EQ(read_all(archive, query).size(), 4U);
  query = {};
  query.types = {RecordType::mms};
  EXPECT_EQ(read_all(archive, query).size(), 3U);
  query = {};
  query.starred_only = true;
  EXPECT_EQ(read_all(archive, query).size(), 0U);
  imap::Session session(options("Plain"));
  ASSERT_TRUE(session.select("Plain", false));
  ASSERT_TRUE(session.dialogue().command("STORE 2:3 +FLAGS (\\Flagged)").ok());
  EXPECT_EQ(read_all(archive, query).size(), 2U);
}

void EveryServer::caches_keys() {
  const ServerFolder cache("keys");
  auto cached = options("Cached");
  cached.key_cache = cache.path();
  const auto look = [&] {
    ImapStore archive(cached, Access::write);
    return read_keys(archive).size();
  };
  const auto add = [&](int from, int to) {
    std::vector<Record> records;
    for (int i = from; i < to; ++i) records.emplace_back(make_sms(i));
    ImapStore archive(cached, Access::write);
    expect_all_written(archive.write(records), records.size());
  };
  const auto as_another_client = [&](const std::vector<std::string>& commands) {
    imap::Session session(cached);
    ASSERT_TRUE(session.select("Cached", false));
    for (const auto& command : commands) EXPECT_TRUE(session.dialogue().command(command).ok()) << command;
  };
  add(0, 50);
  EXPECT_EQ(look(), 50U);
  EXPECT_EQ(look(), 50U);
  as_another_client({"STORE 3:7 +FLAGS (\\Deleted)"});
  EXPECT_EQ(look(), 45U);
  as_another_client({"EXPUNGE"});
  EXPECT_EQ(look(), 45U);
  add(50, 60);
  EXPECT_EQ(look(), 55U);
  as_another_client({"STORE 55 +FLAGS (\\Deleted)", "EXPUNGE"});
  add(60, 61);
  EXPECT_EQ(look(), 55U);
  {
    imap::Session session(cached);
    EXPECT_TRUE(session.dialogue().command("DELETE " + session.quoted_name("Cached")).ok());
  }
  add(100, 105);
  EXPECT_EQ(look(), 5U);
}

void EveryServer::survives_cuts() {
  CuttingProxy proxy(server_.port);
  const auto records = make_records(size_, 1, 0, 3000);
  MemoryStore phone;
  phone.write(records);
  const auto backup = [&](const std::string& folder) {
    ImapStore archive(options(folder, proxy.port()), Access::write);
    return transfer(phone, archive);
  };
  const auto restore = [&](const std::string& folder) {
    MemoryStore back;
    ImapStore archive(options(folder, proxy.port()), Access::read);
    const auto report = transfer(archive, back);
    expect_same(read_all(back), records);
    return report;
  };
  const auto start = proxy.passed();
  ASSERT_TRUE(backup("Whole").complete());
  const auto up = proxy.passed() - start;
  ASSERT_TRUE(restore("Whole").complete());
  const auto down = proxy.passed() - start - up;
  // A log-in that is cut is an error of its own kind; the line is cut behind it.
  for (int i = 1; i <= cuts_; ++i) {
    SCOPED_TRACE(i);
    const auto folder = "Cut" + std::to_string(i);
    proxy.cut_after(up * i / cuts_ - 200);
    EXPECT_TRUE(backup(folder).complete());
    proxy.cut_after(INT64_MAX);
    ImapStore direct(options(folder), Access::read);
    expect_same(read_all(direct), records);
    proxy.cut_after(down * i / cuts_ - 200);
    EXPECT_TRUE(restore("Whole").complete());
    proxy.cut_after(INT64_MAX);
  }
}

void EveryServer::cleans_duplicates() {
  const auto records = make_records(20);
  for (int i = 0; i < 2; ++i) {
    ImapStore archive(options("Twice"), Access::write);
    expect_all_written(archive.write(records), records.size());
  }
  ImapStore archive(options("Twice"), Access::write);
  EXPECT_EQ(archive.clean_duplicates({}, std::nullopt, false).duplicates, 20U);
  EXPECT_EQ(archive.clean_duplicates({}, "Old copies", false).moved, 20U);
  expect_same(read_all(archive), records);
  ImapStore old(options("Old copies"), Access::read);
  expect_same(read_all(old), records);
  ImapStore again(options("Twice"), Access::write);
  expect_all_written(again.write(records), records.size());
  EXPECT_EQ(again.clean_duplicates({}, std::nullopt, true).removed, 20U);
  expect_same(read_all(again), records);
}

TEST_P(EveryServer, KeepsThePromises) {
  gives_back_what_was_written();
  answers_queries();
  caches_keys();
  survives_cuts();
  cleans_duplicates();
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryServer, testing::ValuesIn(kinds),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace smsbackup
