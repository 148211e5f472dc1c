// Text in mail headers (RFC 2047): what goes in is cleaned and, where it is not plain ASCII, encoded in UTF-8 words
// that never split a character; what comes out of others' mails is decoded whatever they did.
#pragma once

#include <string>
#include <string_view>

#include "smsbackup/charset.hpp"

namespace smsbackup::mime {

// Without control characters (U+0000-001F, U+007F-009F), as SMS Backup+ writes names and addresses. Line breaks are
// among them, so nothing cleaned can start a header of its own.
void append_sanitized(std::string_view text, std::string& out);
std::string sanitized(std::string_view text);

// Whether a header can hold the text as it is: printable ASCII and blanks, no word longer than 77 characters.
bool is_plain_header_text(std::string_view text) noexcept;

// Appends encoded words with a blank between them. Invalid UTF-8 becomes U+FFFD.
void append_encoded_words(std::string_view text, std::string& out);

// Appends the text as a header can hold it: as it is, or encoded as a whole.
void append_header_text(std::string_view text, std::string& out);

// Cuts the text after at most that many bytes, between characters.
std::string_view prefix_of_characters(std::string_view text, std::size_t bytes) noexcept;

// Appends the text with its encoded words decoded. Words in unknown charsets stay as they are.
void append_decoded_words(std::string_view text, CharsetConverter& charsets, std::string& out);

}  // namespace smsbackup::mime
