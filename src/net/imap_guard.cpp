#include "net/imap_guard.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace smsbackup::net {
namespace {

constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr bool is_letter(char c) noexcept { return upper(c) >= 'A' && upper(c) <= 'Z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// RFC 9051 section 9: tag = 1*<any ASTRING-CHAR except "+">.
constexpr bool is_tag_char(char c) noexcept {
  return c > ' ' && c < 127 && std::string_view("(){%*\"\\+").find(c) == std::string_view::npos;
}

// For each byte, in which states it changes nothing.
enum : unsigned char { plain_in_text = 1, plain_in_data = 2, plain_in_quoted = 4 };
constexpr std::array<unsigned char, 256> plain_bytes = [] {
  std::array<unsigned char, 256> table{};
  for (std::size_t i = 1; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    if (c == '\n') continue;
    table[i] = plain_in_text;
    if (c != '(' && c != ')' && c != '"' && c != '{') table[i] |= plain_in_data;
    if (c != '\r' && c != '"' && c != '\\') table[i] |= plain_in_quoted;
  }
  return table;
}();

}  // namespace

void ImapGuard::begin_response(const ResponseBudget& budget) noexcept {
  budget_ = budget;
  used_ = {0, 0, 0};
}

std::size_t ImapGuard::look_at(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && !failure_) {
    if (state_ == State::literal) {
      const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(literal_left_, bytes.size() - at));
      at += skipped;
      offset_ += skipped;
      literal_left_ -= skipped;
      if (literal_left_ == 0) {
        state_ = State::data;
        previous_ = ')';  // nothing that may stand right before a string is needed after one
      }
      continue;
    }
    if (const std::size_t plain = skip_plain(bytes.substr(at)); plain > 0) {
      at += plain;
      offset_ += plain;
      continue;
    }
    step(bytes[at]);
    if (failure_) break;
    ++at;
    ++offset_;
    if (state_ == State::line_start) break;
  }
  return at;
}

std::size_t ImapGuard::skip_plain(std::string_view bytes) {
  unsigned char plain = 0;
  if (state_ == State::text) plain = plain_in_text;
  if (state_ == State::data) plain = plain_in_data;
  if (state_ == State::quoted) plain = plain_in_quoted;
  if (plain == 0) return 0;
  // Not past a limit: the step that passes one knows its place.
  const std::uint64_t room =
      std::min<std::uint64_t>(limits_.line_size - std::min(limits_.line_size, line_bytes_),
                              budget_.line_bytes - std::min(budget_.line_bytes, used_.line_bytes));
  const std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size()));
  std::size_t run = 0;
  while (run < most && (plain_bytes[static_cast<unsigned char>(bytes[run])] & plain) != 0) ++run;
  if (run == 0) return 0;
  line_bytes_ += run;
  used_.line_bytes += run;
  if (state_ == State::data) previous_ = bytes[run - 1];
  return run;
}

void ImapGuard::step(char c) {
  if (c == '\0') return refuse("a NUL byte outside of a literal");
  count_line_byte();
  if (failure_) return;
  switch (state_) {
    case State::line_start:
      return step_line_start(c);
    case State::tag:
      return step_tag(c);
    case State::keyword:
      return step_keyword(c);
    case State::text_start:
      if (c == '[') {
        state_ = State::code_name;
        keyword_size_ = 0;
      } else if (c == '\n') {
        end_of_line();
      } else if (c != ' ') {
        state_ = State::text;
      }
      return;
    case State::code_name:
      return step_code_name(c);
    case State::code:
      return step_code(c);
    case State::flags_open:
    case State::flag_start:
    case State::flag_name:
    case State::flag_star:
    case State::flags_close:
      return step_flags(c);
    case State::text:
      if (c == '\n') end_of_line();
      return;
    case State::data:
      return step_data(c);
    case State::quoted:
      if (c == '\r' || c == '\n') return refuse("a quoted string that is not closed");
      if (c == '\\') {
        state_ = State::escaped;
      } else if (c == '"') {
        state_ = State::data;
        previous_ = '"';
      }
      return;
    case State::escaped:
      if (c == '\r' || c == '\n') return refuse("a quoted string that is not closed");
      state_ = State::quoted;
      return;
    case State::literal_digits:
    case State::literal_cr:
    case State::literal_lf:
      return step_literal_head(c);
    case State::literal:
      return;
  }
}

