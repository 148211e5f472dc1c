// One line end after the other, the innermost loop of reading a header.
#pragma once

#include <cstddef>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#else
#include <cstring>
#endif

namespace smsbackup::mime {

// The lines of a header are short: finding the ends of many at once takes a third of a memchr() for each.
class LineEndScan {
 public:
  LineEndScan(const char* begin, const char* end) noexcept : next_(begin), end_(end) {}

  // The next '\n'; null when there is none left.
  const char* next() noexcept {
#if defined(__SSE2__)
    while (found_ == 0) {
      if (next_ == end_) return nullptr;
      block_ = next_;
      if (end_ - next_ >= block_size) {
        found_ = at_once(next_);
        next_ += block_size;
      } else {
        for (int i = 0; next_ != end_; ++i, ++next_) {
          if (*next_ == '\n') found_ |= 1ULL << i;
        }
      }
    }
    const char* const hit = block_ + __builtin_ctzll(found_);
    found_ &= found_ - 1;
    return hit;
#else
    const auto* const hit = static_cast<const char*>(std::memchr(next_, '\n', static_cast<std::size_t>(end_ - next_)));
    next_ = hit == nullptr ? end_ : hit + 1;
    return hit;
#endif
  }

 private:
#if defined(__SSE2__)
  static constexpr std::ptrdiff_t block_size = 64;

  static std::uint64_t at_once(const char* at) noexcept {
    const __m128i line_end = _mm_set1_epi8('\n');
    std::uint64_t found = 0;
    for (int i = 0; i < 4; ++i) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i));
      const auto some = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, line_end)));
      found |= static_cast<std::uint64_t>(some) << (16 * i);
    }
    return found;
  }

  const char* block_ = nullptr;  // where the bits of found_ begin
  std::uint64_t found_ = 0;      // line ends that were not given out yet
#endif
  const char* next_;  // what was not looked at begins here
  const char* end_;
};

}  // namespace smsbackup::mime
