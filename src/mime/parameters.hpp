// Content-Type and Content-Disposition (RFC 2045 section 5, RFC 2183) with their parameters, also those in other
// charsets or split into pieces (RFC 2231).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smsbackup/charset.hpp"

namespace smsbackup::mime {

struct StructuredField {
  std::string value;                                            // "text/plain", "attachment": lower case, no blanks
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case; values in UTF-8

  // The first parameter of that name (lower case); nullptr if there is none.
  const std::string* find(std::string_view name) const noexcept;
};

// Reads a field's value; takes what makes sense and leaves out the rest. At most 64 parameters.
StructuredField parse_structured_field(std::string_view text, CharsetConverter& charsets);

// Whether it is a token of RFC 2045: what a parameter may be without quotes.
bool is_token(std::string_view text) noexcept;

// "; name=plain.jpg" or "; name*=UTF-8''with%20space.jpg", as SMS Backup+ writes them.
std::string encode_parameter(std::string_view name, std::string_view value);

// The same for a header line: a long value is split into pieces, each with a line break before it.
void append_parameter(std::string_view name, std::string_view value, std::string& out);

}  // namespace smsbackup::mime
