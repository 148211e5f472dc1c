#include "smsbackup/columns.hpp"

#include <charconv>
#include <cstring>
#include <limits>

#include "model/column_tables.hpp"

namespace smsbackup {
namespace {

// A few bytes of the name and its length tell all columns of a row apart; a multiplier found at compile time spreads
// them over the slots without a collision, so that a look-up is one hash and one comparison.
constexpr std::uint32_t fingerprint(std::string_view name) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i])); };
  const std::size_t size = name.size();
  return byte(0) | byte(size - 1) << 8 | byte(size / 3) << 16 | static_cast<std::uint32_t>(size) << 24;
}

constexpr unsigned slot_bits = 8;
constexpr std::uint8_t no_column = 0xff;

constexpr std::size_t slot_of(std::uint32_t print, std::uint32_t multiplier) noexcept {
  return static_cast<std::size_t>((print * multiplier) >> (32 - slot_bits));
}

struct Slots {
  std::uint32_t multiplier = 0;
  std::array<std::uint8_t, 1 << slot_bits> index{};
};

template <class Row>
constexpr Slots make_slots() {
  constexpr auto& columns = model::Table<Row>::columns;
  static_assert(columns.size() < no_column);
  Slots slots;
  for (slots.multiplier = 0x9e3779b1;; slots.multiplier += 0x6a09e668) {
    slots.index.fill(no_column);
    bool collision = false;
    for (std::size_t i = 0; i < columns.size() && !collision; ++i) {
      std::uint8_t& slot = slots.index[slot_of(fingerprint(columns[i].name), slots.multiplier)];
      collision = slot != no_column;
      slot = static_cast<std::uint8_t>(i);
    }
    if (!collision) return slots;
  }
}

template <class Row>
const ColumnOf<Row>* find(std::string_view name) noexcept {
  static constexpr Slots slots = make_slots<Row>();
  if (name.empty() || name.size() > 0xff) return nullptr;
  const std::uint8_t index = slots.index[slot_of(fingerprint(name), slots.multiplier)];
  if (index == no_column) return nullptr;
  const ColumnOf<Row>& column = model::Table<Row>::columns[index];
  return column.name == name ? &column : nullptr;
}

}  // namespace

std::optional<std::int64_t> model::member_value(std::string_view text, Unit unit) noexcept {
  const std::optional<std::int64_t> value = parse_integer(text);
  if (!value || unit != Unit::seconds) return value;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1000;
  if (*value > most || *value < -most) return std::nullopt;
  return *value * 1000;
}

template <>
std::span<const ColumnOf<Sms>> columns_of<Sms>() noexcept {
  return model::Table<Sms>::columns;
}
template <>
std::span<const ColumnOf<Mms>> columns_of<Mms>() noexcept {
  return model::Table<Mms>::columns;
}
template <>
std::span<const ColumnOf<MmsAddress>> columns_of<MmsAddress>() noexcept {
  return model::Table<MmsAddress>::columns;
}
template <>
std::span<const ColumnOf<MmsPart>> columns_of<MmsPart>() noexcept {
  return model::Table<MmsPart>::columns;
}
template <>
std::span<const ColumnOf<Call>> columns_of<Call>() noexcept {
  return model::Table<Call>::columns;
}

template <>
const ColumnOf<Sms>* find_column<Sms>(std::string_view name) noexcept {
  return find<Sms>(name);
}
template <>
const ColumnOf<Mms>* find_column<Mms>(std::string_view name) noexcept {
  return find<Mms>(name);
}
template <>
const ColumnOf<MmsAddress>* find_column<MmsAddress>(std::string_view name) noexcept {
  return find<MmsAddress>(name);
}
template <>
const ColumnOf<MmsPart>* find_column<MmsPart>(std::string_view name) noexcept {
  return find<MmsPart>(name);
}
template <>
const ColumnOf<Call>* find_column<Call>(std::string_view name) noexcept {
  return find<Call>(name);
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return std::nullopt;
  if (digits.front() == '0' && text != "0") return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class Row>
void set_column(Row& row, std::string_view name, std::optional<std::string_view> text) {
  const ColumnOf<Row>* const column = find<Row>(name);
  if (column == nullptr) {
    row.extras.insert_or_assign(std::string(name), text);
    return;
  }
  if (column->text != nullptr) {
    if (text) {
      (row.*column->text).emplace().assign(*text);
    } else {
      row.*column->text = null;
    }
  } else if (!text) {
    row.*column->integer = null;
  } else {
    const std::optional<std::int64_t> value = model::member_value(*text, column->unit);
    if (!value) {
      row.*column->integer = Integer();
      row.extras.insert_or_assign(std::string(name), text);
      return;
    }
    row.*column->integer = *value;
  }
  if (!row.extras.empty()) {
    if (const auto earlier = row.extras.find(name); earlier != row.extras.end()) row.extras.erase(earlier);
  }
}

template SMSBACKUP_EXPORT void set_column(Sms&, std::string_view, std::optional<std::string_view>);
template SMSBACKUP_EXPORT void set_column(Mms&, std::string_view, std::optional<std::string_view>);
template SMSBACKUP_EXPORT void set_column(MmsAddress&, std::string_view, std::optional<std::string_view>);
template SMSBACKUP_EXPORT void set_column(MmsPart&, std::string_view, std::optional<std::string_view>);
template SMSBACKUP_EXPORT void set_column(Call&, std::string_view, std::optional<std::string_view>);

}  // namespace smsbackup
