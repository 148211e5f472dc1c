#include "mime/quoted_printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "mime/ascii.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::size_t line_limit = 75;  // and the '=' of the soft break

constexpr auto make_plain() {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = true;
  plain['\t'] = true;
  plain['='] = false;
  return plain;
}
constexpr std::array<bool, 256> plain = make_plain();

// The value of a hexadecimal digit; any other character is negative, also when it is shifted.
constexpr auto make_hex_digits() {
  std::array<std::int8_t, 256> digits{};
  for (std::size_t c = 0; c < digits.size(); ++c) {
    digits[c] = static_cast<std::int8_t>(hex_value(static_cast<char>(static_cast<unsigned char>(c))));
  }
  return digits;
}
constexpr std::array<std::int8_t, 256> hex_digits = make_hex_digits();

// '-' could be a boundary, '.' ends an SMTP message, "From " starts a mail in mbox files, '>' is what quoting it makes.
constexpr bool is_dangerous_at_line_start(char c) noexcept { return c == '-' || c == '.' || c == 'F' || c == '>'; }

char* escape(char c, char* to) noexcept {
  to[0] = '=';
  to[1] = upper_hex[byte(c) >> 4];
  to[2] = upper_hex[byte(c) & 15];
  return to + 3;
}

char* soft_break(char* to) noexcept {
  std::memcpy(to, "=\r\n", 3);
  return to + 3;
}

}  // namespace

void encode_quoted_printable(std::string_view text, MailBuffer& out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::size_t column = 0;
  while (at != end) {
    // One line of output at a time: at most 76 characters, the break, and one escape more.
    char* to = out.room(96);
    if (column == 0 && is_dangerous_at_line_start(*at)) {
      const bool harmless =
          *at == 'F' && !std::string_view(at, static_cast<std::size_t>(end - at)).starts_with("From ");
      if (!harmless) {
        to = escape(*at, to);
        column = 3;
        ++at;
      }
    }
    while (at != end) {
      const char* const stop = at + std::min(line_limit - column, static_cast<std::size_t>(end - at));
      const char* const run = at;
      while (at != stop && plain[byte(*at)]) *to++ = *at++;
      column += static_cast<std::size_t>(at - run);
      if (at == end) break;
      if (plain[byte(*at)] || column + 3 > line_limit) {
        to = soft_break(to);
        column = 0;
        break;
      }
      const char c = *at++;
      to = escape(c, to);
      column += 3;
      const bool line_end = c == '\n' || (c == '\r' && (at == end || *at != '\n'));
      if (line_end && at != end) {
        to = soft_break(to);
        column = 0;
        break;
      }
    }
    out.commit(to);
    if (column == 0) out.pass_on();
  }
  if (!text.empty()) out.commit(soft_break(out.room(3)));
}

QuotedPrintableResult decode_quoted_printable(std::string_view text, QuotedPrintable dialect, std::string& out) {
  const bool standard = dialect == QuotedPrintable::standard;
  QuotedPrintableResult result;
  const std::size_t start = out.size();
  out.resize(start + text.size());  // never more than that
  char* to = out.data() + start;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto* line_end = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* const next = line_end == nullptr ? end : line_end + 1;
    const char* content_end = line_end == nullptr ? end : line_end;
    if (line_end != nullptr && content_end != at && content_end[-1] == '\r') --content_end;
    const char* const break_start = content_end;
    // White space after a soft break's '=' was added on the way; so were blanks before a hard one, by the standard.
    const char* last = content_end;
    while (last != at && (is_blank(last[-1]) || last[-1] == '\r')) --last;
    const bool soft = (line_end != nullptr || standard) && last != at && last[-1] == '=';
    if (soft) {
      content_end = last - 1;
    } else if (standard) {
      content_end = last;
    }
    while (at != content_end) {
      if (*at != '=') {
        const auto left = static_cast<std::size_t>(content_end - at);
        const auto* sign = static_cast<const char*>(std::memchr(at, '=', left));
        const std::size_t run = sign == nullptr ? left : static_cast<std::size_t>(sign - at);
        std::memcpy(to, at, run);
        to += run;
        at += run;
        if (sign == nullptr) break;
      }
      const bool complete = content_end - at >= 3;
      const int value = complete ? hex_digits[byte(at[1])] << 4 | hex_digits[byte(at[2])] : -1;
      if (value < 0) {
        result.well_formed = false;
        *to++ = *at++;
        continue;
      }
      *to++ = static_cast<char>(value);
      at += 3;
    }
    if (!soft && line_end != nullptr) {
      const auto size = static_cast<std::size_t>(next - break_start);
      std::memcpy(to, break_start, size);
      to += size;
    }
    result.ends_with_break = soft;
    at = next;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return result;
}

}  // namespace smsbackup::mime
