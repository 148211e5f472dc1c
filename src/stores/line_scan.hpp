// Looking for lines that begin with one of two bytes, the innermost loop of taking mails apart.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace smsbackup::stores {

// Where, at `from` or behind it, the first line begins whose first byte is `a` or `b`; npos if none does. Text begins
// with a line.
inline std::size_t find_line(std::string_view text, std::size_t from, char a, char b) noexcept {
  const auto is_wanted = [&](std::size_t at) { return text[at] == a || text[at] == b; };
  if (from == 0 && !text.empty()) {
    if (is_wanted(0)) return 0;
    from = 1;
  }
#if defined(__SSE2__)
  const __m128i line_end = _mm_set1_epi8('\n');
  const __m128i wanted_a = _mm_set1_epi8(a);
  const __m128i wanted_b = _mm_set1_epi8(b);
  const auto load = [](const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); };
  for (; from + 16 <= text.size(); from += 16) {
    const __m128i bytes = load(text.data() + from);
    const __m128i wanted = _mm_or_si128(_mm_cmpeq_epi8(bytes, wanted_a), _mm_cmpeq_epi8(bytes, wanted_b));
    const __m128i begins = _mm_cmpeq_epi8(load(text.data() + from - 1), line_end);
    const int found = _mm_movemask_epi8(_mm_and_si128(wanted, begins));
    if (found != 0) return from + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(found)));
  }
#endif
  while (from < text.size()) {
    const auto end = text.find('\n', from - 1);
    if (end == std::string_view::npos || end + 1 == text.size()) break;
    if (is_wanted(end + 1)) return end + 1;
    from = end + 2;
  }
  return std::string_view::npos;
}

}  // namespace smsbackup::stores
