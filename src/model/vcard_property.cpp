#include "model/vcard_property.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "model/base64.hpp"
#include "model/unicode.hpp"

namespace smsbackup::model {
namespace {

constexpr int least_preference = 101;

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

// The colon that ends the parameters: the first one outside quotes, or just the first one when a quote is never closed.
std::size_t find_colon(std::string_view line) noexcept {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == ':' && !quoted) return i;
  }
  return line.find(':');
}

// What stands before the next of the separators outside quotes; it and the separator are taken off.
std::string_view next_piece(std::string_view& rest, std::string_view separators) noexcept {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (rest[end] == '"') quoted = !quoted;
    if (!quoted && separators.find(rest[end]) != std::string_view::npos) break;
  }
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 1));
  return piece;
}

std::string_view without_quotes(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

struct Parameters {
  std::string encoding;
  std::string charset;
  int preference = least_preference;

  void add(std::string_view text) {
    const std::size_t equals = text.find('=');
    // Version 2.1 leaves TYPE= and ENCODING= out.
    const std::string name = equals == std::string_view::npos ? "" : upper_case(text.substr(0, equals));
    std::string_view values = equals == std::string_view::npos ? text : text.substr(equals + 1);
    if (name == "CHARSET") {
      charset = without_quotes(values);
    } else if (name == "ENCODING") {
      encoding = upper_case(without_quotes(values));
    } else if (name == "PREF") {
      int number = 0;
      values = without_quotes(values);
      const auto [end, error] = std::from_chars(values.data(), values.data() + values.size(), number);
      if (error == std::errc() && end == values.data() + values.size() && number >= 1 && number <= 100) {
        preference = std::min(preference, number);
      }
    } else if (name.empty() || name == "TYPE") {
      values = without_quotes(values);
      while (!values.empty()) {
        const std::string value = upper_case(next_piece(values, ","));
        if (value == "PREF") preference = 1;
        if (name.empty() && (value == "QUOTED-PRINTABLE" || value == "BASE64")) encoding = value;
      }
    }
  }
};

std::optional<unsigned> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

// The soft line breaks are gone already; an '=' before anything else stays as it is.
std::string from_quoted_printable(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (high && low) {
        bytes += static_cast<char>(*high << 4 | *low);
        i += 2;
        continue;
      }
    }
    bytes += text[i];
  }
  return bytes;
}

std::string decoded(std::string_view value, const Parameters& parameters, CharsetConverter& charsets) {
  std::string bytes;
  if (parameters.encoding == "QUOTED-PRINTABLE") {
    bytes = from_quoted_printable(value);
  } else if (parameters.encoding == "BASE64" || parameters.encoding == "B") {
    bytes = base64::decode(value, base64::Mode::lenient).value_or("");
  } else {
    bytes = value;
  }
  if (!parameters.charset.empty()) {
    if (auto text = charsets.to_utf8(bytes, parameters.charset)) return to_valid_utf8(*text);
  }
  if (is_utf8(bytes)) return bytes;
  return charsets.to_utf8(bytes, "windows-1252").value_or(to_valid_utf8(bytes));
}

}  // namespace

std::string vcard_property_name(std::string_view line) {
  const std::size_t end = line.find_first_of(";:");
  if (end == std::string_view::npos) return {};
  line = line.substr(0, end);
  if (const std::size_t dot = line.rfind('.'); dot != std::string_view::npos) line.remove_prefix(dot + 1);
  while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
  return upper_case(line);
}

bool asks_for_quoted_printable(std::string_view parameters) {
  const std::string upper = upper_case(parameters);
  return upper.find("QUOTED-PRINTABLE") != std::string::npos;
}

VcardProperty VcardProperty::parse(std::string_view line, CharsetConverter& charsets) {
  const std::size_t colon = find_colon(line);
  if (colon == std::string_view::npos) return {{}, {}, least_preference};
  std::string_view head = line.substr(0, colon);
  next_piece(head, ";");
  Parameters parameters;
  while (!head.empty()) parameters.add(next_piece(head, ";"));
  return {vcard_property_name(line), decoded(line.substr(colon + 1), parameters, charsets), parameters.preference};
}

namespace {

// Takes one character of a value, or what a backslash makes of two.
char next_of_value(std::string_view& rest, bool version_2, bool& escaped) noexcept {
  char c = rest.front();
  escaped = false;
  if (c == '\\' && rest.size() > 1) {
    const char next = rest[1];
    const bool is_line_break = next == 'n' || next == 'N';
    if (next == ';' || next == ',' || next == ':' || (!version_2 && (next == '\\' || is_line_break))) {
      c = is_line_break ? '\n' : next;
      escaped = true;
      rest.remove_prefix(1);
    }
  }
  rest.remove_prefix(1);
  return c;
}

}  // namespace

std::vector<std::string> split_vcard_value(std::string_view value, char separator, std::size_t max_pieces,
                                           bool version_2) {
  std::vector<std::string> pieces(1);
  while (!value.empty()) {
    bool escaped = false;
    const char c = next_of_value(value, version_2, escaped);
    if (c != separator || escaped) {
      pieces.back() += c;
    } else if (pieces.size() == max_pieces) {
      break;
    } else {
      pieces.emplace_back();
    }
  }
  return pieces;
}

std::string vcard_text(std::string_view value, bool version_2) {
  std::string text;
  bool escaped = false;
  while (!value.empty()) text += next_of_value(value, version_2, escaped);
  return text;
}

}  // namespace smsbackup::model
