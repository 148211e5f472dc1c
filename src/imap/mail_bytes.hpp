// Mails on their way out: their bytes are made, made again where that is needed, and let go once they are sent. Records
// that share large attachments with whoever else keeps them are kept instead of the mail.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "imap/answer.hpp"
#include "smsbackup/blob.hpp"
#include "smsbackup/mime.hpp"
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
  // With it `bytes` go as soon as they are sent, and are made again should that be needed.
  std::unique_ptr<const Record> record;
  std::uint64_t memory = 0;  // that it takes until it has its fate
  bool noted = false;        // that it is about to be sent
  bool sent = false;         // part of it may have reached the server
  std::uint32_t uid = 0;     // that the server gave it, as far as it says so (UIDPLUS)

  enum class Fate : std::uint8_t { open, written, refused } fate = Fate::open;
  Status refusal;  // why it was refused
};
using OutgoingMailPtr = std::shared_ptr<OutgoingMail>;

class MailBytes {
 public:
  explicit MailBytes(MimeEncoder& encoder) : encoder_(encoder) {}

  OutgoingMailPtr make(const Record& record);
  // Unless they are there.
  void make_again(OutgoingMail& mail);
  // They are sent.
  void let_go(OutgoingMail& mail);

 private:
  MimeEncoder& encoder_;
  // Used again by the next mails: given back to the system's allocator they would leave gaps between the attachments
  // that are kept, which few others fit into.
  std::vector<std::string> spare_;
};

}  // namespace smsbackup::imap
