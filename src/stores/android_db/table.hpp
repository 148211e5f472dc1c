// The columns that a table of a phone really has: every release of Android and every maker has others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

struct TableColumn {
  std::string name;        // as in the table
  std::string clean_name;  // as a key of Extras: invalid UTF-8 replaced
  bool not_null = false;
  std::optional<std::string> default_value;  // as an SQL expression
};

struct Table {
  std::string name;
  std::vector<TableColumn> columns;  // none: there is no such table

  explicit operator bool() const noexcept { return !columns.empty(); }
  bool has(std::string_view column) const noexcept;
};

Table read_table(const SqliteDatabase& database, std::string_view name);

// An identifier as SQL wants it, whatever is in it.
std::string sql_name(std::string_view identifier);

// `"a","b"` of all columns.
std::string column_list(const Table& table);

}  // namespace smsbackup::stores::android_db
