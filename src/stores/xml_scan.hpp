// Looking for one of two bytes, the innermost loop of reading XML.
#pragma once

#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace smsbackup::stores {

// The first `a` or `b` from `at` on; `limit` if there is none. Up to 15 bytes behind `limit` are read (not looked at).
inline const char* find_either(const char* at, const char* limit, char a, char b) noexcept {
#if defined(__SSE2__)
  const __m128i wanted_a = _mm_set1_epi8(a);
  const __m128i wanted_b = _mm_set1_epi8(b);
  for (; at < limit; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const int found = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, wanted_a), _mm_cmpeq_epi8(bytes, wanted_b)));
    if (found != 0) {
      const char* const hit = at + __builtin_ctz(static_cast<unsigned>(found));
      return hit < limit ? hit : limit;
    }
  }
  return limit;
#else
  const auto* const first_a = static_cast<const char*>(std::memchr(at, a, static_cast<std::size_t>(limit - at)));
  if (first_a != nullptr) limit = first_a;
  const auto* const first_b = static_cast<const char*>(std::memchr(at, b, static_cast<std::size_t>(limit - at)));
  return first_b != nullptr ? first_b : limit;
#endif
}

}  // namespace smsbackup::stores
