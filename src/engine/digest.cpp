#include <array>
#include <cstddef>

#include "smsbackup/key.hpp"

namespace smsbackup {
namespace {

constexpr std::uint8_t no_digit = 0xff;

constexpr auto make_hex_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}
constexpr std::array<std::uint8_t, 256> hex_values = make_hex_values();

}  // namespace

std::string Digest::hex() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 0xf];
  }
  return text;
}

std::optional<Digest> Digest::from_hex(std::string_view hex) noexcept {
  Digest digest;
  if (hex.size() != 2 * digest.bytes.size()) return std::nullopt;
  unsigned all = 0;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const unsigned high = hex_values[static_cast<unsigned char>(hex[2 * i])];
    const unsigned low = hex_values[static_cast<unsigned char>(hex[2 * i + 1])];
    all |= high | low;
    digest.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if ((all & 0xf0) != 0) return std::nullopt;
  return digest;
}

}  // namespace smsbackup
