// How often a test does the same thing again.
#pragma once

namespace smsbackup::test {

// Sanitizers look at what the code does with memory, which the first few times show, and make each many times slower.
template <class Number>
constexpr Number repeats(Number usually, [[maybe_unused]] Number under_sanitizers) {
#ifdef SMSBACKUP_SANITIZED
  return under_sanitizers;
#else
  return usually;
#endif
}

}  // namespace smsbackup::test
