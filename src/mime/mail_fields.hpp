// One pass over a header section (RFC 5322 section 2.2) that picks out the fields this library reads.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mime/wire_names.hpp"
#include "smsbackup/limits.hpp"

namespace smsbackup::mime {

// Values as they stand in the mail, with their line breaks; a view without data where the mail has no such field. Of
// fields that occur more than once, the first counts.
struct MailFields {
  std::array<std::string_view, seed_headers> seed;
  std::string_view datatype;
  std::string_view version;  // X-smsbackup-version
  std::string_view digest;
  std::string_view lines;
  std::string_view columns;
  std::string_view addresses;
  std::string_view parts;
  std::string_view part;
  std::string_view overflow;
  std::string_view content_type;
  std::string_view content_transfer_encoding;
  std::string_view content_disposition;
  std::string_view message_id;
  std::string_view from;
  std::string_view to;
  std::string_view status;  // X-Status
  std::vector<std::string_view> hidden_parts;
  bool any_seed = false;     // at least one X-smssync field
  bool any_own = false;      // at least one X-smsbackup field
  bool folded_seed = false;  // at least one X-smssync value has line breaks
  bool ended = false;        // by the empty line

  bool is_ours() const noexcept { return version.data() != nullptr; }
  bool is_record() const noexcept { return any_seed || any_own; }
  std::string_view at(SeedHeader header) const noexcept { return seed[static_cast<std::size_t>(header)]; }
};

enum class ScanResult : std::uint8_t { complete, too_long, too_many };

// Reads fields up to the empty line or the end. `size` becomes the bytes of the section with the empty line.
ScanResult scan_fields(std::string_view text, const Limits& limits, MailFields& fields, std::size_t& size);

// A value without its line breaks (RFC 5322 section 2.2.3) and the blanks around it. A view of the value itself where
// it has no line break, else of `scratch`.
std::string_view unfolded(std::string_view value, std::string& scratch);

}  // namespace smsbackup::mime
