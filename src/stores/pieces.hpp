// The pieces of a store that Source::split() names: bytes of a file, or names within a folder.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stores/name_list.hpp"

namespace smsbackup::stores {

// Records that begin in [begin, end). "1000-2000", or "1000-" up to the end, however far the file may have grown.
struct ByteRange {
  static constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t begin = 0;
  std::uint64_t end = no_end;

  bool is_all() const noexcept { return begin == 0 && end == no_end; }
};

// "" is everything. Throws Error(invalid_argument) for what is no such range.
ByteRange parse_byte_range(std::string_view piece, const std::string& store);

// Cuts a file of that size where records begin: `next_record(from)` says where the first one at or behind `from` does,
// nothing if there is none. One piece where `wanted` or the file is small.
std::vector<std::string> split_bytes(
    std::uint64_t size, std::size_t wanted,
    const std::function<std::optional<std::uint64_t>(std::uint64_t from)>& next_record);

// Where pieces of equal size would begin, but for the first. None smaller than is worth it.
std::vector<std::uint64_t> even_cuts(std::uint64_t size, std::size_t wanted);
// The names of the pieces between cuts, which are sorted.
std::vector<std::string> name_byte_ranges(const std::vector<std::uint64_t>& cuts);

// Names from `begin` on and before `end`, by bytes; an empty end is none. The piece's name is the length of `begin`, a
// colon, and both: names may hold anything.
struct NameRange {
  std::string begin;
  std::string end;

  bool holds(std::string_view name) const noexcept { return name >= begin && (end.empty() || name < end); }
};
NameRange parse_name_range(std::string_view piece, const std::string& store);
// `name_of` makes the name that ranges speak of out of one of the list.
std::vector<std::string> split_names(const NameList& names, std::size_t wanted,
                                     const std::function<std::string(std::string_view)>& name_of);

}  // namespace smsbackup::stores
