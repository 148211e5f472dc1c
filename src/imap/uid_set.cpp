#include "imap/uid_set.hpp"

#include <algorithm>
#include <optional>

#include "imap/answer.hpp"
#include "imap/ascii.hpp"

namespace smsbackup::imap {
namespace {

std::optional<std::uint32_t> parse_uid(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || *number == 0 || *number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::string to_sequence_set(std::span<const std::uint32_t> ascending) {
  std::string out;
  for (std::size_t i = 0; i < ascending.size();) {
    std::size_t last = i;
    while (last + 1 < ascending.size() && ascending[last + 1] == ascending[last] + 1) ++last;
    if (!out.empty()) out += ',';
    out += std::to_string(ascending[i]);
    if (last != i) out += ':' + std::to_string(ascending[last]);
    i = last + 1;
  }
  return out;
}

bool append_uid_set(std::string_view text, std::vector<std::uint32_t>& out, std::size_t limit) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto range = text.substr(0, comma);
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    const auto colon = range.find(':');
    auto first = parse_uid(range.substr(0, colon));
    auto last = colon == range.npos ? first : parse_uid(range.substr(colon + 1));
    if (!first || !last) return false;
    if (*first > *last) std::swap(first, last);
    if (out.size() >= limit || *last - *first >= limit - out.size()) return false;
    for (std::uint64_t uid = *first; uid <= *last; ++uid) out.push_back(static_cast<std::uint32_t>(uid));
  }
  return true;
}

bool append_numbers(std::string_view text, std::vector<std::uint32_t>& out, std::size_t limit) {
  while (!text.empty()) {
    const auto blank = text.find(' ');
    const auto word = text.substr(0, blank);
    text.remove_prefix(blank == text.npos ? text.size() : blank + 1);
    if (word.empty()) continue;
    // CONDSTORE ends the list with "(MODSEQ n)".
    if (word.front() == '(') return true;
    const auto uid = parse_uid(word);
    if (!uid || out.size() >= limit) return false;
    out.push_back(*uid);
  }
  return true;
}

bool append_search_answer(std::string_view line, std::vector<std::uint32_t>& out, std::size_t limit) {
  const auto word = upper(line.substr(0, line.find(' ')));
  if (word == "SEARCH") return append_numbers(line.substr(std::min(line.size(), std::size_t{7})), out, limit);
  if (word != "ESEARCH") return true;
  Tokens tokens(line);
  tokens.next();
  for (auto token = tokens.next(); token.kind != Tokens::Kind::end; token = tokens.next()) {
    if (token.kind == Tokens::Kind::open) tokens.skip_list();
    if (token.kind == Tokens::Kind::atom && upper(token.text) == "ALL" &&
        !append_uid_set(tokens.next().text, out, limit))
      return false;
  }
  return true;
}

}  // namespace smsbackup::imap
