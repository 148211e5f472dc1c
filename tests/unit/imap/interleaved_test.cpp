// Dovecot works on up to four commands at once: it says that the first is done when mails of the others have come too.
#include <algorithm>
#include <atomic>

#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/mime.hpp"
#include "support/scripted_peer.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;

struct Command {
  std::string tag;
  std::vector<int> mails;
};

// A mailbox of mails with UIDs from 1 on.
class Interleaving {
 public:
  // Once that many commands for mails are there, or no more come, they are answered at once: the first and last mail of
  // each, then the rest of each. `cut`: the first connection ends when the first command is done.
  Interleaving(int mails, std::size_t at_once, bool cut) : at_once_(at_once), cut_(cut) {
    MimeEncoder encoder;
    for (int i = 0; i < mails; ++i) {
      std::string mail;
      encoder.encode(Record(make_sms(i)), mail);
      mails_.push_back(std::move(mail));
    }
  }

  void serve(PeerSession& session) {
    const bool first = ++connections == 1;
    session.send("* PREAUTH [CAPABILITY IMAP4rev1 ESEARCH] hello\r\n");
    std::vector<Command> commands;
    for (;;) {
      const auto line = session.read_line();
      const auto tag = line.substr(0, line.find(' '));
      const auto fetch = line.find("FETCH ");
      if (fetch != line.npos) {
        headers_ = line.find("HEADER.FIELDS") != line.npos;
        commands.push_back({tag, numbers(line.substr(fetch + 6, line.find(' ', fetch + 6) - fetch - 6))});
        if (commands.size() < at_once_ && !session.is_idle_for(std::chrono::milliseconds(300))) continue;
        if (!answer(session, commands, first && cut_)) return;
        commands.clear();
        continue;
      }
      std::string answer;
      if (line.find("EXAMINE") != line.npos)
        answer = "* " + std::to_string(mails_.size()) + " EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n";
      else if (line.find("SEARCH") != line.npos)
        answer = "* ESEARCH (TAG \"" + tag + "\") UID ALL 1:" + std::to_string(mails_.size()) + "\r\n";
      session.send(answer + tag + " OK done\r\n");
    }
  }

  std::atomic<int> connections{0};

 private:
  static std::vector<int> numbers(const std::string& set) {
    std::vector<int> out;
    for (std::size_t at = 0; at < set.size();) {
      const auto end = std::min(set.find(',', at), set.size());
      const auto one = set.substr(at, end - at);
      const auto colon = one.find(':');
      const int last = std::stoi(colon == one.npos ? one : one.substr(colon + 1));
      for (int i = std::stoi(one); i <= last; ++i) out.push_back(i);
      at = end + 1;
    }
    return out;
  }

  void send(PeerSession& session, int number) const {
    const auto& whole = mails_[static_cast<std::size_t>(number) - 1];
    const auto mail = headers_ ? whole.substr(0, whole.find("\r\n\r\n") + 4) : whole;
    session.send("* " + std::to_string(number) + " FETCH (UID " + std::to_string(number) +
                 " FLAGS (\\Seen) RFC822.SIZE 900 BODY" + (headers_ ? "[HEADER.FIELDS (MESSAGE-ID)]" : "[]<0>") + " {" +
                 std::to_string(mail.size()) + "}\r\n" + mail + ")\r\n");
  }

  bool answer(PeerSession& session, const std::vector<Command>& commands, bool cut) {
    for (const auto& command : commands) {
      send(session, command.mails.front());
      if (command.mails.size() > 1) send(session, command.mails.back());
    }
    for (const auto& command : commands) {
      for (std::size_t i = 1; i + 1 < command.mails.size(); ++i) send(session, command.mails[i]);
      session.send(command.tag + " OK done\r\n");
      if (cut) return false;
    }
    return true;
  }

  std::size_t at_once_;
  bool cut_;
  bool headers_ = false;
  std::vector<std::string> mails_;
};

std::vector<Record> sms(int count) {
  std::vector<Record> out;
  for (int i = 0; i < count; ++i) out.emplace_back(make_sms(i));
  return out;
}

ImapOptions options_of(const ScriptedPeer& peer) {
  ImapOptions options;
  options.host = "127.0.0.1";
  options.port = peer.port();
  options.security = ImapOptions::Security::plain;
  options.allow_plain = true;
  options.user = "me";
  options.folder = "SMS";
  options.io_timeout = std::chrono::seconds(120);
  options.retry_for = std::chrono::seconds(120);
  return options;
}

class Interleaved : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Line, Interleaved, testing::Bool(),
                         [](const auto& cut) { return cut.param ? "ThatBreaks" : "ThatHolds"; });

TEST_P(Interleaved, MailsComeOnceAndInOrder) {
  Interleaving server(150, 3, GetParam());  // 64, 64 and 22 a command
  ScriptedPeer peer([&](PeerSession& session) { server.serve(session); });
  ImapStore archive(options_of(peer), Access::read);
  EXPECT_TRUE(read_all(archive) == sms(150));
  EXPECT_EQ(server.connections, GetParam() ? 2 : 1);
}

TEST_P(Interleaved, KeysComeOnceAndInOrder) {
  Interleaving server(2500, 3, GetParam());  // 1000, 1000 and 500 a command
  ScriptedPeer peer([&](PeerSession& session) { server.serve(session); });
  ImapStore archive(options_of(peer), Access::write);
  std::vector<std::int64_t> dates;
  for (const auto& key : read_keys(archive)) dates.push_back(key.date.value_or(0));
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 2500; ++i) expected.push_back(*make_sms(i).date);
  EXPECT_TRUE(dates == expected) << dates.size();
  EXPECT_EQ(server.connections, GetParam() ? 2 : 1);
}

}  // namespace
}  // namespace smsbackup::imap
