// How a column's value and the text of an X-smssync header belong together. The writer asks here what the reader would
// make of its header, so that nothing depends on both getting it right by themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "smsbackup/columns.hpp"

namespace smsbackup::mime {

// What a mail server can't change, and no reader misunderstands: short visible ASCII that looks like no encoded word.
bool survives_in_header(std::string_view text) noexcept;

// parse_integer() for what columns mostly hold: up to 18 digits, inline.
inline std::optional<std::int64_t> parse_short_integer(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  const bool leading_zero = digits.starts_with('0') && text != "0";
  if (digits.empty() || digits.size() > 18 || leading_zero) return parse_integer(text);
  std::int64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<unsigned>(c - '0');
    if (digit > 9) return std::nullopt;
    value = value * 10 + static_cast<std::int64_t>(digit);
  }
  return negative ? -value : value;
}

// A number as Java's parsers take it, too: with a '+' or leading zeros.
std::optional<std::int64_t> parse_lenient_integer(std::string_view text) noexcept;

// The time in ms that a number in a column of that unit means; nothing if it is out of range.
std::optional<std::int64_t> to_milliseconds(std::int64_t number, Unit unit) noexcept;

// The number a provider has for a value of ours: whole seconds, rounded down, for Unit::seconds.
std::int64_t from_milliseconds(std::int64_t value, Unit unit) noexcept;

}  // namespace smsbackup::mime
