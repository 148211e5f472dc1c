#include "imap/folder_names.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "imap/answer.hpp"
#include "imap/ascii.hpp"
#include "model/unicode.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

// One well-formed character from the front of `text`.
char32_t take(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t c = size == 1 ? first : first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
  text.remove_prefix(size);
  return c;
}

bool is_direct(char32_t c) noexcept { return c >= 0x20 && c <= 0x7e; }

// UTF-16 units, base64 of their bits without padding.
class Shifted {
 public:
  explicit Shifted(std::string& out) : out_(out) { out_ += '&'; }
  void unit(char32_t u) {
    bits_ = (bits_ << 16) | u;
    count_ += 16;
    while (count_ >= 6) {
      count_ -= 6;
      out_ += alphabet[(bits_ >> count_) & 63];
    }
    bits_ &= (1ULL << count_) - 1;
  }
  void end() {
    if (count_ != 0) out_ += alphabet[(bits_ << (6 - count_)) & 63];
    out_ += '-';
  }

 private:
  std::string& out_;
  std::uint64_t bits_ = 0;
  unsigned count_ = 0;
};

// Appends what stands between "&" and "-". False if that is no modified base64 of UTF-16.
bool append_shifted(std::string_view chars, std::string& out) {
  std::uint64_t bits = 0;
  unsigned count = 0;
  char32_t high = 0;
  for (const char c : chars) {
    const auto value = alphabet.find(c);
    if (value == alphabet.npos) return false;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    const auto unit = static_cast<char32_t>((bits >> count) & 0xffff);
    bits &= (1ULL << count) - 1;
    if (high != 0) {
      if (!model::is_low_surrogate(unit)) return false;
      model::append_utf8(model::join_surrogates(high, unit), out);
      high = 0;
    } else if (model::is_high_surrogate(unit)) {
      high = unit;
    } else if (model::is_low_surrogate(unit)) {
      return false;
    } else {
      model::append_utf8(unit, out);
    }
  }
  return high == 0 && count < 6 && bits == 0;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string to_modified_utf7(std::string_view utf8) {
  if (model::utf8_prefix(utf8, false) != utf8.size())
    throw Error(ErrorCode::invalid_argument, "naming a folder: the name is not UTF-8");
  std::string out;
  while (!utf8.empty()) {
    if (is_direct(static_cast<unsigned char>(utf8.front()))) {
      out += utf8.front();
      if (utf8.front() == '&') out += '-';
      utf8.remove_prefix(1);
      continue;
    }
    Shifted shifted(out);
    while (!utf8.empty() && !is_direct(static_cast<unsigned char>(utf8.front()))) {
      const char32_t c = take(utf8);
      if (c >= 0x10000) {
        shifted.unit(0xd800 + ((c - 0x10000) >> 10));
        shifted.unit(0xdc00 + ((c - 0x10000) & 0x3ff));
      } else {
        shifted.unit(c);
      }
    }
    shifted.end();
  }
  return out;
}

std::string from_modified_utf7(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '&') {
      out += name[i];
      continue;
    }
    const auto end = name.find('-', i);
    if (end == name.npos) return std::string(name);
    if (end == i + 1) {
      out += '&';
    } else if (!append_shifted(name.substr(i + 1, end - i - 1), out)) {
      return std::string(name);
    }
    i = end;
  }
  return out;
}

bool is_quotable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c != 0 && c != '\r' && c != '\n' && c < 0x80; });
}

std::string quote(std::string_view text) {
  if (!is_quotable(text))
    throw Error(ErrorCode::invalid_argument, "quoting a text for IMAP: it has a character that can't be quoted");
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

std::string NameSpace::wire_name(std::string_view path) const {
  if (same_ignoring_case(path, "INBOX")) return "INBOX";
  std::string name = to_modified_utf7(path);
  // "/" stays where it can't be part of modified base64, whose own characters are not among a server's delimiters.
  if (delimiter != '\0' && delimiter != '/') std::replace(name.begin(), name.end(), '/', delimiter);
  if (prefix.empty() || name.starts_with(prefix)) return name;
  return prefix + name;
}

std::string NameSpace::path(std::string_view wire_name) const {
  if (!prefix.empty() && wire_name.starts_with(prefix)) wire_name.remove_prefix(prefix.size());
  std::string name(wire_name);
  if (delimiter != '\0' && delimiter != '/') std::replace(name.begin(), name.end(), delimiter, '/');
  return from_modified_utf7(name);
}

std::optional<NameSpace> read_name_space_line(std::string_view line) {
  Tokens tokens(line);
  const auto word = upper(tokens.next().text);
  NameSpace found;
  if (word == "NAMESPACE") {
    // ((prefix delimiter …)…) other shared: the first of the personal ones.
    if (tokens.next().kind != Tokens::Kind::open || tokens.next().kind != Tokens::Kind::open) return std::nullopt;
    found.prefix = tokens.next().text;
  } else if (word == "LIST") {
    if (tokens.next().kind != Tokens::Kind::open) return std::nullopt;
    tokens.skip_list();
  } else {
    return std::nullopt;
  }
  const auto delimiter = tokens.next();
  if (delimiter.kind == Tokens::Kind::string && delimiter.text.size() == 1) found.delimiter = delimiter.text.front();
  return found;
}

}  // namespace smsbackup::imap
