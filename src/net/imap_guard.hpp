// What stands between a server's bytes and libetpan, which trusts them: it recurses as deep as the server nests,
// takes the size of a literal modulo 2^32, allocates it before a byte of it is there, and collects untagged answers
// without end. The guard reads the framing of IMAP answers (RFC 9051 section 4: lines, quoted strings, literals,
// parentheses) as libetpan does, and stops the stream before libetpan sees what would hurt.
//
// A pure state machine over bytes; pieces may be cut anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "smsbackup/error.hpp"

namespace smsbackup::net {

// What no answer needs, whatever was asked.
struct GuardLimits {
  std::size_t line_size = 16 << 20;       // bytes of one answer outside its literals; * SEARCH of 1,000,000 fits
  std::uint32_t literal_size = 64 << 20;  // bytes of one literal; libetpan may hold it in memory as a whole
  std::size_t nesting = 64;               // parentheses within parentheses
};

// What may come in answer to what was asked, from one begin_response() to the next.
struct ResponseBudget {
  std::uint64_t lines = 100'000;            // answers, tagged and untagged
  std::uint64_t line_bytes = 32 << 20;      // outside literals
  std::uint64_t literal_bytes = 128 << 20;  // inside
};

class ImapGuard {
 public:
  explicit ImapGuard(GuardLimits limits = {}) noexcept : limits_(limits) {}

  // What may come from now on.
  void begin_response(const ResponseBudget& budget) noexcept;

  // Looks at the next bytes, at most up to the end of the answer that they belong to, and returns how many of them may
  // pass; fewer, with failure(), where something is wrong. After a failure nothing passes any more.
  std::size_t look_at(std::string_view bytes);

  // protocol (the server breaks the rules) or limit_exceeded, with the offset since the connection began.
  const std::optional<Error>& failure() const noexcept { return failure_; }

  // Whether the next byte begins an answer.
  bool between_answers() const noexcept { return state_ == State::line_start; }

 private:
  // Where in an answer the next byte is. libetpan reads with more tolerance than the RFC asks for (blanks anywhere, a
  // literal without its line end, keywords run together), so what it could read in another way than the guard does is
  // refused: that is what the strict states at the beginning of a line are for.
  enum class State : std::uint8_t {
    line_start,
    tag,         // "* ", "+ " or a tag
    keyword,     // the word that tells status answers, which end in free text, from data
    text_start,  // of a status answer: "[" begins a response code
    code_name,
    code,        // up to "]"
    flags_open,  // of PERMANENTFLAGS
    flag_start,
    flag_name,
    flag_star,
    flags_close,
    text,  // free, up to the end of the line
    data,
    quoted,
    escaped,
    literal_digits,  // after "{"
    literal_cr,      // after "}"
    literal_lf,      // after "}" CR
    literal,
  };
  enum class Kind : std::uint8_t { untagged, continuation, tagged };

  // How many bytes from the first on change nothing but the counters; they are counted.
  std::size_t skip_plain(std::string_view bytes);
  void step(char c);
  void step_line_start(char c);
  void step_tag(char c);
  void step_keyword(char c);
  void step_data(char c);
  void step_literal_head(char c);
  void keyword_ends(char c);
  void step_code_name(char c);
  void step_code(char c);
  void step_flags(char c);
  void end_of_line();
  void begin_literal();
  void count_line_byte();
  void refuse(const char* what);
  void exceed(const char* what);

  GuardLimits limits_;
  ResponseBudget budget_;
  ResponseBudget used_{0, 0, 0};
  std::optional<Error> failure_;
  std::uint64_t offset_ = 0;

  State state_ = State::line_start;
  bool is_greeting_ = true;
  Kind kind_ = Kind::untagged;
  char previous_ = 0;           // in data
  std::size_t line_bytes_ = 0;  // of this answer, outside literals
  std::size_t depth_ = 0;
  unsigned keyword_size_ = 0;
  char keyword_[16] = {};           // or a response code's name: upper case, as much as is of interest
  std::uint64_t literal_left_ = 0;  // while its head is read: its size so far
  unsigned literal_digits_ = 0;
};

}  // namespace smsbackup::net
