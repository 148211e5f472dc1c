// What a server answers, taken apart: status lines and the few untagged answers that are not libetpan's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smsbackup::imap {

// "OK [APPENDUID 7 12] done": what stands behind the tag or the "*" (RFC 9051 section 7.1).
struct Status {
  enum class Kind : std::uint8_t { ok, no, bad, bye, preauth } kind = Kind::ok;
  std::string code;       // upper case; empty if there is none
  std::string arguments;  // of the code
  std::string text;       // for people; may hold private data

  bool ok() const noexcept { return kind == Kind::ok; }
};

// Nothing if it is no status.
std::optional<Status> parse_status(std::string_view text);

// An unsigned number and nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

// Reads an answer token by token. Literals stand in it as they came: "{5}\r\nhello".
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  enum class Kind : std::uint8_t { end, open, close, atom, string };
  struct Token {
    Kind kind = Kind::end;
    std::string text;  // of an atom or string, unquoted
  };
  // Broken framing is Kind::end.
  Token next();
  // Skips to behind the parenthesis that closes the one just read.
  void skip_list();

 private:
  std::string_view rest_;
};

}  // namespace smsbackup::imap