void ImapGuard::step_line_start(char c) {
  keyword_size_ = 0;
  if (c == '\n') return end_of_line();
  if (c == '\r') return void(state_ = State::text);
  if (c == '*') {
    kind_ = Kind::untagged;
  } else if (c == '+') {
    kind_ = Kind::continuation;
  } else if (is_tag_char(c)) {
    kind_ = Kind::tagged;
  } else {
    return refuse("an answer that begins with neither *, + nor a tag");
  }
  state_ = State::tag;
}

void ImapGuard::step_tag(char c) {
  switch (kind_) {
    case Kind::untagged:
      if (c != ' ') return refuse("no blank after *");
      state_ = State::keyword;
      return;
    case Kind::continuation:
      if (c == '\n') return end_of_line();
      if (c == '\r') return;
      if (c != ' ') return refuse("no blank after +");
      state_ = State::text_start;
      return;
    case Kind::tagged:
      if (c == ' ') {
        state_ = State::keyword;
      } else if (!is_tag_char(c)) {
        refuse("a tag with characters that no tag has");
      }
      return;
  }
}

void ImapGuard::step_keyword(char c) {
  if (!is_letter(c)) return keyword_ends(c);
  if (keyword_size_ < sizeof keyword_) keyword_[keyword_size_] = upper(c);
  ++keyword_size_;
}

void ImapGuard::keyword_ends(char c) {
  const std::string_view word(keyword_, std::min<std::size_t>(keyword_size_, sizeof keyword_));
  bool is_status = false;
  for (const std::string_view status : {"OK", "NO", "BAD", "BYE", "PREAUTH"}) {
    if (!word.starts_with(status)) continue;
    // libetpan would take OKAY for OK and the rest for text.
    if (word != status || (c != ' ' && c != '\r' && c != '\n')) return refuse("an answer of an unknown kind");
    is_status = true;
  }
  if (is_status) {
    state_ = State::text_start;
    if (c == '\n') end_of_line();
    return;
  }
  if (kind_ == Kind::tagged) return refuse("a tagged answer that is neither OK, NO nor BAD");
  if (keyword_size_ == 0 && !is_digit(c)) return refuse("an answer of an unknown kind");
  state_ = State::data;
  previous_ = 'A';
  step_data(c);
}

void ImapGuard::step_code_name(char c) {
  if (keyword_size_ == 0 && (c == ' ' || c == '\t')) return;
  if (is_letter(c) || c == '-') {
    if (keyword_size_ < sizeof keyword_) keyword_[keyword_size_] = upper(c);
    ++keyword_size_;
    return;
  }
  const std::string_view name(keyword_, std::min<std::size_t>(keyword_size_, sizeof keyword_));
  // These two are the codes in which libetpan looks for strings. It follows a null pointer when it finds no list there,
  // and when a string is in the greeting; a string may go on over any number of lines.
  if (name.starts_with("BADCHARSET")) return refuse("BADCHARSET, though no charset was named");
  if (name.starts_with("PERMANENTFLAGS")) {
    if (name != "PERMANENTFLAGS" || c != ' ' || is_greeting_) return refuse("PERMANENTFLAGS where there are none");
    state_ = State::flags_open;
    return;
  }
  state_ = State::code;
  step_code(c);
}

void ImapGuard::step_code(char c) {
  if (c == '\n') return end_of_line();
  if (c == '{') return refuse("a literal in a response code");
  if (c == ']') state_ = State::text;
}

