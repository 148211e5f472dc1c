// Charset conversion to UTF-8. UTF-8, US-ASCII, ISO-8859-1, windows-1252 and UTF-16 are built in; others come from
// the system's iconv where there is one (Android has none below API level 28), or from the host.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smsbackup/export.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT CharsetConverter {
 public:
  virtual ~CharsetConverter() = default;

  // `bytes` in `charset` (an IANA name, any letter case) as UTF-8; bytes that mean nothing become U+FFFD. Nothing if
  // the charset is unknown. "utf-8" gives the bytes back unchanged, also where they are not UTF-8.
  virtual std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset) = 0;
};

// The built-in ones, then iconv where the system has it. Not to be shared between threads.
SMSBACKUP_EXPORT std::unique_ptr<CharsetConverter> system_charsets();

// The IANA name of a MIBenum as MMS rows have it (106 is "utf-8"); empty if unknown.
SMSBACKUP_EXPORT std::string_view charset_name(std::int64_t mibenum) noexcept;

// Whether the bytes are well-formed UTF-8 (RFC 3629). With `half_surrogates`, three-byte surrogate halves pass too,
// but no high one before a low one: that is one character, which has another well-formed spelling.
SMSBACKUP_EXPORT bool is_utf8(std::string_view bytes, bool half_surrogates = false) noexcept;

}  // namespace smsbackup
