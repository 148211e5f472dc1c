// NO, BAD, BYE, a dropped line and a lost answer at every command of a session: what the run says of it, and that a run
// after it ends with archive = phone.
#include <array>
#include <functional>
#include <map>
#include <set>

#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;
using Answer = MailPeer::Answer;

const std::pair<const char*, Answer> faults[] = {{"NO", Answer::tagged("NO no")},
                                                 {"BAD", Answer::tagged("BAD bad")},
                                                 {"BYE", Answer::bye("going")},
                                                 {"cut before it", {Answer::Kind::drop, {}}},
                                                 {"cut after it", {Answer::Kind::drop_after, {}}}};

// How a run ends for each of the faults at a command: "done", the code of an Error, or that of a Problem in brackets;
// "-" where there is no such fault.
using Ends = std::array<std::string, std::size(faults)>;
using Table = std::map<std::string, Ends>;

// A folder that need not be there is opened with other consequences than one that is read.
std::string key_of_table(const MailPeer::Command& command) {
  return command.name == "EXAMINE" && command.rest == "\"Old\"" ? "EXAMINE Old" : command.name;
}

const Ends harmless = {"done", "done", "done", "done", "done"};
const Ends unneeded = {"done", "done", "connection_lost", "connection_lost", "connection_lost"};
const Ends needed = {"server_refused", "server_refused", "connection_lost", "connection_lost", "connection_lost"};
const Ends greeting = {"protocol", "protocol", "connection_lost", "connection_lost", "-"};
const Ends log_in = {"wrong_credentials", "server_refused", "connection_lost", "connection_lost", "connection_lost"};
const Ends one_mail = {"[server_refused]", "[server_refused]", "connection_lost", "connection_lost", "connection_lost"};
const Ends literal = {"[server_refused]", "[server_refused]", "connection_lost", "connection_lost", "-"};

MailPeer::Options bare_server() {
  MailPeer::Options server;
  server.capabilities = server.log_in = "";
  server.announces = false;
  return server;
}

std::string ended(const Outcomes& outcomes) {
  for (const auto& outcome : outcomes)
    if (!outcome.written) return '[' + std::string(to_string(outcome.problem.value().code)) + ']';
  return "done";
}

ImapOptions default_folders(const MailPeer& peer) {
  auto options = options_for(peer);
  options.folder.clear();
  return options;
}

std::string back_up(const MailPeer& peer, const std::vector<Record>& records) {
  ImapStore archive(default_folders(peer), Access::write);
  read_keys(archive);
  const auto outcomes = archive.write(records);
  archive.finish();
  return ended(outcomes);
}

// Runs `first` with each fault at each of its commands, and `then` without any.
void sweep(const MailPeer::Options& server, const std::function<void(MailPeer&)>& before,
           const std::function<std::string(MailPeer&)>& first, const std::function<void(MailPeer&)>& then,
           const Table& table) {
  const auto with = [&](int at, const Answer& answer) {
    MailPeer peer(server);
    before(peer);
    // What was said before, a farewell for one, may still be on its way to the server.
    const int before_it = peer.connections();
    std::vector<std::string> names;
    peer.on_command([&](const MailPeer::Command& command) {
      if (command.connection <= before_it) return Answer();
      names.push_back(key_of_table(command));
      return at + 1 == static_cast<int>(names.size()) ? answer : Answer();
    });
    std::string end;
    try {
      end = first(peer);
    } catch (const Error& error) {
      end = to_string(error.code());
    }
    const int after_it = peer.connections();
    peer.on_command([&](const MailPeer::Command& command) {
      if (command.connection <= after_it) names.push_back(key_of_table(command));
      return Answer();
    });
    then(peer);
    EXPECT_EQ(peer.trouble(), "");
    return std::pair(end, names);
  };
  const auto [end, names] = with(-1, {});
  EXPECT_EQ(end, "done");
  std::set<std::string> met(names.begin(), names.end()), known;
  for (const auto& [name, ends] : table) known.insert(name);
  ASSERT_EQ(met, known);
  for (int at = 0; at < static_cast<int>(names.size()); ++at) {
    const auto& name = names[static_cast<std::size_t>(at)];
    for (std::size_t i = 0; i < std::size(faults); ++i) {
      const auto& wanted = table.at(name)[i];
      if (wanted == "-") continue;
      SCOPED_TRACE(std::string(faults[i].first) + " at " + name + ", command " + std::to_string(at));
      EXPECT_EQ(with(at, faults[i].second).first, wanted);
    }
  }
}

