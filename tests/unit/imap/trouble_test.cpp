// Servers in trouble: throttling, idle, slow, and with folders that go away.
#include <thread>

#include "imap/session.hpp"
#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Answer = MailPeer::Answer;

ImapOptions patient(const MailPeer& peer) {
  auto options = options_for(peer);
  options.retry_for = 120s;
  return options;
}

// The first answer to a command of that name.
auto once(const std::string& name, const Answer& answer) {
  return [name, answer, done = false](const MailPeer::Command& command) mutable {
    if (done || command.name != name) return Answer();
    done = true;
    return answer;
  };
}

void another_run_makes_archive_and_phone_equal(const MailPeer& peer, const std::vector<Record>& records) {
  MemoryStore phone;
  phone.write(records);
  ImapStore archive(options_for(peer), Access::write);
  EXPECT_TRUE(transfer(phone, archive).complete());
  expect_same(read_all(archive), records);
}

TEST(Throttling, OfAReadSlowsItDown) {
  const auto records = make_records(10);
  for (const auto& [name, by_headers, answer] :
       {std::tuple("UID FETCH", true, "NO [THROTTLED] Account exceeded bandwidth limits"),
        std::tuple("EXAMINE", true, "NO [UNAVAILABLE] later"), std::tuple("FETCH", true, "NO [INUSE] later"),
        std::tuple("FETCH", false, "NO [UNAVAILABLE] later")}) {
    MailPeer peer;
    {
      ImapStore archive(options_for(peer), Access::write);
      expect_all_written(archive.write(records), records.size());
      archive.finish();
    }
    peer.on_command(once(name, Answer::tagged(answer)));
    ImapStore archive(patient(peer), Access::read);
    Query query;
    if (by_headers) query.since = 0;
    expect_same(read_all(archive, query), records);  // reports Problems as failures
  }
}

TEST(Throttling, OfTheLogInSlowsItDown) {
  MailPeer peer;
  ImapStore archive(patient(peer), Access::write);
  expect_all_written(archive.write(make_records(1)), 1);
  archive.finish();
  peer.on_command(once("AUTHENTICATE", Answer::tagged("NO [LIMIT] Too many simultaneous connections")));
  EXPECT_EQ(read_all(archive).size(), 1U);
}

TEST(IdleServers, ThatHangUpAreCalledAgain) {
  MailPeer peer(MailPeer::Options{.idle = 50ms});
  ImapStore archive(patient(peer), Access::write);
  const auto records = make_records(6);
  for (std::size_t i = 0; i < records.size(); i += 2) {
    expect_all_written(archive.write(std::span(records).subspan(i, 2)), 2);
    std::this_thread::sleep_for(120ms);
  }
  expect_same(read_all(archive), records);
  EXPECT_EQ(peer.connections(), 4);
}

TEST(SlowServers, AreWaitedForAsLongAsSomethingMoves) {
  MailPeer peer;
  peer.on_command([](const MailPeer::Command&) {
    std::this_thread::sleep_for(300ms);
    return Answer();
  });
  auto options = options_for(peer);
  options.io_timeout = 2s;  // all together take longer
  ImapStore archive(options, Access::write);
  const auto records = make_records(6);
  expect_all_written(archive.write(records), records.size());
  expect_same(read_all(archive), records);
  EXPECT_EQ(peer.connections(), 1);
}

TEST(SilentServers, TimeOut) {
  MailPeer peer;
  peer.on_command(once("APPEND", {Answer::Kind::silent, {}}));
  auto options = options_for(peer);
  options.io_timeout = 200ms;
  const auto records = make_records(6);
  try {
    ImapStore archive(options, Access::write);
    archive.write(records);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::timed_out);
  }
  another_run_makes_archive_and_phone_equal(peer, records);
}

TEST(Folders, RemovedUnderTheUploadAreMadeAgain) {
  for (const char* capabilities : {"UIDPLUS MULTIAPPEND LITERAL+", "LITERAL+", ""}) {
    MailPeer peer(MailPeer::Options{.capabilities = capabilities});
    int appends = 0;
    peer.on_command([&](const MailPeer::Command& command) {
      if (command.name == "APPEND" && ++appends == 3) peer.remove_folder("SMS");
      return Answer();
    });
    ImapStore archive(options_for(peer), Access::write);
    const auto records = make_records(400);
    expect_all_written(archive.write(records), records.size());
    archive.finish();
    EXPECT_GE(appends, 4);
    // What had been confirmed by then went with the folder; the next run finds that out.
    EXPECT_LT(peer.folder("SMS").mails.size(), records.size());
    another_run_makes_archive_and_phone_equal(peer, records);
  }
}

