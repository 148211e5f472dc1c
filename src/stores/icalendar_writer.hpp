// Writes calls as events of iCalendar (RFC 5545): lines end in CRLF and are folded at 75 octets, never within a
// character.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mime/people.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::stores::icalendar {

// What our events are known by: 32 hexadecimal digits stand before it in the UID.
inline constexpr std::string_view uid_domain = "@call.smsbackup";

// Columns that title and description do not give back exactly.
inline constexpr std::string_view date_property = "X-SMSBACKUP-DATE";          // ms
inline constexpr std::string_view duration_property = "X-SMSBACKUP-DURATION";  // s
inline constexpr std::string_view type_property = "X-SMSBACKUP-TYPE";
inline constexpr std::string_view number_property = "X-SMSBACKUP-NUMBER";
inline constexpr std::string_view subject_property = "X-SMSBACKUP-SUBJECT";

// Of a content line, unfolded, no more is read, so no longer one is written.
inline constexpr std::size_t longest_line = 64 * 1024;

std::string prologue();
inline constexpr std::string_view epilogue = "END:VCALENDAR\r\n";

// Always the same for the same call, and another one for each other that a key tells apart at any level.
std::string uid_of(const Call& call);

// Why a calendar can't hold the call; nothing if it can.
std::optional<std::string> why_not(const Call& call);

class EventWriter {
 public:
  // The options must outlive this.
  explicit EventWriter(const MimeOptions& options) : options_(options), people_(options) {}

  // Appends a VEVENT. Of calls that why_not() has nothing against.
  void write(const Call& call, std::string_view uid, std::string& out);

 private:
  const MimeOptions& options_;
  mime::People people_;
};

// One property as a content line, folded; `value` is what stands behind the colon.
void add_line(std::string_view property, std::string_view value, std::string& out);
// A value of type TEXT (RFC 5545 section 3.3.11): valid UTF-8 without control characters.
std::string escaped_text(std::string_view text);

}  // namespace smsbackup::stores::icalendar
