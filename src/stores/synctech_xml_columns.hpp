// What SyncTech's attributes mean: the units of their times, the order in which the app writes them, and what our own
// attribute adds where they can't say what a record holds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "smsbackup/columns.hpp"

namespace smsbackup::stores::synctech {

// The attribute of ours, see append_override().
inline constexpr std::string_view override_attribute = "smsbackup_columns";

enum class Time : std::uint8_t {
  none,          // no time
  milliseconds,  // as in the record
  seconds,       // date_sent of an MMS; other programs write milliseconds, its size tells
};

template <class Row>
Time time_of(const ColumnOf<Row>& column) noexcept {
  if (column.unit == Unit::none) return Time::none;
  // The app multiplies the `date` of an MMS, which the provider keeps in seconds, and copies its `date_sent`.
  return column.unit == Unit::seconds && column.name != "date" ? Time::seconds : Time::milliseconds;
}

// What a number in the file means, in milliseconds. A time in milliseconds between 1970-01-02 and 1973-03-03 is one in
// seconds of a later year: some programs write these.
constexpr std::int64_t time_from_file(Time time, std::int64_t value) noexcept {
  constexpr std::int64_t least = 100'000'000;
  constexpr std::int64_t beyond = 100'000'000'000;
  if (time == Time::milliseconds && value >= least && value < beyond) return value * 1000;
  if (time == Time::seconds && value > -beyond && value < beyond) return value * 1000;
  return value;
}

// What to write for a time; time_from_file() of it may differ where the file can't say it exactly.
constexpr std::int64_t time_to_file(Time time, std::int64_t value) noexcept {
  if (time != Time::seconds) return value;
  return value / 1000 - (value % 1000 < 0 ? 1 : 0);
}

// The attributes in the app's order. Those that every version of the app writes are written even where the record has
// no such column, as `null`.
struct AttributeOrder {
  std::string_view name;
  bool always = false;
};
template <class Row>
std::span<const AttributeOrder> attribute_order() noexcept;
template <>
std::span<const AttributeOrder> attribute_order<Sms>() noexcept;
template <>
std::span<const AttributeOrder> attribute_order<Mms>() noexcept;
template <>
std::span<const AttributeOrder> attribute_order<MmsAddress>() noexcept;
template <>
std::span<const AttributeOrder> attribute_order<MmsPart>() noexcept;
template <>
std::span<const AttributeOrder> attribute_order<Call>() noexcept;

// Overrides say what the plain attributes can't, as entries separated by "; ":
//   -name        the row has no such column (the attribute says null)
//   name=value   this is its value, to the byte; times in milliseconds
//   name         it is NULL
//   +name…       the same for a column in extras that is named like a typed one
// Bytes that are no printable ASCII, blanks and the characters % ; = are written as %XX, and so is a sign that begins
// a name.
enum class OverrideKind : std::uint8_t { absent, set, set_extra };
void append_override(OverrideKind kind, std::string_view name, std::optional<std::string_view> value,
                     std::string& overrides);

// Applies the overrides to a row that was read from its plain attributes. False if some make no sense; they are
// left out.
template <class Row>
bool apply_overrides(std::string_view overrides, Row& row);
extern template bool apply_overrides(std::string_view, Sms&);
extern template bool apply_overrides(std::string_view, Mms&);
extern template bool apply_overrides(std::string_view, MmsAddress&);
extern template bool apply_overrides(std::string_view, MmsPart&);
extern template bool apply_overrides(std::string_view, Call&);

}  // namespace smsbackup::stores::synctech
