// A RecordKey is what identifies a record when two stores are compared: cheap to compute, and complete enough to decide
// without fetching the record again. What counts as the same is docs/dedup.md; the index of keys is in dedup.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

// The first 128 bits of a SHA-256.
struct SMSBACKUP_EXPORT Digest {
  std::array<std::uint8_t, 16> bytes{};

  std::string hex() const;  // 32 lower-case digits
  static std::optional<Digest> from_hex(std::string_view hex) noexcept;
  friend bool operator==(const Digest&, const Digest&) = default;
  friend bool operator<(const Digest& a, const Digest& b) noexcept { return a.bytes < b.bytes; }
};

enum class DedupLevel : std::uint8_t {
  exact,     // same time, address and content to the last byte
  tolerant,  // number spelling, seconds against milliseconds, part order, SMIL, part names and runs of white space
             // differ
  off,       // nothing is a duplicate
};

struct RecordKey {
  RecordType type = RecordType::sms;
  Direction direction = Direction::unknown;
  std::optional<std::int64_t> date;  // ms
  bool whole_second = false;         // the millisecond part is unknown (MMS; stores that keep seconds)
  std::vector<std::string> parties;  // the other parties as stored, in any order
  std::optional<Digest> content;     // content_digest() of the level; nothing if it can't be known without a fetch
  std::string message_id;            // m_id or RCS message id where there is one; "" otherwise
  std::string locator;               // the sink's own name for the record, to fetch it by; "" if it has none
};

// What the record says, without who said it and when. Tolerant: text with runs of white space as one blank and none at
// the ends (text of white space only stays as it is), parts without SMIL and names and in canonical order, a call's
// duration. Exact: every byte of body, subject, part content and part columns, in order.
SMSBACKUP_EXPORT Digest content_digest(const Record& record, DedupLevel level = DedupLevel::tolerant);

// The key of a record. `own_numbers` are left out of the parties of an MMS.
SMSBACKUP_EXPORT RecordKey key_of(const Record& record, DedupLevel level = DedupLevel::tolerant,
                                  const std::vector<std::string>& own_numbers = {});

}  // namespace smsbackup
