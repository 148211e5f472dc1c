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
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "imap/session.hpp"
#include "smsbackup/blob.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::imap {

// A mail and what has become of it. Shared between the pipeline of one connection and whoever starts the next one.
struct OutgoingMail {
  std::string folder;      // path
  std::string message_id;  // with the angle brackets
  std::int64_t date = 0;   // ms
  bool seen = true;
  std::uint64_t size = 0;
  std::string bytes;  // small mails
  Blob spilled;       // large ones
  // With it `bytes` go as soon as they are sent, and are made again should that be needed: the record shares its
  // attachments with whoever else keeps it.
  std::unique_ptr<const Record> record;
  std::uint64_t memory = 0;  // that it takes until it has its fate
  bool noted = false;        // that it is about to be sent
  bool sent = false;         // part of it may have reached the server
  std::uint32_t uid = 0;     // that the server gave it, as far as it says so (UIDPLUS)

  enum class Fate : std::uint8_t { open, written, refused } fate = Fate::open;
  Status refusal;  // why it was refused
};
using OutgoingMailPtr = std::shared_ptr<OutgoingMail>;

// "13-Sep-2020 12:26:40 +0000" (RFC 9051 date-time) for UTC milliseconds, within the years that servers take.
std::string internal_date(std::int64_t utc_ms);

class AppendPipeline {
 public:
  // Makes the bytes of a mail again.
  using Encode = std::function<void(OutgoingMail&)>;

  // `window` bounds the memory of what is in flight.
  AppendPipeline(Session& session, std::size_t window, Encode encode)
      : session_(session), window_(window), encode_(std::move(encode)) {}

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
  Encode encode_;
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
