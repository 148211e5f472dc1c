// How often a whole session waits for the server. The peer answers nothing before all of a flight is there, so a client
// that waited in between would wait for ever.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "smsbackup/imap_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/mime.hpp"
#include "smsbackup/transfer.hpp"
#include "support/scripted_peer.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

using test::PeerSession;
using test::ScriptedPeer;

// A command as an expression without its tag, and the answers to it without the tagged OK.
struct Exchange {
  std::string command;
  std::string answers{};
  std::string status = "OK done";
};
using Flight = std::vector<Exchange>;
using Flights = std::vector<Flight>;

const Flight log_in = {
    {"AUTHENTICATE PLAIN .*", "", "OK [CAPABILITY IMAP4rev1 NAMESPACE MULTIAPPEND LITERAL+ UIDPLUS ESEARCH] in"}};
const std::string nothing_there = "NO [NONEXISTENT] no such folder";

Exchange name_space() { return {"NAMESPACE", "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n"}; }
Exchange examine(const std::string& folder, int mails) {
  return {"EXAMINE \"" + folder + '"', "* " + std::to_string(mails) +
                                           " EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT " +
                                           std::to_string(mails + 1) + "] x\r\n"};
}
Exchange examine_missing(const std::string& folder) { return {"EXAMINE \"" + folder + '"', "", nothing_there}; }

std::string expect_append(PeerSession& session) {
  std::string line = session.read_line();
  const auto tag = line.substr(0, line.find(' '));
  if (line.find(" APPEND ") == line.npos) throw std::runtime_error("expected APPEND, got " + line.substr(0, 200));
  while (line.ends_with("+}")) {
    session.read(std::stoul(line.substr(line.rfind('{') + 1)));
    line = session.read_line();
  }
  return tag;
}

void play(PeerSession& session, const Flights& flights, std::atomic<int>& answered) {
  session.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n");
  for (const auto& flight : flights) {
    std::vector<std::string> tags;
    for (const auto& exchange : flight)
      tags.push_back(exchange.command == "APPEND" ? expect_append(session)
                                                  : session.expect("[0-9]+ " + exchange.command));
    // All answers before any command is said to be done, as Dovecot may have it.
    for (const auto& exchange : flight) session.send(exchange.answers);
    for (std::size_t i = 0; i < flight.size(); ++i) session.send(tags[i] + ' ' + flight[i].status + "\r\n");
    ++answered;
  }
  session.expect("[0-9]+ LOGOUT");
  ++answered;
}

std::vector<Record> messages(int count) {
  std::vector<Record> out;
  for (int i = 0; i < count; ++i) {
    Sms sms;
    sms.address = "+49151123456" + std::to_string(i);
    sms.date = 1600000000000 + i * 1000;
    sms.type = sms_inbox;
    sms.body = "text";
    out.emplace_back(sms);
  }
  return out;
}

// The mails of messages(), as the answer to a FETCH of them.
std::string fetched(int count, const std::string& section) {
  MimeEncoder encoder;
  std::string out;
  int number = 0;
  for (const auto& record : messages(count)) {
    std::string mail;
    encoder.encode(record, mail);
    if (section != "[]<0>") mail.resize(mail.find("\r\n\r\n") + 4);
    ++number;
    out += "* " + std::to_string(number) + " FETCH (UID " + std::to_string(number) +
           " FLAGS (\\Seen) RFC822.SIZE 900 BODY" + section + " {" + std::to_string(mail.size()) + "}\r\n" + mail +
           ")\r\n";
  }
  return out;
}
Exchange fetch_headers(int count) {
  return {"FETCH 1:" + std::to_string(count) + R"( \(UID FLAGS RFC822\.SIZE BODY\.PEEK\[HEADER\.FIELDS .*\)\]\))",
          fetched(count, "[HEADER.FIELDS (MESSAGE-ID)]")};
}
Exchange fetch_mails(int count) {
  return {"FETCH 1:" + std::to_string(count) + R"( \(UID FLAGS BODY\.PEEK\[\]<0\.[0-9]+>\))", fetched(count, "[]<0>")};
}

class RoundTrips : public testing::Test {
 protected:
  static ImapOptions options(const ScriptedPeer& peer, const std::string& folder) {
    ImapOptions out;
    out.host = "127.0.0.1";
    out.port = peer.port();
    out.security = ImapOptions::Security::plain;
    out.allow_plain = true;
    out.user = "me";
    out.folder = folder;
    out.password = [](const ImapAccount&) { return std::string("secret"); };
    out.retry_for = std::chrono::milliseconds(0);
    out.io_timeout = std::chrono::seconds(120);
    return out;
  }

  // How many flights were answered, the farewell included, when the records go to the peer.
  int back_up(const Flights& flights, int count, const std::string& folder) {
    std::atomic<int> answered{0};
    ScriptedPeer peer([&](PeerSession& session) { play(session, flights, answered); });
    MemoryStore phone(messages(count));
    ImapStore archive(options(peer, folder), Access::write);
    EXPECT_FALSE(transfer(phone, archive).error);
    EXPECT_EQ(peer.trouble(), "");
    return answered;
  }

