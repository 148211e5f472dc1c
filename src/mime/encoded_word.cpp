#include "mime/encoded_word.hpp"

#include <algorithm>
#include <optional>

#include "mime/ascii.hpp"
#include "model/base64.hpp"
#include "model/unicode.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::size_t word_limit = 75;  // RFC 2047 section 2
constexpr std::string_view word_start = "=?UTF-8?";
constexpr std::size_t word_text_limit = word_limit - word_start.size() - 4;  // less "Q?" and "?="

constexpr bool is_printable(char c) noexcept { return c >= 0x20 && c < 0x7f; }

// What may stand for itself in a "Q" word in any header, also in the phrase before an address (RFC 2047 section 5).
constexpr bool is_plain_in_q(char c) noexcept {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '!' || c == '*' || c == '+' || c == '-' ||
         c == '/';
}
constexpr std::size_t q_size(char c) noexcept { return is_plain_in_q(c) || c == ' ' ? 1 : 3; }

// The bytes of the character at the front of well-formed UTF-8.
std::size_t character_size(std::string_view text) noexcept {
  std::size_t size = 1;
  while (size < text.size() && (byte(text[size]) & 0xc0) == 0x80) ++size;
  return size;
}

void append_q(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == ' ') {
      out += '_';
    } else if (is_plain_in_q(c)) {
      out += c;
    } else {
      out += '=';
      out += upper_hex[byte(c) >> 4];
      out += upper_hex[byte(c) & 15];
    }
  }
}

std::string decode_q(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '=' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      bytes += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      bytes += text[i] == '_' ? ' ' : text[i];
    }
  }
  return bytes;
}

struct Word {
  std::string_view charset;
  std::string bytes;
  std::size_t size = 0;  // of the whole word in the text
};

// The encoded word at the front of the text, if there is one.
std::optional<Word> read_word(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() || text[charset_end + 2] != '?') {
    return std::nullopt;
  }
  const char encoding = to_lower(text[charset_end + 1]);
  if (encoding != 'q' && encoding != 'b') return std::nullopt;
  const std::size_t start = charset_end + 3;
  const std::size_t end = text.find("?=", start);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view content = text.substr(start, end - start);
  Word word;
  word.charset = text.substr(2, charset_end - 2);
  word.charset = word.charset.substr(0, word.charset.find('*'));  // RFC 2231 section 5: a language follows
  word.size = end + 2;
  word.bytes = encoding == 'q' ? decode_q(content) : *base64::decode(content, base64::Mode::lenient);
  return word;
}

}  // namespace

void append_sanitized(std::string_view text, std::string& out) {
  if (std::all_of(text.begin(), text.end(), is_printable)) {
    out += text;
    return;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = byte(text[i]);
    if (c < 0x20 || c == 0x7f) continue;
    const bool upper_control =
        c == 0xc2 && i + 1 < text.size() && byte(text[i + 1]) >= 0x80 && byte(text[i + 1]) < 0xa0;
    if (upper_control) {
      ++i;
    } else {
      out += text[i];
    }
  }
}

std::string sanitized(std::string_view text) {
  std::string out;
  append_sanitized(text, out);
  return out;
}

bool is_plain_header_text(std::string_view text) noexcept {
  constexpr std::size_t longest_word = 77;
  std::size_t run = 0;
  for (const char c : text) {
    if (is_blank(c)) {
      run = 0;
    } else if (++run > longest_word || !is_printable(c)) {
      return false;
    }
  }
  return true;
}

void append_encoded_words(std::string_view raw, std::string& out) {
  std::string valid;
  std::string_view text = raw;
  if (model::utf8_prefix(text, false) != text.size()) {
    valid = model::to_valid_utf8(text);
    text = valid;
  }
  std::size_t as_q = 0;
  for (const char c : text) as_q += q_size(c);
  const bool use_q = as_q <= base64::encoded_size(text.size());

  bool first = true;
  while (first || !text.empty()) {
    std::size_t taken = 0;
    std::size_t size = 0;
    while (taken < text.size()) {
      const std::string_view character = text.substr(taken, character_size(text.substr(taken)));
      std::size_t more = 0;
      for (const char c : character) more += q_size(c);
      const std::size_t grown = use_q ? size + more : base64::encoded_size(taken + character.size());
      if (grown > word_text_limit) break;
      size = grown;
      taken += character.size();
    }
    if (!first) out += ' ';
    first = false;
    out += word_start;
    out += use_q ? "Q?" : "B?";
    if (use_q) {
      append_q(text.substr(0, taken), out);
    } else {
      base64::encode(text.substr(0, taken), out);
    }
    out += "?=";
    text.remove_prefix(taken);
  }
}

void append_header_text(std::string_view text, std::string& out) {
  if (is_plain_header_text(text)) {
    out += text;
  } else {
    append_encoded_words(text, out);
  }
}

std::string_view prefix_of_characters(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end != 0 && bytes - end < 4 && (byte(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

void append_decoded_words(std::string_view text, CharsetConverter& charsets, std::string& out) {
  std::string pending;  // the bytes of neighbouring words in one charset: some writers split characters between them
  std::string pending_charset;
  std::string_view pending_raw;
  const auto flush = [&] {
    if (pending_raw.empty()) return;
    if (const std::optional<std::string> converted = charsets.to_utf8(pending, pending_charset)) {
      out += *converted;
    } else {
      out += pending_raw;
    }
    pending.clear();
    pending_raw = {};
  };
  // Without an end nothing is a word; looking for it again and again would take forever in a hostile header.
  const std::size_t last_end = text.rfind("?=");
  if (last_end == std::string_view::npos) {
    out += text;
    return;
  }
  const char* const no_word_after = text.data() + last_end;
  while (!text.empty()) {
    const std::size_t start = text.data() < no_word_after ? text.find("=?") : std::string_view::npos;
    const std::string_view between = text.substr(0, start);
    const bool only_blanks = std::all_of(between.begin(), between.end(), is_white_space);
    if (start == std::string_view::npos) {
      flush();
      out += text;
      return;
    }
    const std::optional<Word> word = read_word(text.substr(start));
    if (!word) {
      flush();
      out += text.substr(0, start + 2);
      text.remove_prefix(start + 2);
      continue;
    }
    // Blanks between two words belong to neither (RFC 2047 section 6.2).
    const std::string_view raw = text.substr(start, word->size);
    const bool joins = !pending_raw.empty() && only_blanks && word->charset == pending_charset;
    if (joins) {
      pending_raw = {pending_raw.data(), static_cast<std::size_t>(raw.data() + raw.size() - pending_raw.data())};
    } else {
      const bool follows_word = !pending_raw.empty();
      flush();
      const bool dropped = follows_word && only_blanks;
      if (!dropped) out += between;
      pending_charset = word->charset;
      pending_raw = raw;
    }
    pending += word->bytes;
    text.remove_prefix(start + word->size);
  }
  flush();
}

}  // namespace smsbackup::mime