// "(" [flag *(SP flag)] ")]", where a flag is an atom, perhaps after a backslash, or \*.
void ImapGuard::step_flags(char c) {
  const auto is_flag_char = [](char one) {
    return static_cast<unsigned char>(one) > ' ' && std::string_view("(){%*\"\\]").find(one) == std::string_view::npos;
  };
  switch (state_) {
    case State::flags_open:
      if (c == '(') return void(state_ = State::flag_start);
      break;
    case State::flag_start:
      if (c == ' ') return;
      if (c == ')') return void(state_ = State::flags_close);
      if (c == '\\' || is_flag_char(c)) {
        previous_ = c;
        return void(state_ = State::flag_name);
      }
      break;
    case State::flag_name:
      if (is_flag_char(c)) return void(previous_ = c);
      if (previous_ == '\\') {
        if (c == '*') return void(state_ = State::flag_star);
        break;
      }
      [[fallthrough]];
    case State::flag_star:
      if (c == ' ') return void(state_ = State::flag_start);
      if (c == ')') return void(state_ = State::flags_close);
      break;
    default:
      if (c == ']') return void(state_ = State::text);
      break;
  }
  refuse("PERMANENTFLAGS that are no list of flags");
}

void ImapGuard::step_data(char c) {
  const char before = previous_;
  previous_ = c;
  switch (c) {
    case '\n':
      return end_of_line();
    case '(':
      if (++depth_ > limits_.nesting) exceed("parentheses nested too deep");
      return;
    case ')':
      if (depth_ > 0) --depth_;
      return;
    case '"':
      // Inside of an atom it would be a matter of taste where the string begins.
      if (before != ' ' && before != '(' && before != '[' && before != '"' && before != ')') {
        return refuse("a quotation mark in the middle of a word");
      }
      state_ = State::quoted;
      return;
    case '{':
      state_ = State::literal_digits;
      literal_left_ = 0;
      literal_digits_ = 0;
      return;
    default:
      return;
  }
}

void ImapGuard::step_literal_head(char c) {
  if (state_ == State::literal_digits && is_digit(c)) {
    if (++literal_digits_ > 20) return refuse("a literal whose size is no number");
    // Stays over the limit once it is: no digits can make it small again.
    if (literal_left_ <= limits_.literal_size) literal_left_ = literal_left_ * 10 + static_cast<unsigned>(c - '0');
    if (literal_left_ > limits_.literal_size) exceed("a literal that is too large");
    return;
  }
  if (state_ == State::literal_digits && c == '}' && literal_digits_ > 0) {
    state_ = State::literal_cr;
    return;
  }
  if (state_ == State::literal_cr && c == '\r') {
    state_ = State::literal_lf;
    return;
  }
  if (state_ != State::literal_digits && c == '\n') return begin_literal();
  refuse("a literal that is not announced as one");
}

void ImapGuard::begin_literal() {
  if (literal_left_ > budget_.literal_bytes - std::min(used_.literal_bytes, budget_.literal_bytes)) {
    return exceed("more bytes in literals than were asked for");
  }
  used_.literal_bytes += literal_left_;
  previous_ = ')';
  state_ = literal_left_ == 0 ? State::data : State::literal;
}

void ImapGuard::end_of_line() {
  state_ = State::line_start;
  is_greeting_ = false;
  depth_ = 0;
  line_bytes_ = 0;
  if (++used_.lines > budget_.lines) exceed("more answers than were asked for");
}

void ImapGuard::count_line_byte() {
  if (++line_bytes_ > limits_.line_size) exceed("a line without end");
  if (++used_.line_bytes > budget_.line_bytes) exceed("more answers than were asked for");
}

void ImapGuard::refuse(const char* what) {
  if (failure_) return;
  failure_ = Error(ErrorCode::protocol, std::string("the server breaks the rules of IMAP: ") + what,
                   "if it is an honest server, report this with its name and version");
  failure_->at(offset_);
}

void ImapGuard::exceed(const char* what) {
  if (failure_) return;
  failure_ = Error(ErrorCode::limit_exceeded, std::string("the server sends more than is taken: ") + what,
                   "if it is an honest server, report this with its name and version");
  failure_->at(offset_);
}

}  // namespace smsbackup::net
