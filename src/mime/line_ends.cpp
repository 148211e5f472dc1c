#include "mime/line_ends.hpp"

#include <charconv>
#include <cstdint>
#include <vector>

#include "mime/ascii.hpp"

namespace smsbackup::mime {
namespace {

enum class LineEnd : std::uint8_t { lf, crlf, cr };

struct Run {
  LineEnd end;
  std::uint64_t count;
};

constexpr std::string_view bytes_of(LineEnd end) noexcept {
  return end == LineEnd::lf ? "\n" : end == LineEnd::crlf ? "\r\n" : "\r";
}
constexpr std::string_view name_of(LineEnd end) noexcept {
  return end == LineEnd::lf ? "lf" : end == LineEnd::crlf ? "crlf" : "cr";
}

// Calls visit(position, end) for each line end.
template <class Visit>
void for_each_line_end(std::string_view text, Visit&& visit) {
  for (std::size_t at = text.find_first_of("\r\n"); at != std::string_view::npos; at = text.find_first_of("\r\n", at)) {
    const bool pair = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    const LineEnd end = pair ? LineEnd::crlf : text[at] == '\r' ? LineEnd::cr : LineEnd::lf;
    visit(at, end);
    at += pair ? 2 : 1;
  }
}

std::vector<Run> parse_list(std::string_view list) {
  std::vector<Run> runs;
  while (!list.empty()) {
    if (!is_digit(list.front()) && (to_lower(list.front()) < 'a' || to_lower(list.front()) > 'z')) {
      list.remove_prefix(1);
      continue;
    }
    std::size_t letters = 0;
    while (letters < list.size() && !is_digit(list[letters]) && !is_white_space(list[letters])) ++letters;
    const std::string_view name = list.substr(0, letters);
    list.remove_prefix(letters);
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), count);
    if (error != std::errc() || count == 0) return {};
    list.remove_prefix(static_cast<std::size_t>(end - list.data()));
    if (equals_ignoring_case(name, "lf")) {
      runs.push_back({LineEnd::lf, count});
    } else if (equals_ignoring_case(name, "crlf")) {
      runs.push_back({LineEnd::crlf, count});
    } else if (equals_ignoring_case(name, "cr")) {
      runs.push_back({LineEnd::cr, count});
    } else {
      return {};
    }
  }
  return runs;
}

}  // namespace

std::string line_end_list(std::string_view text, char separator, std::size_t most) {
  // Most texts have none, and find_first_of() looks at them byte by byte.
  if (text.find('\n') == std::string_view::npos && text.find('\r') == std::string_view::npos) return "0";
  std::string list;
  Run run{LineEnd::lf, 0};
  const auto flush = [&] {
    if (run.count == 0 || list.size() > most) return;
    if (!list.empty()) list += separator;
    list += name_of(run.end);
    list += std::to_string(run.count);
  };
  for_each_line_end(text, [&](std::size_t, LineEnd end) {
    if (end != run.end) {
      flush();
      run = {end, 0};
    }
    ++run.count;
  });
  flush();
  if (list.size() > most) return {};
  return list;
}

void restore_line_ends(std::string_view list, std::string& text) {
  list = trim(list);
  if (list.empty()) return;
  const std::vector<Run> runs = list == "0" ? std::vector<Run>() : parse_list(list);
  if (runs.empty() && list != "0") return;
  std::uint64_t wanted = 0;
  for (const Run& run : runs) {
    if (run.count > text.size()) return;
    wanted += run.count;
  }

  std::uint64_t found = 0;
  std::size_t extra_start = std::string::npos;  // where the first line end beyond the list stands
  for_each_line_end(text, [&](std::size_t at, LineEnd) {
    if (found == wanted) extra_start = at;
    ++found;
  });
  if (found < wanted) return;
  if (extra_start != std::string::npos) {
    if (text.find_first_not_of("\r\n", extra_start) != std::string::npos) return;
    text.resize(extra_start);
  }
  if (wanted == 0) return;

  std::string fixed;
  fixed.reserve(text.size());
  std::size_t from = 0;
  std::size_t run = 0;
  std::uint64_t used = 0;
  for_each_line_end(text, [&](std::size_t at, LineEnd end) {
    fixed.append(text, from, at - from);
    fixed += bytes_of(runs[run].end);
    from = at + bytes_of(end).size();
    if (++used == runs[run].count) {
      used = 0;
      ++run;
    }
  });
  fixed.append(text, from);
  text = std::move(fixed);
}

}  // namespace smsbackup::mime
