// Code points, UTF-8 and half surrogates.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smsbackup::model {

inline constexpr char32_t replacement_character = 0xfffd;

constexpr bool is_high_surrogate(char32_t c) noexcept { return c >= 0xd800 && c < 0xdc00; }
constexpr bool is_low_surrogate(char32_t c) noexcept { return c >= 0xdc00 && c < 0xe000; }
constexpr bool is_surrogate(char32_t c) noexcept { return c >= 0xd800 && c < 0xe000; }
constexpr char32_t join_surrogates(char32_t high, char32_t low) noexcept {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

// A half surrogate is written in its three-byte form. `c` must be at most U+10FFFF.
void append_utf8(char32_t c, std::string& out);

// How many bytes from the start are well-formed UTF-8 (RFC 3629). With `half_surrogates`, three-byte halves count too,
// unless a high one is followed by a low one: together these are one character, which has another well-formed spelling.
std::size_t utf8_prefix(std::string_view bytes, bool half_surrogates) noexcept;

// Invalid bytes become U+FFFD; half surrogates too, unless they are asked for.
std::string to_valid_utf8(std::string_view bytes, bool half_surrogates = false);

}  // namespace smsbackup::model