const auto phone_records = make_records(5, 0, 2);

// Another run, and everything is there once.
void archive_is_phone_after_another_run(MailPeer& peer) {
  MemoryStore phone;
  phone.write(phone_records);
  ImapStore archive(default_folders(peer), Access::write);
  const auto report = transfer(phone, archive);
  EXPECT_TRUE(report.complete()) << report.error.value_or("");
  expect_same(read_all(archive), phone_records);
}

TEST(FaultAtEachCommandOfABackup, ToAServerThatCanDoMuch) {
  sweep(
      {}, [](MailPeer&) {}, [](MailPeer& peer) { return back_up(peer, phone_records); },
      archive_is_phone_after_another_run,
      {{"GREETING", greeting},
       {"AUTHENTICATE", log_in},
       {"NAMESPACE", unneeded},
       {"EXAMINE", unneeded},  // a folder that can't be opened and is not listed will be made
       {"CREATE", unneeded},   // is tried again
       {"SUBSCRIBE", unneeded},
       {"APPEND", unneeded},  // of a batch: goes again mail by mail
       {"LOGOUT", harmless}});
}

TEST(FaultAtEachCommandOfABackup, ToAServerThatCanDoNothing) {
  sweep(
      bare_server(), [](MailPeer&) {}, [](MailPeer& peer) { return back_up(peer, phone_records); },
      archive_is_phone_after_another_run,
      {{"GREETING", greeting},
       {"CAPABILITY", needed},
       {"LOGIN", log_in},
       {"LIST", unneeded},
       {"EXAMINE", unneeded},
       {"CREATE", unneeded},
       {"SUBSCRIBE", unneeded},
       {"APPEND", one_mail},
       {"+", literal},
       {"LOGOUT", harmless}});
}

std::string restore_all(MailPeer& peer, const Query& query = {}) {
  ImapStore archive(default_folders(peer), Access::read);
  std::vector<Record> records;
  std::string end = "done";
  const auto cursor = archive.open(query);
  for (Batch batch; batch.clear(), cursor->next(batch);) {
    std::move(batch.records.begin(), batch.records.end(), std::back_inserter(records));
    for (const auto& problem : batch.problems) end = '[' + std::string(to_string(problem.code)) + ']';
  }
  archive.finish();
  if (end == "done") expect_same(records, phone_records);
  return end;
}

void fill(MailPeer& peer) { EXPECT_EQ(back_up(peer, phone_records), "done"); }

void phone_is_archive_after_another_run(MailPeer& peer) {
  MemoryStore phone;
  ImapStore archive(default_folders(peer), Access::read);
  const auto report = transfer(archive, phone);
  EXPECT_TRUE(report.complete()) << report.error.value_or("");
  expect_same(read_all(phone), phone_records);
}

TEST(FaultAtEachCommandOfARestore, OfEverything) {
  sweep({}, fill, [](MailPeer& peer) { return restore_all(peer); }, phone_is_archive_after_another_run,
        {{"GREETING", greeting},
         {"AUTHENTICATE", log_in},
         {"NAMESPACE", unneeded},
         {"EXAMINE", needed},
         {"FETCH", needed},
         {"LOGOUT", harmless}});
}

TEST(FaultAtEachCommandOfARestore, OfWhatHeadersSayIsWanted) {
  Query query;
  query.since = 0;
  sweep({}, fill, [&](MailPeer& peer) { return restore_all(peer, query); }, phone_is_archive_after_another_run,
        {{"GREETING", greeting},
         {"AUTHENTICATE", log_in},
         {"NAMESPACE", unneeded},
         {"EXAMINE", needed},
         {"FETCH", needed},
         {"UID FETCH", one_mail},
         {"LOGOUT", harmless}});
}

