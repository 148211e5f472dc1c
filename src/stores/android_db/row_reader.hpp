// Makes a row of the model of a row of a table: the columns that the model knows, and all others in its extras.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/columns.hpp"
#include "stores/android_db/table.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

// What an integer of a table is in a Record; nothing if a Record can't hold it.
inline std::optional<std::int64_t> in_milliseconds(std::int64_t value, Unit unit) noexcept {
  if (unit != Unit::seconds) return value;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1000;
  if (value > most || value < -most) return std::nullopt;
  return value * 1000;
}

template <class Row>
class RowReader {
 public:
  RowReader() = default;
  explicit RowReader(const Table& table) {
    for (const TableColumn& column : table.columns) {
      columns_.push_back({find_column<Row>(column.clean_name), column.clean_name});
    }
  }

  // Where a column is in the table; -1 if it isn't there.
  int position(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

  // The table's columns begin at `first` in the statement's row.
  void read(const SqliteStatement& statement, int first, Row& row) const {
    int at = first;
    for (const Column& column : columns_) {
      const int here = at++;
      const int type = statement.type(here);
      if (column.known == nullptr) {
        row.extras.insert_or_assign(column.name, type == SQLITE_NULL
                                                     ? std::nullopt
                                                     : std::optional<std::string>(content(statement, here, type)));
      } else if (column.known->text != nullptr) {
        if (type == SQLITE_NULL) {
          row.*column.known->text = null;
        } else {
          (row.*column.known->text).emplace().assign(content(statement, here, type));
        }
      } else {
        read_integer(statement, here, type, column, row);
      }
    }
  }

 private:
  struct Column {
    const ColumnOf<Row>* known;
    std::string name;
  };

  static std::string_view content(const SqliteStatement& statement, int at, int type) {
    return type == SQLITE_BLOB ? statement.bytes(at) : statement.text(at);
  }

  // A column holds whatever was put into it, whatever it was declared as.
  static void read_integer(const SqliteStatement& statement, int at, int type, const Column& column, Row& row) {
    if (type == SQLITE_NULL) {
      row.*column.known->integer = null;
      return;
    }
    if (type == SQLITE_INTEGER) {
      if (const auto value = in_milliseconds(statement.integer(at), column.known->unit)) {
        row.*column.known->integer = *value;
        return;
      }
    }
    row.extras.insert_or_assign(column.name, std::optional<std::string>(content(statement, at, type)));
  }

  std::vector<Column> columns_;
};

}  // namespace smsbackup::stores::android_db
