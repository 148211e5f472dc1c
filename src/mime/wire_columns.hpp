// The lists in X-smsbackup-columns, -addresses, -part and -hidden-part: columns as "name=value", NULL as "name", absent
// as "name!", separated by ';' (and rows by ','). What is not in the safe set is %XX, so that blanks and line breaks,
// wherever a server puts them, mean nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mime/ascii.hpp"
#include "mime/mail_buffer.hpp"
#include "mime/seed_value.hpp"
#include "model/column_tables.hpp"
#include "smsbackup/columns.hpp"

namespace smsbackup::mime {

// Builds one list, with line breaks in it: 76 characters a line, also within long values.
class ColumnListWriter {
 public:
  // `column` is where the first line goes on.
  explicit ColumnListWriter(std::string& out, std::size_t column = 0) : out_(out), column_(column) {}

  void value(std::string_view name, std::string_view text) { token({}, name, '=', text); }
  // The same for names and values that need no escapes: those of typed columns, and numbers.
  void plain_value(std::string_view name, std::string_view text) { plain_token(name, '=', text); }
  void plain_null(std::string_view name) { plain_token(name, '\0', {}); }
  void null(std::string_view name) { token({}, name, '\0', {}); }
  void absent(std::string_view name) { token({}, name, '!', {}); }
  void extra(std::string_view name, const std::optional<std::string>& text) {
    token("+", name, text ? '=' : '\0', text ? std::string_view(*text) : std::string_view());
  }
  // A mark of the format itself, e.g. "*text" or "*lines=lf3".
  void mark(std::string_view name, std::string_view text = {}) { token("*", name, text.empty() ? '\0' : '=', text); }
  // A number that stands for itself at the start of a list.
  void number(std::uint64_t value);
  void next_row();

  bool empty() const noexcept { return first_; }

 private:
  void token(std::string_view prefix, std::string_view name, char sign, std::string_view text);
  void plain_token(std::string_view name, char sign, std::string_view text);
  void put(std::string_view safe);
  void put_escaped(std::string_view text);

  std::string& out_;
  std::size_t column_;
  bool first_ = true;
};

// One token of a list.
struct ColumnToken {
  enum class Kind : std::uint8_t { value, null, absent, row_end };
  Kind kind = Kind::value;
  char prefix = '\0';  // '+' extra, '*' mark
  std::string_view name;
  std::string_view value;  // decoded; valid until the next token
};

// Takes a list apart. Never fails: what makes no sense is a strange name.
class ColumnListReader {
 public:
  explicit ColumnListReader(std::string_view list) : rest_(list) {}
  bool next(ColumnToken& token);

 private:
  std::string_view decoded(std::string_view raw, std::string& scratch);

  std::string_view rest_;
  bool row_ended_ = false;
  std::string name_;
  std::string value_;
};

// A time in a seconds column, exact to the millisecond: "1553144251" or "1553144251.123".
class SecondsText {
 public:
  explicit SecondsText(std::int64_t milliseconds) noexcept;
  std::string_view view() const noexcept { return {text_, size_}; }
  bool whole() const noexcept { return whole_; }

 private:
  char text_[28];
  std::size_t size_;
  bool whole_;
};
std::optional<std::int64_t> parse_seconds_text(std::string_view text) noexcept;

// Writes the columns of a row and its extras; those whose bit is set in `carried` stand elsewhere, exactly. Typed
// columns that are absent are left out, unless their bit is set in `denied`: a header says something else.
template <class Row>
void write_columns(const Row& row, std::uint64_t carried, std::uint64_t denied, ColumnListWriter& list) {
  std::uint64_t bit = 1;
  for (const ColumnOf<Row>& column : model::Table<Row>::columns) {
    const bool skip = (carried & bit) != 0;
    const bool deny = (denied & bit) != 0;
    bit <<= 1;
    if (skip) continue;
    if (column.text != nullptr) {
      const Text& cell = row.*column.text;
      if (cell.has_value()) {
        list.value(column.name, *cell);
      } else if (cell.is_null()) {
        list.plain_null(column.name);
      } else if (deny) {
        list.absent(column.name);
      }
      continue;
    }
    const Integer& cell = row.*column.integer;
    if (cell.has_value()) {
      if (column.unit == Unit::seconds) {
        list.plain_value(column.name, SecondsText(*cell).view());
      } else {
        list.plain_value(column.name, Decimal(*cell).view());
      }
    } else if (cell.is_null()) {
      list.plain_null(column.name);
    } else if (deny) {
      list.absent(column.name);
    }
  }
}

// The place of a column in its row, to make the bits above.
template <class Row>
constexpr std::uint64_t column_bit(std::string_view name) {
  std::uint64_t bit = 1;
  for (const ColumnOf<Row>& column : model::Table<Row>::columns) {
    if (column.name == name) return bit;
    bit <<= 1;
  }
  return 0;
}

// Puts tokens into a row. Tokens mostly come in the provider's order, so the search goes on where the last one ended.
template <class Row>
class ColumnListApplier {
 public:
  explicit ColumnListApplier(Row& row) : row_(row) {}

  // Not for marks.
  void apply(const ColumnToken& token) {
    if (token.prefix == '+') {
      std::optional<std::string>& extra = row_.extras[std::string(token.name)];
      if (token.kind == ColumnToken::Kind::value) {
        extra = token.value;
      } else {
        extra.reset();
      }
      return;
    }
    const ColumnOf<Row>* const column = find(token.name);
    if (column == nullptr) {
      if (token.kind == ColumnToken::Kind::absent) {
        if (const auto earlier = row_.extras.find(token.name); earlier != row_.extras.end()) row_.extras.erase(earlier);
      } else {
        set_column(row_, token.name, text_of(token));
      }
      return;
    }
    // What a header said about this column, right or wrong, is replaced.
    if (!row_.extras.empty()) {
      if (const auto earlier = row_.extras.find(token.name); earlier != row_.extras.end()) row_.extras.erase(earlier);
    }
    if (column->text != nullptr) {
      Text& cell = row_.*column->text;
      if (token.kind == ColumnToken::Kind::value) {
        cell.emplace().assign(token.value);
      } else if (token.kind == ColumnToken::Kind::null) {
        cell = null;
      } else {
        cell = Text();
      }
      return;
    }
    Integer& cell = row_.*column->integer;
    if (token.kind == ColumnToken::Kind::null) {
      cell = null;
      return;
    }
    cell = Integer();
    if (token.kind == ColumnToken::Kind::absent) return;
    const std::optional<std::int64_t> number =
        column->unit == Unit::seconds ? parse_seconds_text(token.value) : parse_short_integer(token.value);
    if (number) {
      cell = *number;
    } else {
      set_column(row_, token.name, token.value);
    }
  }

 private:
  static std::optional<std::string_view> text_of(const ColumnToken& token) {
    if (token.kind == ColumnToken::Kind::null) return std::nullopt;
    return token.value;
  }
  const ColumnOf<Row>* find(std::string_view name) noexcept {
    constexpr auto& columns = model::Table<Row>::columns;
    for (std::size_t tries = 0; tries < 4 && next_ + tries < columns.size(); ++tries) {
      if (columns[next_ + tries].name == name) {
        next_ += tries + 1;
        return &columns[next_ - 1];
      }
    }
    const ColumnOf<Row>* const column = find_column<Row>(name);
    if (column != nullptr) next_ = static_cast<std::size_t>(column - columns_of<Row>().data()) + 1;
    return column;
  }

  Row& row_;
  std::size_t next_ = 0;
};

}  // namespace smsbackup::mime
