#include "mime/wire_columns.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace smsbackup::mime {
namespace {

constexpr std::size_t line_limit = 76;

// What stands for itself: nothing that separates tokens, starts a comment, a quoted string or an encoded word.
constexpr auto make_safe() {
  std::array<bool, 256> safe{};
  for (std::size_t c = '0'; c <= '9'; ++c) safe[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) safe[c] = safe[c - 'a' + 'A'] = true;
  for (const char c : std::string_view("-._:/@#$&'^`{|}~[]<>")) safe[byte(c)] = true;
  return safe;
}
constexpr std::array<bool, 256> safe = make_safe();

enum Class : std::uint8_t { plain, sign, escape, white, end_of_token };
constexpr auto make_classes() {
  std::array<Class, 256> classes{};
  classes['='] = sign;
  classes['%'] = escape;
  classes[' '] = classes['\t'] = classes['\r'] = classes['\n'] = white;
  classes[';'] = classes[','] = end_of_token;
  return classes;
}
constexpr std::array<Class, 256> classes = make_classes();

}  // namespace

void ColumnListWriter::put(std::string_view text) {
  while (column_ + text.size() > line_limit) {
    const std::size_t space = line_limit > column_ ? line_limit - column_ : 0;
    out_ += text.substr(0, space);
    out_ += "\r\n ";
    text.remove_prefix(space);
    column_ = 1;
  }
  out_ += text;
  column_ += text.size();
}

void ColumnListWriter::put_escaped(std::string_view text) {
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && safe[byte(text[run])]) ++run;
    put(text.substr(0, run));
    if (run == text.size()) return;
    const unsigned char c = byte(text[run]);
    const std::array<char, 3> escaped = {'%', upper_hex[c >> 4], upper_hex[c & 15]};
    put({escaped.data(), escaped.size()});
    text.remove_prefix(run + 1);
  }
}

// Most tokens are short and fit: one look at the line, one append.
void ColumnListWriter::plain_token(std::string_view name, char sign, std::string_view text) {
  const std::size_t size = name.size() + 1 + text.size();
  if (size + 4 > line_limit) {
    token({}, name, sign, text);
    return;
  }
  std::array<char, line_limit + 4> space;
  char* to = space.data();
  if (!first_) {
    *to++ = ';';
    ++column_;
  }
  if (column_ + 1 + size >= line_limit && column_ > 1) {
    to = std::copy_n("\r\n ", 3, to);
    column_ = 1;
  } else if (!first_) {
    *to++ = ' ';
    ++column_;
  }
  first_ = false;
  to = std::copy(name.begin(), name.end(), to);
  if (sign != '\0') *to++ = sign;
  to = std::copy(text.begin(), text.end(), to);
  column_ += name.size() + (sign != '\0' ? 1 : 0) + text.size();
  out_.append(space.data(), to);
}

void ColumnListWriter::token(std::string_view prefix, std::string_view name, char sign, std::string_view text) {
  if (!first_) {
    out_ += ';';
    ++column_;
  }
  // A token that wouldn't fit begins the next line.
  const bool fits = column_ + 1 + prefix.size() + name.size() + 1 + text.size() < line_limit;
  if (!fits && column_ > 1) {
    out_ += "\r\n ";
    column_ = 1;
  } else if (!first_) {
    out_ += ' ';
    ++column_;
  }
  first_ = false;
  put(prefix);
  put_escaped(name);
  if (sign != '\0') put({&sign, 1});
  put_escaped(text);
}

void ColumnListWriter::number(std::uint64_t value) {
  put(Decimal(static_cast<std::int64_t>(value)).view());
  first_ = false;
}

void ColumnListWriter::next_row() {
  out_ += ",\r\n ";
  column_ = 1;
  first_ = true;
}

std::string_view ColumnListReader::decoded(std::string_view raw, std::string& scratch) {
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (is_white_space(c)) continue;
    if (c != '%') {
      scratch += c;
      continue;
    }
    // White space may stand within the escape, too.
    std::array<int, 2> digits = {-1, -1};
    std::size_t at = i + 1;
    for (int& digit : digits) {
      while (at < raw.size() && is_white_space(raw[at])) ++at;
      if (at < raw.size()) digit = hex_value(raw[at]);
      if (digit < 0) break;
      ++at;
    }
    if (digits[1] < 0) {
      scratch += c;
      continue;
    }
    scratch += static_cast<char>(digits[0] << 4 | digits[1]);
    i = at - 1;
  }
  return scratch;
}

