// Fills rows from header values and column lists.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mime/encoded_word.hpp"
#include "mime/mail_fields.hpp"
#include "mime/seed_value.hpp"
#include "mime/wire_columns.hpp"
#include "mime/wire_names.hpp"
#include "smsbackup/charset.hpp"
#include "smsbackup/limits.hpp"

namespace smsbackup::mime {

// A list holds more columns, or a longer name or value, than the limits allow.
struct ListTooLarge {
  const char* why;
};

inline void check_token(const ColumnToken& token, std::size_t count, const Limits& limits) {
  if (count > limits.columns) throw ListTooLarge{"more columns in one row than the limit allows"};
  if (token.name.size() > limits.name_size) throw ListTooLarge{"a column's name is longer than the limit allows"};
  if (token.value.size() > limits.text_size) throw ListTooLarge{"a column is larger than the limit allows"};
}

// Sets a column from the value of an X-smssync header, cleaned of folds and with its encoded words decoded.
template <class Row>
void set_seed_column(Row& row, const ColumnOf<Row>& column, std::string_view value) {
  if (column.text != nullptr) {
    (row.*column.text).emplace().assign(value);
    return;
  }
  const std::optional<std::int64_t> number = parse_lenient_integer(value);
  const std::optional<std::int64_t> time = number ? to_milliseconds(*number, column.unit) : std::nullopt;
  if (time) {
    row.*column.integer = *time;
  } else {
    row.extras.insert_or_assign(std::string(column.name), std::string(value));
  }
}

template <class Row>
void read_seed_headers(const MailFields& fields, CharsetConverter& charsets, std::string& scratch, std::string& words,
                       Row& row) {
  for (const SeedColumn<Row>& seed : SeedColumns<Row>::columns) {
    const std::string_view raw = fields.at(seed.header);
    if (raw.data() == nullptr) continue;
    std::string_view value = fields.folded_seed ? unfolded(raw, scratch) : trim(raw);
    if (seed.column->integer != nullptr) {
      const std::optional<std::int64_t> number = parse_short_integer(value);
      const std::optional<std::int64_t> time = number ? to_milliseconds(*number, seed.column->unit) : std::nullopt;
      if (time) {
        row.*seed.column->integer = *time;
        continue;
      }
    }
    if (value.find("=?") != std::string_view::npos) {
      words.clear();
      append_decoded_words(value, charsets, words);
      value = words;
    }
    set_seed_column(row, *seed.column, value);
  }
}

// Applies a list to one row; marks and a leading number are left out.
template <class Row>
void read_column_list(std::string_view list, const Limits& limits, Row& row) {
  ColumnListReader reader(list);
  ColumnListApplier<Row> applier(row);
  ColumnToken token;
  for (std::size_t count = 1; reader.next(token); ++count) {
    check_token(token, count, limits);
    if (token.prefix == '*' || token.kind == ColumnToken::Kind::row_end) continue;
    applier.apply(token);
  }
}

}  // namespace smsbackup::mime
