#include "model/json_reader.hpp"

#include <algorithm>
#include <cstring>

#include "model/byte_scan.hpp"
#include "model/unicode.hpp"

namespace smsbackup::model {
namespace {

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_literal(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

// -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool is_number(std::string_view text) noexcept {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const bool zero = i < text.size() && text[i] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

constexpr std::size_t longest_literal = 1024;
// What a key may be longer than the column's name in it.
constexpr std::size_t name_slack = 32;

}  // namespace

JsonReader::JsonReader(std::string_view text, const Limits& limits)
    : limits_(limits), begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {
  if (text.starts_with("\xef\xbb\xbf")) at_ += 3;
}

JsonReader::JsonReader(JsonInput& input, const Limits& limits) : input_(&input), limits_(limits) {
  if (refill() && std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with("\xef\xbb\xbf")) at_ += 3;
}

void JsonReader::fail(ErrorCode code, std::string_view why) const {
  throw Error(code, "reading JSON failed: " + std::string(why)).at(offset());
}

bool JsonReader::refill() {
  if (input_ == nullptr) return false;
  before_ = offset();
  const std::string_view piece = input_->next();
  begin_ = at_ = piece.data();
  end_ = begin_ + piece.size();
  return !piece.empty();
}

char JsonReader::peek(std::string_view missing) {
  if (at_end()) fail(ErrorCode::truncated_input, missing);
  return *at_;
}

void JsonReader::expect(char wanted, std::string_view missing) {
  skip_space();
  if (peek(missing) != wanted) fail(ErrorCode::corrupt_input, missing);
  ++at_;
}

void JsonReader::skip_space() {
  do {
    while (at_ != end_ && is_space(*at_)) ++at_;
  } while (at_ == end_ && refill());
}

JsonKind JsonReader::kind() {
  skip_space();
  if (at_ == end_) return JsonKind::end;
  switch (*at_) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case 'n':
      return JsonKind::null;
    default:
      if (*at_ == '-' || is_digit(*at_)) return JsonKind::number;
      fail(ErrorCode::corrupt_input, "there should be a value");
  }
}

void JsonReader::enter() {
  if (++depth_ > limits_.nesting) fail(ErrorCode::limit_exceeded, "nested too deeply");
  first_ = true;
}

void JsonReader::leave() {
  ++at_;
  --depth_;
  first_ = false;
}

void JsonReader::enter_object() {
  expect('{', "there should be an object");
  enter();
}

void JsonReader::enter_array() {
  expect('[', "there should be an array");
  enter();
}

bool JsonReader::next_key(std::string& key) {
  skip_space();
  if (at_ == end_) fail(ErrorCode::truncated_input, "an object has no end");
  if (*at_ == '}') {
    leave();
    return false;
  }
  if (!first_) {
    if (*at_ != ',') fail(ErrorCode::corrupt_input, "there should be a comma or the end of the object");
    ++at_;
    skip_space();
  }
  first_ = false;
  key.assign(string(piece_, limits_.name_size + name_slack));
  expect(':', "there should be a colon");
  return true;
}

bool JsonReader::next_element() {
  skip_space();
  if (at_ == end_) fail(ErrorCode::truncated_input, "an array has no end");
  if (*at_ == ']') {
    leave();
    return false;
  }
  if (!first_) {
    if (*at_ != ',') fail(ErrorCode::corrupt_input, "there should be a comma or the end of the array");
    ++at_;
  }
  first_ = false;
  return true;
}

std::string_view JsonReader::string(std::string& scratch, std::uint64_t max_size) {
  expect('"', "there should be a string");
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (const void* const quote = left == 0 ? nullptr : std::memchr(at_, '"', left)) {
    const std::string_view text(at_, static_cast<std::size_t>(static_cast<const char*>(quote) - at_));
    if (text.empty() || std::memchr(text.data(), '\\', text.size()) == nullptr) {
      if (text.size() > max_size) fail(ErrorCode::limit_exceeded, "a string is too long");
      at_ = static_cast<const char*>(quote) + 1;
      return text;
    }
  }
  scratch.clear();
  while (!string_some(scratch, piece_size)) {
    if (scratch.size() > max_size) fail(ErrorCode::limit_exceeded, "a string is too long");
  }
  if (scratch.size() > max_size) fail(ErrorCode::limit_exceeded, "a string is too long");
  return scratch;
}

std::string_view JsonReader::plain_run() {
  if (half_ != 0 || at_end()) return {};
  const char* const run = at_;
  at_ = find_either(at_, end_, '"', '\\');
  return {run, static_cast<std::size_t>(at_ - run)};
}

bool JsonReader::string_some(std::string& out, std::size_t want) {
  const std::size_t enough = out.size() + want;
  while (out.size() < enough) {
    if (at_end()) fail(ErrorCode::truncated_input, "a string has no end");
    const char* const stop = at_ + std::min(static_cast<std::size_t>(end_ - at_), enough - out.size());
    const char* const run = at_;
    at_ = find_either(at_, stop, '"', '\\');
    if (at_ != run) {
      flush_half(out);
      out.append(run, at_);
    }
    if (at_ == stop) continue;
    if (*at_++ == '"') {
      flush_half(out);
      return true;
    }
    escape(out);
  }
  return false;
}

void JsonReader::flush_half(std::string& out) {
  if (half_ != 0) append_utf8(half_, out);
  half_ = 0;
}

void JsonReader::escape(std::string& out) {
  const char kind = peek("a string has no end");
  if (kind == 'u') {
    ++at_;
    const char32_t unit = four_hex_digits();
    if (half_ != 0 && is_low_surrogate(unit)) {
      append_utf8(join_surrogates(half_, unit), out);
      half_ = 0;
      return;
    }
    flush_half(out);
    if (is_high_surrogate(unit)) {
      half_ = unit;
    } else {
      append_utf8(unit, out);
    }
    return;
  }
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const std::size_t which = names.find(kind);
  if (which == std::string_view::npos) fail(ErrorCode::corrupt_input, "no such escape");
  ++at_;
  flush_half(out);
  out += meanings[which];
}

char32_t JsonReader::four_hex_digits() {
  char32_t value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = peek("a string has no end");
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c)) {
      value = value << 4 | static_cast<char32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value << 4 | static_cast<char32_t>(lower - 'a' + 10);
    } else {
      fail(ErrorCode::corrupt_input, "an escape needs four hexadecimal digits");
    }
  }
  return value;
}