bool ColumnListReader::next(ColumnToken& token) {
  token = {};
  if (row_ended_) {
    row_ended_ = false;
    token.kind = ColumnToken::Kind::row_end;
    return true;
  }
  while (true) {
    while (!rest_.empty() && is_white_space(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    std::size_t size = 0;
    std::size_t sign_at = std::string_view::npos;
    bool is_plain = true;
    for (; size < rest_.size(); ++size) {
      const Class c = classes[byte(rest_[size])];
      if (c == plain) continue;
      if (c == end_of_token) break;
      if (c == sign) {
        if (sign_at == std::string_view::npos) sign_at = size;
      } else {
        is_plain = false;
      }
    }
    std::string_view raw = rest_.substr(0, size);
    const bool row_ends = size < rest_.size() && rest_[size] == ',';
    rest_.remove_prefix(std::min(size + 1, rest_.size()));
    if (raw.empty()) {
      if (!row_ends) continue;
      token.kind = ColumnToken::Kind::row_end;
      return true;
    }
    row_ended_ = row_ends;
    if (raw.front() == '+' || raw.front() == '*') {
      token.prefix = raw.front();
      raw.remove_prefix(1);
      if (sign_at != std::string_view::npos) --sign_at;
    }
    std::string_view name = raw.substr(0, sign_at);
    if (sign_at != std::string_view::npos) {
      token.value = raw.substr(sign_at + 1);
      if (!is_plain) token.value = decoded(token.value, value_);
    } else {
      while (!name.empty() && is_white_space(name.back())) name.remove_suffix(1);
      token.kind = ColumnToken::Kind::null;
      if (name.ends_with('!')) {
        token.kind = ColumnToken::Kind::absent;
        name.remove_suffix(1);
      }
    }
    token.name = is_plain ? name : decoded(name, name_);
    return true;
  }
}

SecondsText::SecondsText(std::int64_t milliseconds) noexcept {
  // In the size of the value, so that the smallest number has one, too.
  const bool negative = milliseconds < 0;
  const std::uint64_t size =
      negative ? 0 - static_cast<std::uint64_t>(milliseconds) : static_cast<std::uint64_t>(milliseconds);
  char* to = text_;
  if (negative) *to++ = '-';
  to = std::to_chars(to, text_ + sizeof text_, size / 1000).ptr;
  const auto rest = static_cast<unsigned>(size % 1000);
  whole_ = rest == 0;
  if (!whole_) {
    *to++ = '.';
    *to++ = static_cast<char>('0' + rest / 100);
    *to++ = static_cast<char>('0' + rest / 10 % 10);
    *to++ = static_cast<char>('0' + rest % 10);
  }
  size_ = static_cast<std::size_t>(to - text_);
}

std::optional<std::int64_t> parse_seconds_text(std::string_view text) noexcept {
  const std::string_view all = text;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::uint64_t size = 0;
  unsigned digits = 0;
  bool fraction = false;
  const auto add = [&size](unsigned digit) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    if (size > (most - digit) / 10) return false;
    size = size * 10 + digit;
    return true;
  };
  for (const char c : text) {
    if (c == '.' && !fraction) {
      fraction = true;
      digits = 0;
      continue;
    }
    if (!is_digit(c) || (fraction && digits == 3) || !add(static_cast<unsigned>(c - '0'))) return std::nullopt;
    ++digits;
  }
  if (fraction ? digits != 3 : digits == 0) return std::nullopt;
  for (unsigned i = fraction ? 3 : 0; i < 3; ++i) {
    if (!add(0)) return std::nullopt;
  }
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (size > most + (negative ? 1 : 0)) return std::nullopt;
  const auto value = static_cast<std::int64_t>(negative ? 0 - size : size);
  // Only what would be written like that: a text with leading zeros belongs to the extras.
  if (SecondsText(value).view() != all) return std::nullopt;
  return value;
}

}  // namespace smsbackup::mime
