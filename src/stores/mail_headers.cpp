#include "stores/mail_headers.hpp"

#include <algorithm>

#include "stores/line_scan.hpp"

namespace smsbackup::stores {
namespace {

// Behind the empty line, or npos.
std::size_t end_of_header(std::string_view mail) {
  std::size_t line = find_line(mail, 0, '\n', '\r');
  while (line != std::string_view::npos) {
    if (mail[line] == '\n') return line + 1;
    if (line + 1 < mail.size() && mail[line + 1] == '\n') return line + 2;
    line = find_line(mail, line + 1, '\n', '\r');
  }
  return std::string_view::npos;
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

// Where the value begins if the line is a field of that name; npos if it isn't.
std::size_t value_of(std::string_view line, std::string_view name) {
  if (line.size() <= name.size()) return std::string_view::npos;
  const char behind = line[name.size()];
  if (behind != ':' && behind != ' ' && behind != '\t') return std::string_view::npos;
  const bool same =
      std::equal(name.begin(), name.end(), line.begin(), [](char x, char y) { return lower(x) == lower(y); });
  if (!same) return std::string_view::npos;
  const std::size_t colon = line.find_first_not_of(" \t", name.size());
  return colon != std::string_view::npos && line[colon] == ':' ? colon + 1 : std::string_view::npos;
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
  const char small = lower(name.front());
  const char capital = upper(name.front());
  std::size_t line = find_line(headers, 0, small, capital);
  for (; line != std::string_view::npos; line = find_line(headers, line + 1, small, capital)) {
    const std::size_t begin = value_of(headers.substr(line), name);
    if (begin != std::string_view::npos) {
      std::size_t end = std::min(headers.find('\n', line), headers.size());
      std::string value(trimmed(headers.substr(line + begin, end - line - begin)));
      while (end + 1 < headers.size() && (headers[end + 1] == ' ' || headers[end + 1] == '\t')) {
        const std::size_t next = std::min(headers.find('\n', end + 1), headers.size());
        const std::string_view more = trimmed(headers.substr(end + 1, next - end - 1));
        if (!value.empty() && !more.empty()) value += ' ';
        value += more;
        end = next;
      }
      return value;
    }
  }
  return {};
}

}  // namespace smsbackup::stores
