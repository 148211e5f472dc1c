#include "mime/mail_fields.hpp"

#include <cstring>

#include "mime/ascii.hpp"
#include "mime/line_end_scan.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::string_view seed_prefix = "x-smssync-";
constexpr std::string_view own_prefix = "x-smsbackup-";

// Keeps the first value. An empty one must be told from none.
void keep(std::string_view& slot, std::string_view value) noexcept {
  if (slot.data() == nullptr) slot = value;
}

// `name` has the size of `lower`. Nearly all mails have the names in lower case behind the prefix: that is one
// comparison.
template <std::size_t Size>
void keep_if(std::string_view name, const char (&lower)[Size], std::string_view& slot,
             std::string_view value) noexcept {
  if (std::memcmp(name.data(), lower, Size - 1) == 0 || equals_ignoring_case(name, lower)) keep(slot, value);
}

void take_seed(std::string_view name, std::string_view value, MailFields& fields) noexcept {
  fields.any_seed = true;
  const auto slot = [&fields](SeedHeader header) -> std::string_view& {
    return fields.seed[static_cast<std::size_t>(header)];
  };
  const char first = name.empty() ? '\0' : to_lower(name.front());
  switch (name.size()) {
    case 2:
      return keep_if(name, "id", slot(SeedHeader::id), value);
    case 4:
      if (first == 't') return keep_if(name, "type", slot(SeedHeader::type), value);
      if (first == 'd') return keep_if(name, "date", slot(SeedHeader::date), value);
      return keep_if(name, "read", slot(SeedHeader::read), value);
    case 6:
      if (first == 't') return keep_if(name, "thread", slot(SeedHeader::thread), value);
      return keep_if(name, "status", slot(SeedHeader::status), value);
    case 7:
      if (first == 'a') keep_if(name, "address", slot(SeedHeader::address), value);
      return;
    case 8:
      if (first == 'p') return keep_if(name, "protocol", slot(SeedHeader::protocol), value);
      keep_if(name, "datatype", fields.datatype, value);
      return keep_if(name, "duration", slot(SeedHeader::duration), value);
    case 14:
      return keep_if(name, "service_center", slot(SeedHeader::service_center), value);
    default:
      return;
  }
}

void take_own(std::string_view name, std::string_view value, MailFields& fields) {
  fields.any_own = true;
  switch (name.size()) {
    case 4:
      return keep_if(name, "part", fields.part, value);
    case 5:
      if (to_lower(name.front()) == 'l') return keep_if(name, "lines", fields.lines, value);
      return keep_if(name, "parts", fields.parts, value);
    case 6:
      return keep_if(name, "digest", fields.digest, value);
    case 7:
      if (to_lower(name.front()) == 'v') return keep_if(name, "version", fields.version, value);
      return keep_if(name, "columns", fields.columns, value);
    case 8:
      return keep_if(name, "overflow", fields.overflow, value);
    case 9:
      return keep_if(name, "addresses", fields.addresses, value);
    case 11:
      if (equals_ignoring_case(name, "hidden-part")) fields.hidden_parts.push_back(value);
      return;
    default:
      return;
  }
}

// As the prefix is mostly written, else in any letter case.
template <std::size_t Size>
bool starts_with_prefix(std::string_view name, std::string_view lower, const char (&usual)[Size]) noexcept {
  if (name.size() < lower.size()) return false;
  return std::memcmp(name.data(), usual, Size - 1) == 0 || starts_ignoring_case(name, lower);
}

// Whether a field that begins like that may be one of those below.
constexpr bool is_wanted(char c) noexcept {
  return c == 'X' || c == 'x' || c == 'C' || c == 'c' || c == 'M' || c == 'm' || c == 'F' || c == 'f' || c == 'T' ||
         c == 't';
}

void keep_whole_if(std::string_view name, std::string_view lower, std::string_view& slot,
                   std::string_view value) noexcept {
  if (equals_ignoring_case(name, lower)) keep(slot, value);
}

void take_field(std::string_view name, std::string_view value, bool folded, MailFields& fields) {
  switch (name.front()) {
    case 'X':
    case 'x':
      if (starts_with_prefix(name, seed_prefix, "X-smssync-")) {
        fields.folded_seed = fields.folded_seed || folded;
        take_seed(name.substr(seed_prefix.size()), value, fields);
      } else if (starts_with_prefix(name, own_prefix, "X-smsbackup-")) {
        take_own(name.substr(own_prefix.size()), value, fields);
      } else {
        keep_whole_if(name, "x-status", fields.status, value);
      }
      return;
    case 'C':
    case 'c':
      keep_whole_if(name, "content-type", fields.content_type, value);
      keep_whole_if(name, "content-transfer-encoding", fields.content_transfer_encoding, value);
      return keep_whole_if(name, "content-disposition", fields.content_disposition, value);
    case 'M':
    case 'm':
      return keep_whole_if(name, "message-id", fields.message_id, value);
    case 'F':
    case 'f':
      return keep_whole_if(name, "from", fields.from, value);
    case 'T':
    case 't':
      return keep_whole_if(name, "to", fields.to, value);
    default:
      return;
  }
}

}  // namespace

ScanResult scan_fields(std::string_view text, const Limits& limits, MailFields& fields, std::size_t& size) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  LineEndScan line_ends(begin, end);
  std::size_t count = 0;
  while (at != end) {
    if (static_cast<std::size_t>(at - begin) > limits.header_size) return ScanResult::too_long;
    if (*at == '\n' || (*at == '\r' && end - at > 1 && at[1] == '\n')) {
      at += *at == '\n' ? 1 : 2;
      fields.ended = true;
      break;
    }
    // The field's end: a line end that no blank follows.
    const char* line_end = at;
    const char* next = end;
    bool folded = false;
    while (true) {
      line_end = line_ends.next();
      if (line_end == nullptr) {
        line_end = end;
        break;
      }
      next = line_end + 1;
      if (next == end || !is_blank(*next)) break;
      // A line of blanks only is an empty line to some servers, and a continuation to others; it ends nothing here.
      next = end;
      folded = true;
    }
    if (++count > limits.headers) return ScanResult::too_many;
    if (!is_wanted(*at)) {
      at = next;
      continue;
    }
    const char* const field_end = line_end != at && line_end[-1] == '\r' ? line_end - 1 : line_end;
    const auto field_size = static_cast<std::size_t>(field_end - at);
    const auto* colon = static_cast<const char*>(std::memchr(at, ':', field_size));
    // Lines that are no field (an mbox "From " line, garbage) are skipped.
    if (colon != nullptr && colon != at) {
      const char* name_end = colon;
      while (name_end != at && is_blank(name_end[-1])) --name_end;
      if (name_end != at) {
        take_field({at, static_cast<std::size_t>(name_end - at)},
                   {colon + 1, static_cast<std::size_t>(field_end - colon - 1)}, folded, fields);
      }
    }
    at = next;
  }
  size = static_cast<std::size_t>(at - begin);
  return size > limits.header_size ? ScanResult::too_long : ScanResult::complete;
}

std::string_view unfolded(std::string_view value, std::string& scratch) {
  value = trim(value);
  if (value.empty() || std::memchr(value.data(), '\n', value.size()) == nullptr) return value;
  scratch.clear();
  for (const char c : value) {
    if (c != '\r' && c != '\n') scratch += c;
  }
  return scratch;
}

}  // namespace smsbackup::mime