// The second look at a folder from which mails were removed.
TEST(FaultAtEachCommandOfARestore, WithCachedKeys) {
  const TempFolder folder;
  const auto look = [&](MailPeer& peer) {
    auto options = default_folders(peer);
    options.key_cache = folder.path();
    ImapStore archive(options, Access::read);
    const auto keys = read_keys(archive);
    archive.finish();
    return keys.size();
  };
  sweep(
      {},
      [&](MailPeer& peer) {
        fill(peer);
        EXPECT_EQ(look(peer), 7U);
        peer.remove_mail("SMS", 2);
        ImapStore archive(default_folders(peer), Access::write);
        expect_all_written(archive.write(make_records(1, 1)), 2);
      },
      [&](MailPeer& peer) { return std::string(look(peer) == 8 ? "done" : "wrong"); },
      [&](MailPeer& peer) {
        EXPECT_EQ(look(peer), 8U);
        std::filesystem::remove_all(folder.path());
      },
      {{"GREETING", greeting},
       {"AUTHENTICATE", log_in},
       {"NAMESPACE", unneeded},
       {"EXAMINE", needed},
       {"FETCH", unneeded},  // whether all is still there: if not known, it is asked for
       {"UID SEARCH", needed},
       {"UID FETCH", needed},
       {"LOGOUT", harmless}});
}

struct Cleaning {
  const char* name;
  const char* capabilities;
  bool move;
  Table table;
};
class FaultAtEachCommandOfACleaning : public testing::TestWithParam<Cleaning> {};

TEST_P(FaultAtEachCommandOfACleaning, LeavesEachRecordOnce) {
  const auto& way = GetParam();
  const auto target = way.move ? std::optional<std::string>("Old") : std::nullopt;
  const auto clean = [&](MailPeer& peer) {
    ImapStore archive(options_for(peer), Access::write);
    archive.clean_duplicates({}, target, !target);
    archive.finish();
    return std::string("done");
  };
  MailPeer::Options server;
  server.capabilities = way.capabilities;
  sweep(
      server,
      [&](MailPeer& peer) {
        for (int i = 0; i < 2; ++i) {
          ImapStore archive(options_for(peer), Access::write);
          expect_all_written(archive.write(phone_records), phone_records.size());
        }
      },
      clean,
      [&](MailPeer& peer) {
        clean(peer);
        ImapStore archive(options_for(peer), Access::read);
        expect_same(read_all(archive), phone_records);
      },
      way.table);
}

Table cleaning(const Table& special) {
  Table all = {{"GREETING", greeting}, {"AUTHENTICATE", log_in}, {"EXAMINE", needed},
               {"FETCH", needed},      {"SELECT", needed},       {"LOGOUT", harmless}};
  all.insert(special.begin(), special.end());
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Ways, FaultAtEachCommandOfACleaning,
    testing::Values(
        Cleaning{"Move", "NAMESPACE UIDPLUS LITERAL+ MOVE", true,
                 cleaning({{"NAMESPACE", unneeded},
                           {"EXAMINE Old", unneeded},
                           {"CREATE", needed},
                           {"SUBSCRIBE", unneeded},
                           {"UID MOVE", needed}})},
        Cleaning{"Copy", "LITERAL+ UIDPLUS", true,
                 cleaning({{"LIST", unneeded},
                           {"EXAMINE Old", unneeded},
                           {"CREATE", needed},
                           {"SUBSCRIBE", unneeded},
                           {"UID COPY", needed},
                           {"UID STORE", needed},
                           {"UID EXPUNGE", needed}})},
        Cleaning{"Delete", "LITERAL+", false,
                 cleaning({{"LIST", unneeded}, {"UID STORE", needed}, {"UID SEARCH", needed}, {"EXPUNGE", needed}})}),
    [](const auto& way) { return std::string(way.param.name); });

}  // namespace
}  // namespace smsbackup::imap
