#include "imap/key_entry.hpp"

#include <algorithm>

namespace smsbackup::imap {
namespace {

constexpr std::size_t max_parties = 100'000;

void put_number(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

bool take_number(std::string_view& bytes, std::uint64_t& out) {
  out = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    out |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

void put_text(std::string_view text, std::string& out) {
  put_number(text.size(), out);
  out += text;
}

bool take_text(std::string_view& bytes, std::string& out) {
  std::uint64_t size = 0;
  if (!take_number(bytes, size) || size > bytes.size()) return false;
  out = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

// Negative numbers stay short too.
std::uint64_t zigzag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Bits of an entry's first byte; the lowest four are type and direction.
constexpr unsigned is_record = 0x10, has_date = 0x20, whole_second = 0x40, has_content = 0x80;

}  // namespace

void append_entry(const KeyEntry& entry, std::string& out) {
  const auto& key = entry.key;
  unsigned bits = static_cast<unsigned>(key.type) | static_cast<unsigned>(key.direction) << 2;
  if (entry.is_record) bits |= is_record;
  if (key.date) bits |= has_date;
  if (key.whole_second) bits |= whole_second;
  if (key.content) bits |= has_content;
  out += static_cast<char>(bits);
  put_number(entry.uid, out);
  put_number(entry.size, out);
  if (!entry.is_record) return;
  if (key.date) put_number(zigzag(*key.date), out);
  if (key.content) out.append(reinterpret_cast<const char*>(key.content->bytes.data()), key.content->bytes.size());
  put_text(key.message_id, out);
  put_text(entry.message_id, out);
  put_number(key.parties.size(), out);
  for (const auto& party : key.parties) put_text(party, out);
}

bool take_entry(std::string_view& bytes, KeyEntry& out) {
  if (bytes.empty()) return false;
  const auto bits = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  out = {};
  const unsigned type = bits & 3;
  const unsigned direction = bits >> 2 & 3;
  if (type > static_cast<unsigned>(RecordType::call) || direction > static_cast<unsigned>(Direction::outgoing))
    return false;
  out.key.type = static_cast<RecordType>(type);
  out.key.direction = static_cast<Direction>(direction);
  out.is_record = (bits & is_record) != 0;
  out.key.whole_second = (bits & whole_second) != 0;
  std::uint64_t number = 0;
  if (!take_number(bytes, number) || number == 0 || number > UINT32_MAX) return false;
  out.uid = static_cast<std::uint32_t>(number);
  if (!take_number(bytes, out.size)) return false;
  if (!out.is_record) return true;
  if ((bits & has_date) != 0) {
    if (!take_number(bytes, number)) return false;
    out.key.date = unzigzag(number);
  }
  if ((bits & has_content) != 0) {
    Digest digest;
    if (bytes.size() < digest.bytes.size()) return false;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()), digest.bytes.size(), digest.bytes.begin());
    bytes.remove_prefix(digest.bytes.size());
    out.key.content = digest;
  }
  if (!take_text(bytes, out.key.message_id) || !take_text(bytes, out.message_id)) return false;
  if (!take_number(bytes, number) || number > max_parties) return false;
  for (std::uint64_t i = 0; i < number; ++i)
    if (!take_text(bytes, out.key.parties.emplace_back())) return false;
  return true;
}

}  // namespace smsbackup::imap
