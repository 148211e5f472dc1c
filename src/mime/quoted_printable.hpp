// Quoted-printable (RFC 2045 section 6.7), written so that no mail server can damage the text: line ends are escaped
// and followed by a soft break, the last line ends with a soft break, and nothing starts a line that a mail format
// gives a meaning to. Readable text stays readable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mime/mail_buffer.hpp"

namespace smsbackup::mime {

// Appends the text; unless it is empty, the last thing written is "=\r\n".
void encode_quoted_printable(std::string_view text, MailBuffer& out);

// How to read what two kinds of writers leave at the ends of lines.
enum class QuotedPrintable : std::uint8_t {
  standard,         // blanks before a line end were added on the way; a last '=' is a soft break that lost its line end
  sms_backup_plus,  // it writes such blanks and such an '=' as text
};

struct QuotedPrintableResult {
  bool well_formed = true;       // false: an '=' that starts no escape was kept as it stands
  bool ends_with_break = false;  // the last line's end was a soft break: nothing can have been appended unseen
};

// Appends the decoded text.
QuotedPrintableResult decode_quoted_printable(std::string_view text, QuotedPrintable dialect, std::string& out);

}  // namespace smsbackup::mime
