#include "mime/md5.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace smsbackup::mime {
namespace {

struct Chain {
  std::uint32_t a = 0x67452301;
  std::uint32_t b = 0xefcdab89;
  std::uint32_t c = 0x98badcfe;
  std::uint32_t d = 0x10325476;
};

// The standard's table: floor(2^32 * |sin(i + 1)|).
constexpr std::array<std::uint32_t, 64> sines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr std::uint32_t load(const std::uint8_t* at) noexcept {
  return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8 |
         static_cast<std::uint32_t>(at[2]) << 16 | static_cast<std::uint32_t>(at[3]) << 24;
}

template <int Round>
constexpr std::uint32_t mix(std::uint32_t x, std::uint32_t y, std::uint32_t z) noexcept {
  if constexpr (Round == 0) return z ^ (x & (y ^ z));
  if constexpr (Round == 1) return y ^ (z & (x ^ y));
  if constexpr (Round == 2) return x ^ y ^ z;
  return y ^ (x | ~z);
}

template <int Round>
void round(Chain& chain, const std::array<std::uint32_t, 16>& words) noexcept {
  constexpr std::array<std::array<int, 4>, 4> shifts = {
      {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
  constexpr std::array<std::size_t, 4> factor = {1, 5, 3, 7};
  constexpr std::array<std::size_t, 4> offset = {0, 1, 5, 0};
  const auto step = [&](std::uint32_t& a, std::uint32_t b, std::uint32_t c, std::uint32_t d, std::size_t i) {
    const std::uint32_t word = words[(factor[Round] * i + offset[Round]) % 16];
    a = b + std::rotl(a + mix<Round>(b, c, d) + word + sines[Round * 16 + i], shifts[Round][i % 4]);
  };
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 16; i += 4) {
    step(chain.a, chain.b, chain.c, chain.d, i);
    step(chain.d, chain.a, chain.b, chain.c, i + 1);
    step(chain.c, chain.d, chain.a, chain.b, i + 2);
    step(chain.b, chain.c, chain.d, chain.a, i + 3);
  }
}

void add_block(Chain& chain, const std::uint8_t* block) noexcept {
  std::array<std::uint32_t, 16> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = load(block + 4 * i);
  Chain next = chain;
  round<0>(next, words);
  round<1>(next, words);
  round<2>(next, words);
  round<3>(next, words);
  chain = {chain.a + next.a, chain.b + next.b, chain.c + next.c, chain.d + next.d};
}

}  // namespace

Md5 md5(std::string_view bytes) noexcept {
  Chain chain;
  const auto* at = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 64; left -= 64, at += 64) add_block(chain, at);

  std::array<std::uint8_t, 128> tail{};
  if (left != 0) std::memcpy(tail.data(), at, left);
  tail[left] = 0x80;
  const std::size_t size = left < 56 ? 64 : 128;
  const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size()) * 8;
  for (std::size_t i = 0; i < 8; ++i) tail[size - 8 + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  add_block(chain, tail.data());
  if (size == 128) add_block(chain, tail.data() + 64);

  Md5 digest;
  const std::array<std::uint32_t, 4> words = {chain.a, chain.b, chain.c, chain.d};
  for (std::size_t i = 0; i < 16; ++i) digest[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
  return digest;
}

}  // namespace smsbackup::mime
