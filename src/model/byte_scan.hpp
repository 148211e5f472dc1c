// Looking for one of two bytes: the innermost loop of reading XML and JSON.
#pragma once

#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace smsbackup::model {

#if defined(__SSE2__)
// Which of the sixteen bytes from `at` on are `a` or `b`, a bit each.
inline unsigned either_of_sixteen(const char* at, __m128i a, __m128i b) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, a), _mm_cmpeq_epi8(bytes, b))));
}
#endif

// The first `a` or `b` from `at` on; `limit` if there is none.
inline const char* find_either(const char* at, const char* limit, char a, char b) noexcept {
#if defined(__SSE2__)
  const __m128i wanted_a = _mm_set1_epi8(a);
  const __m128i wanted_b = _mm_set1_epi8(b);
  for (; limit - at >= 16; at += 16) {
    if (const auto found = either_of_sixteen(at, wanted_a, wanted_b)) return at + __builtin_ctz(found);
  }
#endif
  while (at != limit && *at != a && *at != b) ++at;
  return at;
}

// The same where up to 15 bytes behind `limit` may be read (they are not looked at).
inline const char* find_either_padded(const char* at, const char* limit, char a, char b) noexcept {
#if defined(__SSE2__)
  const __m128i wanted_a = _mm_set1_epi8(a);
  const __m128i wanted_b = _mm_set1_epi8(b);
  for (; at < limit; at += 16) {
    if (const auto found = either_of_sixteen(at, wanted_a, wanted_b)) {
      const char* const hit = at + __builtin_ctz(found);
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

}  // namespace smsbackup::model
