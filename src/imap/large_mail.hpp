// A mail that is too large to be held in memory: fetched piece by piece into a temporary file, and looked at there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "imap/dialogue.hpp"
#include "smsbackup/error.hpp"
#include "stores/spill_buffer.hpp"

namespace smsbackup::imap {

// What one FETCH brings of a mail at most. Whatever is as large as that may go on.
inline constexpr std::uint64_t mail_piece = 4 << 20;

// "BODY.PEEK[]<0.4194304>": all of a mail, unless it is large.
std::string first_piece_item();
inline bool may_go_on(const FetchedMail& mail) noexcept { return mail.content.size() == mail_piece; }

class LargeMail {
 public:
  // For that mail, forgetting what was there of another; the second with its first piece.
  void start(std::uint32_t uid);
  void start(const FetchedMail& mail);
  std::uint32_t uid() const noexcept { return uid_; }

  enum class End : std::uint8_t {
    complete,
    gone,    // the mail is not there any more
    failed,  // this mail can't be had: see failure()
  };
  // Fetches what is missing of it; the folder must be open. After a lost connection another call goes on where it was.
  // Throws what may be better in a while.
  // Neither a mail above `limit` bytes nor a temporary file that can't be written ends the connection.
  End fetch(Dialogue& dialogue, std::uint64_t limit);
  const Error& failure() const { return *failure_; }

  // What is there, until start().
  std::string_view view() { return bytes_.view(); }

 private:
  void append(std::string_view piece);

  std::uint32_t uid_ = 0;
  stores::SpillBuffer bytes_{mail_piece};
  std::optional<Error> failure_;
};

}  // namespace smsbackup::imap
