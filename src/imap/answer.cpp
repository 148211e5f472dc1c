#include "imap/answer.hpp"

#include <algorithm>
#include <charconv>

#include "imap/ascii.hpp"

namespace smsbackup::imap {

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Status> parse_status(std::string_view text) {
  Status status;
  const auto space = text.find(' ');
  const auto word = upper(text.substr(0, space));
  if (word == "OK") {
    status.kind = Status::Kind::ok;
  } else if (word == "NO") {
    status.kind = Status::Kind::no;
  } else if (word == "BAD") {
    status.kind = Status::Kind::bad;
  } else if (word == "BYE") {
    status.kind = Status::Kind::bye;
  } else if (word == "PREAUTH") {
    status.kind = Status::Kind::preauth;
  } else {
    return std::nullopt;
  }
  text.remove_prefix(space == text.npos ? text.size() : space + 1);
  if (!text.empty() && text.front() == '[') {
    if (const auto close = text.find(']'); close != text.npos) {
      const auto code = text.substr(1, close - 1);
      const auto blank = code.find(' ');
      status.code = upper(code.substr(0, blank));
      if (blank != code.npos) status.arguments = code.substr(blank + 1);
      text.remove_prefix(close + 1);
      if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
  }
  status.text = text;
  return status;
}

Tokens::Token Tokens::next() {
  while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\r' || rest_.front() == '\n'))
    rest_.remove_prefix(1);
  if (rest_.empty()) return {};
  const char first = rest_.front();
  if (first == '(' || first == ')') {
    rest_.remove_prefix(1);
    return {first == '(' ? Kind::open : Kind::close, {}};
  }
  if (first == '"') {
    Token token{Kind::string, {}};
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return token;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      token.text += rest_[i];
    }
    rest_ = {};
    return {};
  }
  if (first == '{') {
    const auto close = rest_.find("}\r\n");
    const auto size = close == rest_.npos ? std::nullopt : parse_number(rest_.substr(1, close - 1));
    if (!size || *size > rest_.size() - close - 3) {
      rest_ = {};
      return {};
    }
    Token token{Kind::string, std::string(rest_.substr(close + 3, *size))};
    rest_.remove_prefix(close + 3 + *size);
    return token;
  }
  const auto end = std::min(rest_.find_first_of(" ()\r\n"), rest_.size());
  Token token{Kind::atom, std::string(rest_.substr(0, end))};
  rest_.remove_prefix(end);
  return token;
}

void Tokens::skip_list() {
  for (std::size_t depth = 1; depth != 0;) {
    switch (next().kind) {
      case Kind::open:
        ++depth;
        break;
      case Kind::close:
        --depth;
        break;
      case Kind::end:
        return;
      default:
        break;
    }
  }
}

}  // namespace smsbackup::imap
