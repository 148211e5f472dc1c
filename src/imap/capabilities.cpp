#include "imap/capabilities.hpp"

#include "imap/answer.hpp"
#include "imap/ascii.hpp"

namespace smsbackup::imap {
namespace {

bool is_wanted(std::string_view name, const ImapOptions::Features& use) {
  if (name == "MULTIAPPEND") return use.multiappend;
  if (name == "LITERAL+") return use.literal_plus;
  if (name == "LITERAL-") return use.literal_minus;
  if (name == "UIDPLUS") return use.uidplus;
  if (name == "ESEARCH") return use.esearch;
  if (name == "UNSELECT") return use.unselect;
  if (name == "SASL-IR") return use.sasl_ir;
  if (name == "NAMESPACE") return use.name_space;
  if (name == "MOVE") return use.move;
  if (name.starts_with("APPENDLIMIT")) return use.append_limit;
  return true;
}

}  // namespace

Capabilities::Capabilities(std::string_view words, const ImapOptions::Features& use) {
  while (!words.empty()) {
    const auto blank = words.find(' ');
    const auto word = words.substr(0, blank);
    words.remove_prefix(blank == words.npos ? words.size() : blank + 1);
    if (word.empty()) continue;
    announced_.emplace_back(word);
    auto name = upper(word);
    if (is_wanted(name, use)) names_.insert(std::move(name));
  }
}

std::optional<std::uint64_t> Capabilities::append_limit() const {
  static constexpr std::string_view name = "APPENDLIMIT=";
  const auto found = names_.lower_bound(name);
  if (found == names_.end() || !found->starts_with(name)) return std::nullopt;
  return parse_number(std::string_view(*found).substr(name.size()));
}

bool Capabilities::non_synchronizing(std::uint64_t size) const {
  static constexpr std::uint64_t literal_minus_limit = 4096;  // RFC 7888 section 5
  return has("LITERAL+") || (has("LITERAL-") && size <= literal_minus_limit);
}

}  // namespace smsbackup::imap
