// Mails on their way to the server: as many APPENDs in flight as the window allows, in the fastest form the server has.
//
//   MULTIAPPEND and LITERAL+   batches, several in flight: no waiting at all
//   LITERAL+ or LITERAL-       one mail a command, many in flight
//   neither                    the server must ask for each mail; the next command goes out with the mail
//
// A refused batch (it is atomic, RFC 3502) goes again mail by mail, so that the one at fault is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "imap/mail_bytes.hpp"
#include "imap/session.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {

// "13-Sep-2020 12:26:40 +0000" (RFC 9051 date-time) for UTC milliseconds, within the years that servers take.
std::string internal_date(std::int64_t utc_ms);

class AppendPipeline {
 public:
  // `window` bounds the memory of what is in flight.
  AppendPipeline(Session& session, std::size_t window, MailBytes& bytes)
      : session_(session), window_(window), bytes_(bytes) {}

  // Sends a mail, or puts it into the batch that is being filled. Waits while the window is full. Throws Error when the
  // connection is lost or the server refuses something that concerns all mails; nothing more can be sent then.
  void send(const OutgoingMailPtr& mail);
  // Lets go what is complete and reads what has come in, without waiting for more.
  void poll();
  // Waits until every mail has its fate.
  void drain();

  // Reads what is still to come, after a failure: the more is known, the less must be looked for.
  void read_rest() noexcept;

  // Above every UID that the server named for a written mail of that folder (UIDPLUS); 0 if it named none.
  std::uint32_t uid_next(const std::string& folder) const;

  // Which folder the server said it does not have; empty: none.
  const std::string& missing_folder() const noexcept { return missing_folder_; }

 private:
  struct Refused {};  // thrown inside only: the command was answered before its literal was sent
  struct Command {
    Tag tag = 0;
    std::vector<OutgoingMailPtr> mails;
    std::uint64_t memory = 0;
  };

  bool batches() const;
  void send_batch();
  void send_alone(const OutgoingMailPtr& mail);
  void write_mail(OutgoingMail& mail, bool wait);
  void wait_for_go_ahead(const Command& command);
  void make_room(std::uint64_t memory);
  void read_one();
  void settle(Command command, const Status& status);
  void note_uids(const Command& command, std::string_view arguments);
  void throw_if_over() const;

  Session& session_;
  std::size_t window_;
  MailBytes& bytes_;
  std::vector<OutgoingMailPtr> batch_;
  std::uint64_t batch_bytes_ = 0;
  std::uint64_t batch_memory_ = 0;
  std::deque<Command> commands_;
  std::uint64_t memory_in_flight_ = 0;
  std::vector<OutgoingMailPtr> again_;  // of refused batches
  std::map<std::string, std::uint32_t> uid_next_;
  std::string missing_folder_;
  std::size_t server_bugs_ = 0;  // in a row
  bool go_ahead_ = false;
  std::unique_ptr<Error> over_;  // why nothing more is sent
};

}  // namespace smsbackup::imap