TEST(Folders, ThatTheServerWontMakeSaySo) {
  for (const auto& [answer, code] : {std::pair("NO [NOPERM] not you", ErrorCode::permission_denied),
                                     std::pair("NO [OVERQUOTA] full", ErrorCode::no_space),
                                     std::pair("NO [CANNOT] bad name", ErrorCode::server_refused)}) {
    MailPeer peer;
    peer.on_command([text = std::string(answer)](const MailPeer::Command& command) {
      return command.name == "CREATE" ? Answer::tagged(text) : Answer();
    });
    ImapStore archive(options_for(peer), Access::write);
    try {
      archive.write(make_records(3));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_NE(std::string(error.what()).find("making the folder SMS"), std::string::npos) << error.what();
    }
  }
}

TEST(Folders, RemovedUnderARestoreEndIt) {
  MailPeer peer;
  const auto records = make_records(10);
  {
    ImapStore archive(options_for(peer), Access::write);
    archive.write(records);
    archive.finish();
  }
  peer.on_command([&](const MailPeer::Command& command) {
    if (command.name != "FETCH") return Answer();
    peer.remove_folder("SMS");
    return Answer::bye("gone");
  });
  ImapStore archive(patient(peer), Access::read);
  MemoryStore phone;
  const auto report = transfer(archive, phone);
  ASSERT_TRUE(report.error);
  EXPECT_NE(report.error->find("removed or replaced"), std::string::npos) << *report.error;
}

// Courier takes no APPEND to a folder that is open for reading only, and has no UNSELECT.
TEST(Folders, AreClosedBeforeMailsAreAdded) {
  MailPeer peer(MailPeer::Options{.capabilities = "LITERAL+", .closed_folders_only = true});
  peer.add("SMS", "From: somebody@example.org\r\n\r\nhello\r\n");
  ImapStore archive(options_for(peer), Access::write);
  read_keys(archive);
  expect_all_written(archive.write(make_records(3)), 3);
}

// CLOSE expunges what is marked \Deleted, unless the folder was opened with EXAMINE.
TEST(Folders, ThatWereOpenedForWritingAreNeverClosed) {
  MailPeer peer(MailPeer::Options{.capabilities = ""});
  peer.add("SMS", "From: somebody@example.org\r\n\r\nhello\r\n");
  const auto options = options_for(peer);
  Session session(options);
  ASSERT_TRUE(session.select("SMS", false));
  EXPECT_TRUE(session.dialogue().command("UID STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
  session.leave();
  EXPECT_TRUE(session.dialogue().command("NOOP").ok());
  ASSERT_TRUE(session.select("SMS", true));
  session.leave();
  EXPECT_TRUE(session.dialogue().command("NOOP").ok());
  EXPECT_EQ(peer.folder("SMS").mails.size(), 1U);
  const auto names = peer.names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "CLOSE"), 1);
}

TEST(FullMailboxes, EndTheRunAndTheNextOneGoesOn) {
  MailPeer peer;
  const auto records = make_records(40);
  peer.on_command([&](const MailPeer::Command& command) {
    const bool full = command.name == "APPEND" && peer.folder("SMS").mails.size() >= 10;
    return full ? Answer::tagged("NO [OVERQUOTA] Quota exceeded") : Answer();
  });
  auto options = patient(peer);
  options.use.multiappend = false;
  ImapStore archive(options, Access::write);
  EXPECT_THROW(archive.write(records), Error);
  const auto outcomes = archive.settle();
  ASSERT_EQ(outcomes.size(), records.size());
  EXPECT_EQ(std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.written; }), 10);
  EXPECT_EQ(outcomes[10].problem.value().code, ErrorCode::no_space);
  EXPECT_EQ(peer.connections(), 1);  // waiting would not make room
  peer.on_command(nullptr);
  archive.finish();
  another_run_makes_archive_and_phone_equal(peer, records);
}

}  // namespace
}  // namespace smsbackup::imap
