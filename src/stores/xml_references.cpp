#include "stores/xml_references.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "model/unicode.hpp"

namespace smsbackup::stores {
namespace {

// With leading zeros; longer ones are no references that anything writes.
constexpr std::size_t longest_reference = 16;

struct Reference {
  char32_t character = 0;
  std::size_t size = 0;
};

std::optional<char32_t> number(std::string_view digits) {
  const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
  if (hexadecimal) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (hexadecimal && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
      digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
    } else {
      return std::nullopt;
    }
    value = value * (hexadecimal ? 16 : 10) + digit;
    if (value > 0x10ffff) return std::nullopt;
  }
  return static_cast<char32_t>(value);
}

// The reference that `text`, which begins with '&', begins with.
std::optional<Reference> reference_at(std::string_view text) {
  const std::size_t end = text.substr(0, longest_reference).find(';');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  if (name.starts_with('#')) {
    const std::optional<char32_t> character = number(name.substr(1));
    if (!character) return std::nullopt;
    return Reference{*character, end + 1};
  }
  if (name == "amp") return Reference{U'&', end + 1};
  if (name == "lt") return Reference{U'<', end + 1};
  if (name == "gt") return Reference{U'>', end + 1};
  if (name == "quot") return Reference{U'"', end + 1};
  if (name == "apos") return Reference{U'\'', end + 1};
  return std::nullopt;
}

// Whether the text ends with the reference to a high half, as append_reference() writes it.
bool ends_with_high_half(std::string_view text) {
  constexpr std::size_t size = std::string_view("&#55357;").size();
  if (text.size() < size || text[text.size() - size] != '&') return false;
  const std::optional<Reference> last = reference_at(text.substr(text.size() - size));
  return last && last->size == size && model::is_high_surrogate(last->character);
}

constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '&' && c != '<' && c != '>' && c != 0x7f;
  return plain;
}
constexpr std::array<bool, 256> plain = make_plain();

void append_reference(char32_t c, std::string& out) {
  out += "&#";
  out += std::to_string(static_cast<std::uint32_t>(c));
  out += ';';
}

}  // namespace

void ReferenceDecoder::decode(std::string_view raw, std::string& out) {
  while (!raw.empty()) {
    if (raw.front() != '&') {
      finish(out);
      const void* const next = std::memchr(raw.data(), '&', raw.size());
      const std::size_t size =
          next == nullptr ? raw.size() : static_cast<std::size_t>(static_cast<const char*>(next) - raw.data());
      out.append(raw.substr(0, size));
      raw.remove_prefix(size);
      continue;
    }
    const std::optional<Reference> reference = reference_at(raw);
    if (!reference) {
      finish(out);
      out += '&';
      raw.remove_prefix(1);
      continue;
    }
    raw.remove_prefix(reference->size);
    const char32_t c = reference->character;
    if (high_half_ != 0 && model::is_low_surrogate(c)) {
      model::append_utf8(model::join_surrogates(high_half_, c), out);
      high_half_ = 0;
      continue;
    }
    finish(out);
    if (model::is_high_surrogate(c)) {
      high_half_ = c;
    } else {
      model::append_utf8(c, out);
    }
  }
}

void ReferenceDecoder::finish(std::string& out) {
  if (high_half_ == 0) return;
  model::append_utf8(high_half_, out);
  high_half_ = 0;
}

void decode_references(std::string_view raw, std::string& out) {
  ReferenceDecoder decoder;
  decoder.decode(raw, out);
  decoder.finish(out);
}

bool append_escaped(std::string_view text, std::string& out) {
  bool valid = true;
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t run = i;
    while (run < text.size() && plain[static_cast<unsigned char>(text[run])]) ++run;
    out.append(text, i, run - i);
    i = run;
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      switch (c) {
        case '"':
          out += "&quot;";
          break;
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '>':
          out += "&gt;";
          break;
        default:
          append_reference(c, out);
      }
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && static_cast<unsigned char>(text[end]) >= 0x80) ++end;
    std::string_view high = text.substr(i, end - i);
    i = end;
    while (!high.empty()) {
      const std::size_t good = model::utf8_prefix(high, false);
      out.append(high.substr(0, good));
      high.remove_prefix(good);
      if (high.empty()) break;
      if (high.size() >= 3 && model::utf8_prefix(high.substr(0, 3), true) == 3) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(high[at]); };
        const auto half = static_cast<char32_t>((byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu));
        // Two adjacent halves would be read back as one character, which these bytes are not.
        if (model::is_low_surrogate(half) && ends_with_high_half(out)) valid = false;
        append_reference(half, out);
        high.remove_prefix(3);
        continue;
      }
      // One replacement for a run of damage would do; one for each byte keeps the length visible.
      model::append_utf8(model::replacement_character, out);
      high.remove_prefix(1);
      valid = false;
    }
  }
  return valid;
}

}  // namespace smsbackup::stores
