#include "stores/mail_headers.hpp"

#include <algorithm>

namespace smsbackup::stores {
namespace {

// Behind the empty line, or npos.
std::size_t end_of_header(std::string_view mail) {
  std::size_t line = 0;
  while (line < mail.size()) {
    if (mail[line] == '\n') return line + 1;
    if (mail[line] == '\r' && line + 1 < mail.size() && mail[line + 1] == '\n') return line + 2;
    const std::size_t end = mail.find('\n', line);
    if (end == std::string_view::npos) break;
    line = end + 1;
  }
  return std::string_view::npos;
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace

std::string_view header_section(std::string_view mail) { return mail.substr(0, end_of_header(mail)); }

bool has_complete_header(std::string_view beginning) { return end_of_header(beginning) != std::string_view::npos; }

std::string header_value(std::string_view headers, std::string_view name) {
  for (std::size_t line = 0; line < headers.size();) {
    std::size_t end = std::min(headers.find('\n', line), headers.size());
    const std::string_view text = headers.substr(line, end - line);
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && same_name(trimmed(text.substr(0, colon)), name)) {
      std::string value(trimmed(text.substr(colon + 1)));
      while (end + 1 < headers.size() && (headers[end + 1] == ' ' || headers[end + 1] == '\t')) {
        const std::size_t next = std::min(headers.find('\n', end + 1), headers.size());
        const std::string_view more = trimmed(headers.substr(end + 1, next - end - 1));
        if (!value.empty() && !more.empty()) value += ' ';
        value += more;
        end = next;
      }
      return value;
    }
    line = end + 1;
  }
  return {};
}

}  // namespace smsbackup::stores
