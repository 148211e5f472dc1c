// Spreads the bits of numbers and short texts for hash tables. Not for anything that an enemy must not invert.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace smsbackup::engine {

// A bijection after which every bit depends on every other: two rounds of xor-shift and multiply by an odd number.
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93;
  value ^= value >> 32;
  return value;
}

inline std::uint64_t mix(std::string_view text, std::uint64_t seed) noexcept {
  std::uint64_t hash = mix(seed ^ text.size());
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    hash = mix(hash ^ word);
    text.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());  // data() may be null
  return mix(hash ^ rest);
}

}  // namespace smsbackup::engine
