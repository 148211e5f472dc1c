#include "stores/android_db/table.hpp"

#include <algorithm>

#include "model/unicode.hpp"
#include "stores/android_db/phone_files.hpp"

namespace smsbackup::stores::android_db {

bool Table::has(std::string_view column) const noexcept {
  return std::any_of(columns.begin(), columns.end(), [&](const TableColumn& known) { return known.name == column; });
}

Table read_table(const SqliteDatabase& database, std::string_view name) {
  Table table;
  table.name = name;
  if (!has_table(database, name)) return table;
  SqliteStatement statement = database.prepare("SELECT name, \"notnull\", dflt_value FROM pragma_table_info(?)");
  statement.bind(1, name);
  while (statement.step()) {
    TableColumn& column = table.columns.emplace_back();
    column.name = statement.text(0);
    column.clean_name = model::to_valid_utf8(column.name);
    column.not_null = statement.integer(1) != 0;
    if (!statement.is_null(2)) column.default_value = statement.text(2);
  }
  return table;
}

std::string sql_name(std::string_view identifier) {
  std::string name = "\"";
  for (const char c : identifier) {
    if (c == '"') name += '"';
    name += c;
  }
  return name += '"';
}

std::string column_list(const Table& table) {
  std::string list;
  for (const TableColumn& column : table.columns) {
    if (!list.empty()) list += ',';
    list += sql_name(column.name);
  }
  return list;
}

}  // namespace smsbackup::stores::android_db
