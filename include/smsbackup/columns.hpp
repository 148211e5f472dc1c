// The columns of each row type by name, for code that moves whole rows: codecs, databases, host bindings.
//
// columns_of<Sms>() lists the typed columns in the provider's order. set_column() takes a column as the provider
// would print it and keeps everything: what is no plain decimal number in an integer column goes to extras as text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "smsbackup/export.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

// What one count of an integer column means in the provider. In a Record, times are always milliseconds.
enum class Unit : std::uint8_t { none, milliseconds, seconds };

template <class Row>
struct ColumnOf {
  std::string_view name;            // the provider's, e.g. "_id"
  Integer Row::*integer = nullptr;  // exactly one of the two is set
  Text Row::*text = nullptr;
  Unit unit = Unit::none;
};

// Row is Sms, Mms, MmsAddress, MmsPart or Call.
template <class Row>
std::span<const ColumnOf<Row>> columns_of() noexcept;
template <>
SMSBACKUP_EXPORT std::span<const ColumnOf<Sms>> columns_of<Sms>() noexcept;
template <>
SMSBACKUP_EXPORT std::span<const ColumnOf<Mms>> columns_of<Mms>() noexcept;
template <>
SMSBACKUP_EXPORT std::span<const ColumnOf<MmsAddress>> columns_of<MmsAddress>() noexcept;
template <>
SMSBACKUP_EXPORT std::span<const ColumnOf<MmsPart>> columns_of<MmsPart>() noexcept;
template <>
SMSBACKUP_EXPORT std::span<const ColumnOf<Call>> columns_of<Call>() noexcept;

// The column of that name; nullptr if there is no typed one. Takes time independent of the number of columns.
template <class Row>
const ColumnOf<Row>* find_column(std::string_view name) noexcept;
template <>
SMSBACKUP_EXPORT const ColumnOf<Sms>* find_column<Sms>(std::string_view name) noexcept;
template <>
SMSBACKUP_EXPORT const ColumnOf<Mms>* find_column<Mms>(std::string_view name) noexcept;
template <>
SMSBACKUP_EXPORT const ColumnOf<MmsAddress>* find_column<MmsAddress>(std::string_view name) noexcept;
template <>
SMSBACKUP_EXPORT const ColumnOf<MmsPart>* find_column<MmsPart>(std::string_view name) noexcept;
template <>
SMSBACKUP_EXPORT const ColumnOf<Call>* find_column<Call>(std::string_view name) noexcept;

// Reads a plain decimal number: an optional '-', digits without a leading zero, in the range of int64. Nothing else,
// so that printing gives the same text back.
SMSBACKUP_EXPORT std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

// Sets a column by name from the provider's text (nullopt: SQL NULL). Seconds become milliseconds.
template <class Row>
void set_column(Row& row, std::string_view name, std::optional<std::string_view> text);
extern template SMSBACKUP_EXPORT void set_column(Sms&, std::string_view, std::optional<std::string_view>);
extern template SMSBACKUP_EXPORT void set_column(Mms&, std::string_view, std::optional<std::string_view>);
extern template SMSBACKUP_EXPORT void set_column(MmsAddress&, std::string_view, std::optional<std::string_view>);
extern template SMSBACKUP_EXPORT void set_column(MmsPart&, std::string_view, std::optional<std::string_view>);
extern template SMSBACKUP_EXPORT void set_column(Call&, std::string_view, std::optional<std::string_view>);

// One row's columns as the provider would print them, known ones first, then extras; absent ones are left out.
// visit(name, text) gets nullopt for NULL. A time in a seconds column that has a millisecond part is printed in whole
// seconds, rounded down: whoever needs it exactly reads the member.
template <class Row, class Visit>
void for_each_column(const Row& row, Visit&& visit) {
  for (const ColumnOf<Row>& column : columns_of<Row>()) {
    if (column.text != nullptr) {
      const Text& cell = row.*column.text;
      if (cell.has_value()) {
        visit(column.name, std::optional<std::string_view>(*cell));
      } else if (cell.is_null()) {
        visit(column.name, std::optional<std::string_view>());
      }
      continue;
    }
    const Integer& cell = row.*column.integer;
    if (cell.has_value()) {
      std::int64_t value = *cell;
      if (column.unit == Unit::seconds) value = value / 1000 - (value % 1000 < 0 ? 1 : 0);
      const std::string digits = std::to_string(value);
      visit(column.name, std::optional<std::string_view>(digits));
    } else if (cell.is_null()) {
      visit(column.name, std::optional<std::string_view>());
    }
  }
  for (const auto& [name, value] : row.extras) {
    visit(std::string_view(name), value ? std::optional<std::string_view>(*value) : std::optional<std::string_view>());
  }
}

}  // namespace smsbackup
