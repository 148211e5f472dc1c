#include "mime/message_id.hpp"

#include <array>
#include <cstring>
#include <functional>
#include <optional>

#include "mime/ascii.hpp"
#include "mime/md5.hpp"

namespace smsbackup::mime {
namespace {

// Java turns half surrogates into '?' on the way to bytes; they are three bytes here.
bool has_half_surrogates(std::string_view text) noexcept {
  for (std::size_t at = text.find('\xed'); at != std::string_view::npos; at = text.find('\xed', at + 1)) {
    if (at + 2 < text.size() && byte(text[at + 1]) >= 0xa0) return true;
  }
  return false;
}

std::string as_java_encodes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\xed' && i + 2 < text.size() && byte(text[i + 1]) >= 0xa0) {
      out += '?';
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

constexpr std::uint64_t not_zero(std::uint64_t number) noexcept { return number == 0 ? 1 : number; }

}  // namespace

Digest message_digest(std::int64_t date_ms, std::string_view address, std::int64_t type) {
  const Decimal date(date_ms);
  const Decimal kind(type);
  std::array<char, 128> space;
  std::string large;
  std::string_view text;
  if (has_half_surrogates(address) || address.size() > 64) {
    large = std::string(date.view()) + as_java_encodes(address) + "v2" + std::string(kind.view());
    text = large;
  } else {
    char* to = space.data();
    const auto put = [&to](std::string_view part) {
      if (!part.empty()) std::memcpy(to, part.data(), part.size());
      to += part.size();
    };
    put(date.view());
    put(address);
    put("v2");
    put(kind.view());
    text = {space.data(), static_cast<std::size_t>(to - space.data())};
  }
  return Digest{md5(text)};
}

char* write_hex(const Digest& digest, char* to) noexcept {
  for (const std::uint8_t value : digest.bytes) {
    *to++ = "0123456789abcdef"[value >> 4];
    *to++ = "0123456789abcdef"[value & 15];
  }
  return to;
}

void append_hex(const Digest& digest, std::string& out) {
  std::array<char, 32> hex;
  write_hex(digest, hex.data());
  out.append(hex.data(), hex.size());
}

std::string format_message_id(const Digest& digest, std::string_view suffix) {
  std::string id;
  id.reserve(64 + suffix.size());
  id += '<';
  append_hex(digest, id);
  id += suffix;
  id += '@';
  id += id_domain;
  id += '>';
  return id;
}

std::uint64_t short_digest(const Digest& digest) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  return value;
}

std::uint64_t MessageIds::number_of(const Digest& digest) noexcept { return not_zero(short_digest(digest)); }

std::uint64_t MessageIds::number_of(std::string_view message_id) noexcept {
  message_id = trim(message_id);
  if (message_id.starts_with('<')) message_id.remove_prefix(1);
  if (message_id.size() > 33 && message_id[32] == '@') {
    if (const std::optional<Digest> digest = Digest::from_hex(message_id.substr(0, 32))) return number_of(*digest);
  }
  if (message_id.ends_with('>')) message_id.remove_suffix(1);
  return not_zero(static_cast<std::uint64_t>(std::hash<std::string_view>()(message_id)));
}

MessageIds::Slot& MessageIds::Piece::slot_of(std::uint64_t id) noexcept {
  const std::uint64_t place = id << piece_bits >> 32;
  auto at = static_cast<std::size_t>(place * slots.size() >> 32);
  while (slots[at].id != 0 && slots[at].id != id) at = at + 1 == slots.size() ? 0 : at + 1;
  return slots[at];
}

void MessageIds::Piece::grow() {
  std::vector<Slot> old(slots.empty() ? 16 : slots.size() + slots.size() / 4);
  old.swap(slots);
  for (const Slot& slot : old) {
    if (slot.id != 0) slot_of(slot.id) = slot;
  }
}

MessageIds::Found MessageIds::claim(std::uint64_t id, const Content& content) {
  Piece& piece = pieces_[static_cast<std::size_t>(id >> (64 - piece_bits))];
  if ((piece.used + 1) * 5 > piece.slots.size() * 4) piece.grow();
  Slot& slot = piece.slot_of(id);
  if (slot.id == 0) {
    slot = {id, content};
    ++piece.used;
    ++used_;
    return Found::free;
  }
  if (slot.content.digest != content.digest) return Found::taken;
  const bool known = slot.content.fine != 0 && content.fine != 0;
  return known && slot.content.fine != content.fine ? Found::taken : Found::same;
}

}  // namespace smsbackup::mime
