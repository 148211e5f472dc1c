#include "smsbackup/key.hpp"

#include <algorithm>

#include "engine/rcs_id.hpp"
#include "smsbackup/address.hpp"

namespace smsbackup {
namespace {

// A value of 0 to 15, or nothing.
std::optional<std::uint8_t> hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::string message_id_of(const Record& record) {
  const auto* mms = std::get_if<Mms>(&record);
  if (mms == nullptr) return {};
  if (mms->m_id.has_value() && !mms->m_id->empty()) return *mms->m_id;
  if (!mms->tr_id.has_value()) return {};
  return engine::rcs_message_id(*mms->tr_id).value_or(std::string());
}

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
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const auto high = hex_value(hex[2 * i]);
    const auto low = hex_value(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    digest.bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return digest;
}

RecordKey key_of(const Record& record, DedupLevel level, const std::vector<std::string>& own_numbers) {
  RecordKey key;
  key.type = type_of(record);
  key.direction = direction_of(record);
  key.date = date_of(record);
  key.whole_second = key.date && *key.date % 1000 == 0;
  for (const std::string_view party : parties_of(record)) {
    const bool own = key.type == RecordType::mms &&
                     std::any_of(own_numbers.begin(), own_numbers.end(),
                                 [&](const std::string& number) { return same_address(party, number); });
    if (!own) key.parties.emplace_back(party);
  }
  key.content = content_digest(record, level);
  key.message_id = message_id_of(record);
  return key;
}

}  // namespace smsbackup
