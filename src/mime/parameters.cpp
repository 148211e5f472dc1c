#include "mime/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "mime/ascii.hpp"
#include "mime/encoded_word.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::size_t most_parameters = 64;
constexpr std::size_t piece_limit = 56;  // characters of one piece of a split value

constexpr bool is_token_char(char c) noexcept {
  return c > 0x20 && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}
// RFC 2231's attribute-char: no '%', '*' and '\'' either.
constexpr bool is_attribute_char(char c) noexcept { return is_token_char(c) && c != '%' && c != '*' && c != '\''; }

class FieldScanner {
 public:
  explicit FieldScanner(std::string_view text) : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }
  void skip_blanks_and_comments() {
    int depth = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '(') {
        ++depth;
      } else if (c == ')' && depth > 0) {
        --depth;
      } else if (c == '\\' && depth > 0 && rest_.size() > 1) {
        rest_.remove_prefix(1);
      } else if (depth == 0 && !is_white_space(c)) {
        return;
      }
      rest_.remove_prefix(1);
    }
  }
  bool skip(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view until(std::string_view ends) noexcept {
    const std::size_t size = std::min(rest_.find_first_of(ends), rest_.size());
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  std::string quoted() {
    std::string text;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') break;
      if (c == '\\' && !rest_.empty()) {
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      if (c != '\r' && c != '\n') text += c;
    }
    return text;
  }

 private:
  std::string_view rest_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

// One parameter as it stands in the header.
struct Piece {
  std::string name;       // without RFC 2231's marks
  unsigned number = 0;    // of its piece
  bool extended = false;  // percent-encoded
  bool split = false;     // one of several pieces
  std::string value;
};

Piece read_name(std::string_view raw) {
  Piece piece;
  piece.name = lower(trim(raw));
  if (piece.name.ends_with('*')) {
    piece.extended = true;
    piece.name.pop_back();
  }
  const std::size_t star = piece.name.rfind('*');
  if (star == std::string::npos) return piece;
  unsigned number = 0;
  const char* const end = piece.name.data() + piece.name.size();
  const auto [stop, error] = std::from_chars(piece.name.data() + star + 1, end, number);
  if (error == std::errc() && stop == end) {
    piece.number = number;
    piece.split = true;
    piece.name.resize(star);
  }
  return piece;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Puts the pieces of one parameter together. Only the first extended piece says the charset.
std::string join(std::vector<Piece>& pieces, CharsetConverter& charsets) {
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.number < b.number; });
  std::string bytes;
  std::string charset;
  bool any_extended = false;
  for (const Piece& piece : pieces) {
    std::string_view value = piece.value;
    if (!piece.extended) {
      bytes += value;
      continue;
    }
    if (!any_extended) {
      const std::size_t charset_end = value.find('\'');
      const std::size_t language_end = charset_end == value.npos ? value.npos : value.find('\'', charset_end + 1);
      if (language_end != value.npos) {
        charset = value.substr(0, charset_end);
        value.remove_prefix(language_end + 1);
      }
      any_extended = true;
    }
    bytes += percent_decoded(value);
  }
  if (any_extended) {
    if (charset.empty()) return bytes;
    return charsets.to_utf8(bytes, charset).value_or(bytes);
  }
  // Not allowed, and widespread: encoded words as parameter values.
  if (bytes.find("=?") == std::string::npos) return bytes;
  std::string decoded;
  append_decoded_words(bytes, charsets, decoded);
  return decoded;
}

void append_percent_encoded(std::string_view value, std::string& out) {
  for (const char c : value) {
    if (is_attribute_char(c)) {
      out += c;
    } else {
      out += '%';
      out += upper_hex[byte(c) >> 4];
      out += upper_hex[byte(c) & 15];
    }
  }
}

}  // namespace

const std::string* StructuredField::find(std::string_view name) const noexcept {
  for (const auto& [key, value_of_key] : parameters) {
    if (key == name) return &value_of_key;
  }
  return nullptr;
}

StructuredField parse_structured_field(std::string_view text, CharsetConverter& charsets) {
  StructuredField field;
  FieldScanner scanner(text);
  scanner.skip_blanks_and_comments();
  for (const char c : scanner.until(";(")) {
    if (!is_white_space(c)) field.value += to_lower(c);
  }
  std::vector<std::vector<Piece>> parameters;
  std::size_t count = 0;
  while (true) {
    scanner.skip_blanks_and_comments();
    if (scanner.at_end()) break;
    if (!scanner.skip(';')) {
      scanner.until(";");
      continue;
    }
    scanner.skip_blanks_and_comments();
    const std::string_view name = scanner.until("=;");
    if (!scanner.skip('=')) continue;
    scanner.skip_blanks_and_comments();
    if (++count > most_parameters) break;
    Piece piece = read_name(name);
    piece.value = scanner.skip('"') ? scanner.quoted() : std::string(trim(scanner.until(";(")));
    if (piece.name.empty()) continue;
    const auto same = std::find_if(parameters.begin(), parameters.end(),
                                   [&](const std::vector<Piece>& pieces) { return pieces.front().name == piece.name; });
    if (same == parameters.end()) {
      parameters.push_back({std::move(piece)});
    } else if (piece.split && same->front().split) {
      same->push_back(std::move(piece));
    } else if (piece.extended && !same->front().extended) {
      *same = {std::move(piece)};  // both forms: the extended one is for those who know it (RFC 2231 section 4)
    }
  }
  for (std::vector<Piece>& pieces : parameters) {
    std::string name = pieces.front().name;
    field.parameters.emplace_back(std::move(name), join(pieces, charsets));
  }
  return field;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string encode_parameter(std::string_view name, std::string_view value) {
  std::string out = "; ";
  out += name;
  if (std::all_of(value.begin(), value.end(), is_attribute_char)) {
    out += '=';
    out += value;
    return out;
  }
  out += "*=UTF-8''";
  append_percent_encoded(value, out);
  return out;
}

void append_parameter(std::string_view name, std::string_view value, std::string& out) {
  const std::string whole = encode_parameter(name, value);
  if (whole.size() <= 74) {
    out += ";\r\n";
    out.append(whole, 1);
    return;
  }
  for (unsigned number = 0; !value.empty(); ++number) {
    std::string encoded;
    std::size_t taken = 0;
    while (taken < value.size() && encoded.size() + 3 <= piece_limit) {
      append_percent_encoded(value.substr(taken, 1), encoded);
      ++taken;
    }
    out += ";\r\n ";
    out += name;
    out += '*';
    out += std::to_string(number);
    out += number == 0 ? "*=UTF-8''" : "*=";
    out += encoded;
    value.remove_prefix(taken);
  }
}

}  // namespace smsbackup::mime