  int restore_to(MemoryStore& phone, const Flights& flights) {
    std::atomic<int> answered{0};
    ScriptedPeer peer([&](PeerSession& session) { play(session, flights, answered); });
    {
      ImapStore archive(options(peer, "SMS"), Access::read);
      EXPECT_FALSE(transfer(archive, phone).error);
    }
    EXPECT_EQ(peer.trouble(), "");
    return answered;
  }
};

TEST_F(RoundTrips, BackingUpIntoANewFolderTakesThreeAndAFarewell) {
  const Flights flights = {log_in,
                           {name_space(), examine_missing("SMS")},
                           {{"CREATE \"SMS\""}, {"SUBSCRIBE \"SMS\""}, {"APPEND", "", "OK [APPENDUID 7 1:3] done"}}};
  EXPECT_EQ(back_up(flights, 3, "SMS"), 4);
}

TEST_F(RoundTrips, BackingUpThreeHundredTakesNoMore) {
  const Flights flights = {log_in,
                           {name_space(), examine_missing("SMS")},
                           {{"CREATE \"SMS\""}, {"SUBSCRIBE \"SMS\""}, {"APPEND"}, {"APPEND"}, {"APPEND"}}};
  EXPECT_EQ(back_up(flights, 300, "SMS"), 4);
}

TEST_F(RoundTrips, ASecondFolderTakesOneMore) {
  const Flights flights = {log_in,
                           {name_space(), examine_missing("SMS")},
                           {examine_missing("Call log")},
                           {{"CREATE \"SMS\""}, {"SUBSCRIBE \"SMS\""}, {"APPEND"}}};
  EXPECT_EQ(back_up(flights, 3, ""), 5);
}

// Where there is no UNSELECT, the folder is closed in the same flight as the mails go out.
TEST_F(RoundTrips, BackingUpIntoAFolderWithMailsTakesFourAndAFarewell) {
  const Flights flights = {log_in,
                           {name_space(), examine("SMS", 1)},
                           {fetch_headers(1)},
                           {{"CLOSE"}, {"APPEND", "", "OK [APPENDUID 7 2:3] done"}}};
  EXPECT_EQ(back_up(flights, 3, "SMS"), 5);
}

TEST_F(RoundTrips, NoticingThatAnArchiveIsNotGoneTakesNoneMore) {
  std::atomic<int> answered{0};
  const Flights first = {
      log_in, {name_space(), examine_missing("SMS")}, {{"CREATE \"SMS\""}, {"SUBSCRIBE \"SMS\""}, {"APPEND"}}};
  const Flights second = {log_in, {name_space(), examine("SMS", 2)}, {fetch_headers(2)}, {{"CLOSE"}, {"APPEND"}}};
  int runs = 0;
  ScriptedPeer peer([&](PeerSession& session) { play(session, runs++ == 0 ? first : second, answered); });
  MemoryStateStore state;
  BackupOptions remembering;
  remembering.state = &state;
  for (const int count : {2, 3}) {
    MemoryStore phone(messages(count));
    ImapStore archive(options(peer, "SMS"), Access::write);
    EXPECT_TRUE(backup(phone, archive, remembering).complete());
  }
  EXPECT_EQ(peer.trouble(), "");
  EXPECT_EQ(answered, 4 + 5);
}

TEST_F(RoundTrips, ALookAtAnUnchangedFolderTakesThreeAndNoHeaders) {
  test::TempFolder cache;
  std::atomic<int> answered{0};
  const Flights first = {log_in, {name_space(), examine("SMS", 2)}, {fetch_headers(2)}};
  const Flights second = {log_in,
                          {name_space(), examine("SMS", 2)},
                          {{R"(FETCH 2 \(UID\))", "* 2 FETCH (UID 2)\r\n"}, {"UID SEARCH RETURN \\(ALL\\) DELETED"}}};
  int runs = 0;
  ScriptedPeer peer([&](PeerSession& session) { play(session, runs++ == 0 ? first : second, answered); });
  auto account = options(peer, "SMS");
  account.key_cache = cache.path();
  for (int run = 1; run <= 2; ++run) {
    MemoryStore phone(messages(2));
    ImapStore archive(account, Access::write);
    const auto report = transfer(phone, archive);
    EXPECT_FALSE(report.error);
    EXPECT_EQ(report.total().duplicate, 2U);
  }
  EXPECT_EQ(peer.trouble(), "");
  EXPECT_EQ(answered, 8);
}

TEST_F(RoundTrips, RestoringToAnEmptyPhoneTakesThreeAndNoHeaders) {
  MemoryStore phone;
  EXPECT_EQ(restore_to(phone, {log_in, {name_space(), examine("SMS", 3)}, {fetch_mails(3)}}), 4);
  EXPECT_EQ(phone.records().size(), 3U);
}

TEST_F(RoundTrips, RestoringWhatIsAllThereTakesThreeAndNoMail) {
  MemoryStore phone(messages(3));
  EXPECT_EQ(restore_to(phone, {log_in, {name_space(), examine("SMS", 3)}, {fetch_headers(3)}}), 4);
  EXPECT_EQ(phone.records().size(), 3U);
}

}  // namespace
}  // namespace smsbackup
