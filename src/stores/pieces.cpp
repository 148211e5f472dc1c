#include "stores/pieces.hpp"

#include <algorithm>
#include <charconv>

#include "smsbackup/error.hpp"

namespace smsbackup::stores {
namespace {

// Starting on a piece costs more than reading less than this.
constexpr std::uint64_t smallest_piece = 4096;

Error no_piece(const std::string& store) {
  return Error(ErrorCode::invalid_argument, "reading a piece of " + store + ": that is none of its pieces",
               "Take the names that split() gives, as they are.");
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ByteRange parse_byte_range(std::string_view piece, const std::string& store) {
  if (piece.empty()) return {};
  const auto dash = piece.find('-');
  if (dash == std::string_view::npos) throw no_piece(store);
  const auto begin = parse_number(piece.substr(0, dash));
  const std::string_view rest = piece.substr(dash + 1);
  const auto end = rest.empty() ? std::optional(ByteRange::no_end) : parse_number(rest);
  // Nobody's file is larger, and offsets must fit into an off_t.
  if (!begin || !end || *begin >= *end || *begin > std::numeric_limits<std::int64_t>::max()) throw no_piece(store);
  return {*begin, *end};
}

std::vector<std::uint64_t> even_cuts(std::uint64_t size, std::size_t wanted) {
  const std::uint64_t pieces = std::clamp<std::uint64_t>(size / smallest_piece, 1, std::max<std::size_t>(wanted, 1));
  std::vector<std::uint64_t> cuts;
  for (std::uint64_t i = 1; i < pieces; ++i) cuts.push_back(size / pieces * i);
  return cuts;
}

std::vector<std::string> name_byte_ranges(const std::vector<std::uint64_t>& cuts) {
  if (cuts.empty()) return {std::string()};
  std::vector<std::string> pieces;
  std::uint64_t begin = 0;
  for (const std::uint64_t cut : cuts) {
    pieces.push_back(std::to_string(begin) + "-" + std::to_string(cut));
    begin = cut;
  }
  pieces.push_back(std::to_string(begin) + "-");
  return pieces;
}

std::vector<std::string> split_bytes(
    std::uint64_t size, std::size_t wanted,
    const std::function<std::optional<std::uint64_t>(std::uint64_t from)>& next_record) {
  std::vector<std::uint64_t> cuts;
  for (const std::uint64_t even : even_cuts(size, wanted)) {
    // The record that was cut into before reaches beyond this one, too: nothing is looked through twice.
    if (!cuts.empty() && even <= cuts.back()) continue;
    const auto found = next_record(even);
    if (!found) break;
    cuts.push_back(*found);
  }
  return name_byte_ranges(cuts);
}

NameRange parse_name_range(std::string_view piece, const std::string& store) {
  if (piece.empty()) return {};
  const auto colon = piece.find(':');
  const auto size = parse_number(piece.substr(0, colon));
  if (colon == std::string_view::npos || !size || *size > piece.size() - colon - 1) throw no_piece(store);
  const std::string_view names = piece.substr(colon + 1);
  const auto begin_size = static_cast<std::size_t>(*size);
  return {std::string(names.substr(0, begin_size)), std::string(names.substr(begin_size))};
}

std::vector<std::string> split_names(const NameList& names, std::size_t wanted,
                                     const std::function<std::string(std::string_view)>& name_of) {
  const std::size_t pieces = std::min(std::max<std::size_t>(wanted, 1), std::max<std::size_t>(names.size(), 1));
  std::vector<std::string> cuts;
  for (std::size_t i = 1; i < pieces; ++i) {
    std::string cut = name_of(names[names.size() / pieces * i]);
    if (!cut.empty() && (cuts.empty() || cuts.back() < cut)) cuts.push_back(std::move(cut));
  }
  if (cuts.empty()) return {std::string()};
  std::vector<std::string> out;
  std::string begin;
  for (std::string& cut : cuts) {
    out.push_back(std::to_string(begin.size()) + ":" + begin + cut);
    begin = std::move(cut);
  }
  out.push_back(std::to_string(begin.size()) + ":" + begin);
  return out;
}

}  // namespace smsbackup::stores
