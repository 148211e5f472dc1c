#include "mime/seed_value.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "mime/ascii.hpp"
#include "mime/wire_names.hpp"

namespace smsbackup::mime {

bool survives_in_header(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest_seed_value) return false;
  bool words = false;
  char before = '\0';
  for (const char c : text) {
    if (c <= 0x20 || c >= 0x7f) return false;
    words = words || (before == '=' && c == '?');
    before = c;
  }
  return !words;
}

std::optional<std::int64_t> parse_lenient_integer(std::string_view text) noexcept {
  text = trim(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> to_milliseconds(std::int64_t number, Unit unit) noexcept {
  if (unit != Unit::seconds) return number;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1000;
  if (number > most || number < -most) return std::nullopt;
  return number * 1000;
}

std::int64_t from_milliseconds(std::int64_t value, Unit unit) noexcept {
  if (unit != Unit::seconds) return value;
  return value / 1000 - (value % 1000 < 0 ? 1 : 0);
}

}  // namespace smsbackup::mime
