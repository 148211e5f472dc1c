// A mail server in memory that keeps to RFC 9051 as far as the store needs it, strictly (what was not announced is
// refused), and goes wrong where it is told to.
//
//   MailPeer peer;
//   peer.on_command([](const MailPeer::Command& command) {
//     return command.name == "APPEND" && command.number == 7 ? MailPeer::Answer::bye("going") : MailPeer::Answer();
//   });
//
// One connection at a time. The hook runs on the server's thread; look at the folders when no connection is busy.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/scripted_peer.hpp"

namespace smsbackup::test {

class MailPeer {
 public:
  struct Mail {
    std::uint32_t uid = 0;
    std::set<std::string> flags;  // upper case: "\SEEN"
    std::string bytes;
  };
  struct Folder {
    std::uint32_t uid_validity = 1;
    std::uint32_t uid_next = 1;
    std::vector<Mail> mails;
  };

  struct Command {
    int connection = 0;  // from 1 on
    int number = 0;      // from 0 on, the greeting being 0, over all connections
    std::string name;  // upper case; "GREETING", "+" for the request for a literal, "UID FETCH" and so on as two words
    std::string rest;  // of the line
  };
  struct Answer {
    enum class Kind : std::uint8_t {
      right,
      tagged,      // `text` instead of doing it
      bye,         // "* BYE text" instead, and the end
      drop,        // the end
      drop_after,  // it is done, but nobody hears of it
      late,        // an APPEND that is done only when deliver_late() is called; the end
      silent,      // no answer, until the client has had enough
    } kind = Kind::right;
    std::string text;
    static Answer tagged(std::string text) { return {Kind::tagged, std::move(text)}; }
    static Answer bye(std::string text) { return {Kind::bye, std::move(text)}; }
  };

  struct Options {
    // After the log-in. AUTH=PLAIN, SASL-IR and nothing else before.
    std::string capabilities = "NAMESPACE UIDPLUS MULTIAPPEND LITERAL+ ESEARCH UNSELECT MOVE";
    std::string log_in = "SASL-IR AUTH=PLAIN";
    std::uint64_t largest_mail = ~std::uint64_t{0};
    bool announces = true;              // the capabilities, unasked
    std::chrono::milliseconds idle{0};  // after so long without a command: BYE; 0: never
    bool closed_folders_only = false;   // no APPEND to what is open for reading only, as Courier has it
    bool knows_partial = true;          // FETCH BODY[]<0.n>; otherwise the whole comes
  };

  MailPeer() : MailPeer(Options()) {}
  explicit MailPeer(Options options);

  std::uint16_t port() const noexcept { return peer_.port(); }
  std::string trouble() { return peer_.trouble(); }

  // Called for each command that comes, before it is done.
  void on_command(std::function<Answer(const Command&)> hook);

  // For the test, and for the hook.
  Folder folder(const std::string& name);
  std::vector<std::string> names();  // of what was asked for so far: Command::name
  void remove_folder(const std::string& name);
  void remove_mail(const std::string& folder, std::uint32_t uid);
  void add(const std::string& folder, std::string mail);
  void deliver_late();
  int connections();

 private:
  class Conversation;

  Options options_;
  std::recursive_mutex mutex_;
  std::map<std::string, Folder> folders_{{"INBOX", {}}};
  std::uint32_t next_validity_ = 2;
  std::vector<std::pair<std::string, std::vector<Mail>>> late_;
  std::vector<std::string> names_;
  int connections_ = 0;
  std::function<Answer(const Command&)> hook_;
  ScriptedPeer peer_;  // last: its thread uses all of the above
};

}  // namespace smsbackup::test
