#include "model/unicode.hpp"

#include <cstdint>
#include <cstring>

namespace smsbackup::model {
namespace {

constexpr bool is_continuation(unsigned char byte) noexcept { return (byte & 0xc0) == 0x80; }

// The length of the character at the start; 0 if there is none.
std::size_t character_size(const unsigned char* p, std::size_t left, bool half_surrogates) noexcept {
  const unsigned char lead = p[0];
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return left >= 2 && is_continuation(p[1]) ? 2 : 0;
  if (lead < 0xf0) {
    if (left < 3 || !is_continuation(p[1]) || !is_continuation(p[2])) return 0;
    if (lead == 0xe0 && p[1] < 0xa0) return 0;
    if (lead == 0xed && p[1] >= 0xa0) {
      if (!half_surrogates) return 0;
      const bool high = p[1] < 0xb0;
      if (high && left >= 6 && p[3] == 0xed && p[4] >= 0xb0 && is_continuation(p[4]) && is_continuation(p[5])) return 0;
    }
    return 3;
  }
  if (lead > 0xf4 || left < 4) return 0;
  if (!is_continuation(p[1]) || !is_continuation(p[2]) || !is_continuation(p[3])) return 0;
  if (lead == 0xf0 && p[1] < 0x90) return 0;
  if (lead == 0xf4 && p[1] >= 0x90) return 0;
  return 4;
}

// Where the first byte that is no ASCII lies, at `from` or behind it.
std::size_t ascii_end(const unsigned char* p, std::size_t from, std::size_t size) noexcept {
  const auto has_others = [p](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, p + at, sizeof word);
    return (word & 0x8080808080808080u) != 0;
  };
  while (size - from >= 16 && !has_others(from) && !has_others(from + 8)) from += 16;
  if (size - from >= 8 && !has_others(from)) from += 8;
  while (from < size && p[from] < 0x80) ++from;
  return from;
}

}  // namespace

void append_utf8(char32_t c, std::string& out) {
  const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  if (c < 0x80) {
    out += byte(c);
  } else if (c < 0x800) {
    const char bytes[] = {byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f))};
    out.append(bytes, sizeof bytes);
  } else if (c < 0x10000) {
    const char bytes[] = {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f))};
    out.append(bytes, sizeof bytes);
  } else {
    const char bytes[] = {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 0x3f)), byte(0x80 | (c >> 6 & 0x3f)),
                          byte(0x80 | (c & 0x3f))};
    out.append(bytes, sizeof bytes);
  }
}

std::size_t utf8_prefix(std::string_view bytes, bool half_surrogates) noexcept {
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t i = 0;
  while ((i = ascii_end(data, i, bytes.size())) < bytes.size()) {
    // Whoever writes one letter that is no ASCII often writes the next one, too.
    do {
      const std::size_t size = character_size(data + i, bytes.size() - i, half_surrogates);
      if (size == 0) return i;
      i += size;
    } while (i < bytes.size() && data[i] >= 0x80);
  }
  return i;
}

std::string to_valid_utf8(std::string_view bytes, bool half_surrogates) {
  std::string text;
  text.reserve(bytes.size());
  while (true) {
    const std::size_t good = utf8_prefix(bytes, half_surrogates);
    text += bytes.substr(0, good);
    if (good == bytes.size()) return text;
    append_utf8(replacement_character, text);
    bytes.remove_prefix(good + 1);
  }
}

}  // namespace smsbackup::model
