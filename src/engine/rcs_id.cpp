#include "engine/rcs_id.hpp"

#include <cstddef>
#include <cstdint>

#include "model/base64.hpp"

namespace smsbackup::engine {
namespace {

constexpr std::string_view prefix = "proto:";
constexpr std::size_t longest = 64 * 1024;

// Protocol Buffers' wire types: https://protobuf.dev/programming-guides/encoding/
enum WireType : std::uint64_t { varint = 0, fixed64 = 1, length_delimited = 2, fixed32 = 5 };

// Reads what is at the front and moves past it. Nothing at the end or when it is broken.
std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> take_bytes(std::string_view& in, std::uint64_t size) {
  if (size > in.size()) return std::nullopt;
  const std::string_view bytes = in.substr(0, static_cast<std::size_t>(size));
  in.remove_prefix(bytes.size());
  return bytes;
}

// The first length-delimited field of that number.
std::optional<std::string_view> field(std::string_view message, std::uint64_t wanted) {
  while (!message.empty()) {
    const std::optional<std::uint64_t> key = take_varint(message);
    if (!key) return std::nullopt;
    std::optional<std::string_view> content;
    switch (*key & 7) {
      case varint:
        if (!take_varint(message)) return std::nullopt;
        continue;
      case fixed64:
        content = take_bytes(message, 8);
        break;
      case fixed32:
        content = take_bytes(message, 4);
        break;
      case length_delimited: {
        const std::optional<std::uint64_t> size = take_varint(message);
        if (size) content = take_bytes(message, *size);
        if (content && *key >> 3 == wanted) return content;
        break;
      }
      default:
        return std::nullopt;
    }
    if (!content) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> rcs_message_id(std::string_view tr_id) {
  if (tr_id.substr(0, prefix.size()) != prefix || tr_id.size() > longest) return std::nullopt;
  const std::optional<std::string> bytes = base64::decode(tr_id.substr(prefix.size()), base64::Mode::lenient);
  if (!bytes) return std::nullopt;

  std::optional<std::string_view> found = *bytes;
  for (const std::uint64_t step : {1, 2, 2, 5}) {
    found = field(*found, step);
    if (!found) return std::nullopt;
  }
  if (found->empty()) return std::nullopt;
  return std::string(*found);
}

}  // namespace smsbackup::engine
