// Writes header fields: folded between words (RFC 5322 section 2.2.3), never a line over 998 bytes, never a line break
// that the value brought along.
#pragma once

#include <string_view>

#include "mime/mail_buffer.hpp"

namespace smsbackup::mime {

// The value must be printable ASCII. Lines are broken before a word, at 76 characters where there is a blank.
void add_folded_header(std::string_view name, std::string_view value, MailBuffer& out);

// The same without a line break in the value as long as the standard's 998 bytes allow it: SMS Backup+ restores
// X-smssync values with their line breaks in them.
void add_unfolded_header(std::string_view name, std::string_view value, MailBuffer& out);

// Any text: cleaned, encoded where needed, cut after `most` bytes (what is left out stands elsewhere), folded.
void add_text_header(std::string_view name, std::string_view text, std::size_t most, MailBuffer& out);

}  // namespace smsbackup::mime
