// Message-IDs: SMS Backup+'s own, made distinct where two different records would share one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/key.hpp"

namespace smsbackup::mime {

inline constexpr std::string_view id_domain = "sms-backup-plus.local";

// SMS Backup+'s digest out of the date in milliseconds, the address as stored ("null" where there is none) and the type
// (-1 where there is none).
Digest message_digest(std::int64_t date_ms, std::string_view address, std::int64_t type);

// "<f2f7191467e00fab77d677c07374f878@sms-backup-plus.local>", with the suffix before the '@'.
std::string format_message_id(const Digest& digest, std::string_view suffix = {});

// Appends the digest's 32 digits; the second form writes them and returns their end.
void append_hex(const Digest& digest, std::string& out);
char* write_hex(const Digest& digest, char* to) noexcept;

// The first eight bytes of a digest as a number.
std::uint64_t short_digest(const Digest& digest) noexcept;

// Which Message-ID stands for which content, in about 30 bytes an id. The table is in pieces that grow by a quarter and
// one at a time, so that no moment needs much more than that.
class MessageIds {
 public:
  // What an id was given to. `fine` tells apart what the digest calls equal (it is tolerant of white space, and blind
  // to most columns); 0 if that isn't known.
  struct Content {
    std::uint64_t digest;
    std::uint64_t fine;
  };
  // The number that stands for a Message-ID.
  static std::uint64_t number_of(std::string_view message_id) noexcept;
  static std::uint64_t number_of(const Digest& digest) noexcept;

  enum class Found : std::uint8_t { free, same, taken };

  // Whether the id is free; if it is, it belongs to that content from now on.
  Found claim(std::uint64_t id, const Content& content);
  std::size_t size() const noexcept { return used_; }

 private:
  struct Slot {
    std::uint64_t id = 0;  // 0: empty
    Content content{};
  };
  struct Piece {
    std::vector<Slot> slots;
    std::size_t used = 0;

    Slot& slot_of(std::uint64_t id) noexcept;
    void grow();
  };
  static constexpr unsigned piece_bits = 6;

  std::array<Piece, std::size_t{1} << piece_bits> pieces_;  // by the id's upper bits
  std::size_t used_ = 0;
};

}  // namespace smsbackup::mime