std::string_view JsonReader::literal(std::string& scratch) {
  skip_space();
  const std::uint64_t offset_of_value = offset();
  const char* const start = at_;
  while (at_ != end_ && is_literal(*at_)) ++at_;
  std::string_view text(start, static_cast<std::size_t>(at_ - start));
  if (at_ == end_ && input_ != nullptr) {
    scratch.assign(text);
    while (!at_end() && is_literal(*at_) && scratch.size() <= longest_literal) scratch += *at_++;
    text = scratch;
  }
  if (text == "null" || text == "true" || text == "false") return text;
  if (text.size() > longest_literal) fail(ErrorCode::limit_exceeded, "a number is too long");
  if (!is_number(text)) {
    if (at_end()) fail(ErrorCode::truncated_input, "a value is cut off");
    throw Error(ErrorCode::corrupt_input, "reading JSON failed: there should be a value").at(offset_of_value);
  }
  return text;
}

void JsonReader::append_raw_string(std::string& out, std::uint64_t max_size) {
  expect('"', "there should be a string");
  out += '"';
  for (bool escaped = false;;) {
    const char c = peek("a string has no end");
    if (out.size() >= max_size) fail(ErrorCode::limit_exceeded, "a value is too long");
    ++at_;
    out += c;
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '"') {
      return;
    }
  }
}

void JsonReader::raw(std::string& out, std::uint64_t max_size) {
  std::string open;  // the closing brackets still to come, innermost last
  std::string scratch;
  do {
    switch (kind()) {
      case JsonKind::end:
        fail(ErrorCode::truncated_input, "a value is missing");
      case JsonKind::string:
        append_raw_string(out, max_size);
        break;
      case JsonKind::object:
        enter_object();
        out += '{';
        open += '}';
        break;
      case JsonKind::array:
        enter_array();
        out += '[';
        open += ']';
        break;
      default:
        out += literal(scratch);
    }
    if (out.size() > max_size) fail(ErrorCode::limit_exceeded, "a value is too long");
    // On to where the next value begins.
    while (!open.empty()) {
      skip_space();
      if (at_ == end_) fail(ErrorCode::truncated_input, "a value has no end");
      if (*at_ == open.back()) {
        leave();
        out += open.back();
        open.pop_back();
        continue;
      }
      if (!first_) {
        if (*at_ != ',') fail(ErrorCode::corrupt_input, "there should be a comma or an end");
        ++at_;
        out += ',';
      }
      first_ = false;
      if (open.back() == '}') {
        append_raw_string(out, max_size);
        expect(':', "there should be a colon");
        out += ':';
      }
      break;
    }
  } while (!open.empty());
}

void JsonReader::skip() {
  std::string open;  // as in raw()
  std::string key;
  std::string scratch;
  do {
    switch (kind()) {
      case JsonKind::end:
        fail(ErrorCode::truncated_input, "a value is missing");
      case JsonKind::string:
        string_pieces([](std::string_view) {});
        break;
      case JsonKind::object:
        enter_object();
        open += '}';
        break;
      case JsonKind::array:
        enter_array();
        open += ']';
        break;
      default:
        literal(scratch);
    }
    while (!open.empty() && !(open.back() == '}' ? next_key(key) : next_element())) open.pop_back();
  } while (!open.empty());
}

void JsonReader::expect_end() {
  skip_space();
  if (at_ != end_) fail(ErrorCode::corrupt_input, "there is more after the value");
}

}  // namespace smsbackup::model
