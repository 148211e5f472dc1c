// Puts rows of the model into a table, into those of its columns that both have.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/columns.hpp"
#include "stores/android_db/table.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

// A value for a column that a record doesn't have, instead of the table's own default.
struct DefaultValue {
  std::string_view column;
  std::int64_t value;
};

template <class Row>
class RowWriter {
 public:
  RowWriter(const SqliteDatabase& database, const Table& table, std::vector<DefaultValue> defaults = {})
      : database_(&database), table_name_(table.name) {
    std::string names;
    std::string marks;
    for (const TableColumn& column : table.columns) {
      if (column.name == "_id") continue;  // the phone's own
      Slot& slot = slots_.emplace_back();
      slot.known = find_column<Row>(column.clean_name);
      slot.name = column.clean_name;
      slot.not_null = column.not_null;
      slot.default_value = evaluate(database, column);
      for (const DefaultValue& other : defaults) {
        if (other.column == column.name) slot.default_value = other.value;
      }
      names += (names.empty() ? "" : ",") + sql_name(column.name);
      marks += marks.empty() ? "?" : ",?";
    }
    insert_ = database.prepare("INSERT INTO " + sql_name(table.name) + "(" + names + ") VALUES(" + marks + ")");
  }

  // The number of a column for set(); 0 if the table has none by that name.
  int parameter(std::string_view column) const noexcept {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].name == column) return static_cast<int>(i) + 1;
    }
    return 0;
  }

  // First bind(), then any number of set(), then insert(). The row must stay as it is until insert() has returned.
  void bind(const Row& row) {
    int parameter = 0;
    for (const Slot& slot : slots_) bind_slot(++parameter, slot, row);
    for (const auto& [name, value] : row.extras) bind_extra(name, value);
  }
  void set(int parameter, std::int64_t value) {
    if (parameter != 0) insert_.bind(parameter, value);
  }
  void set(int parameter, std::string_view value) {
    if (parameter != 0) insert_.bind(parameter, value);
  }
  void set_null(int parameter) {
    if (parameter != 0) insert_.bind_null(parameter);
  }
  // The new row's id. Throws Error.
  std::int64_t insert() {
    insert_.run();
    return database_->last_id();
  }

  // Names of columns that rows had and the table has not.
  const std::set<std::string, std::less<>>& left_out() const noexcept { return left_out_; }
  const std::string& table() const noexcept { return table_name_; }

 private:
  struct Value {
    enum class Kind : std::uint8_t { null, integer, text } kind = Kind::null;
    std::int64_t integer = 0;
    std::string text;
    Value() = default;
    Value(std::int64_t value) : kind(Kind::integer), integer(value) {}  // NOLINT: reads as an assignment
  };
  struct Slot {
    const ColumnOf<Row>* known = nullptr;
    std::string name;
    bool not_null = false;
    Value default_value;
  };

  static Value evaluate(const SqliteDatabase& database, const TableColumn& column) {
    Value value;
    if (!column.default_value) return value;
    try {
      SqliteStatement statement = database.prepare("SELECT " + *column.default_value);
      if (!statement.step() || statement.is_null(0)) return value;
      if (statement.type(0) == SQLITE_INTEGER) return statement.integer(0);
      value.kind = Value::Kind::text;
      value.text = statement.text(0);
    } catch (const Error&) {  // an expression that means something in CREATE TABLE only
    }
    return value;
  }

  void bind_slot(int parameter, const Slot& slot, const Row& row) {
    if (slot.known == nullptr) return bind_default(parameter, slot);
    if (slot.known->text != nullptr) {
      const Text& cell = row.*slot.known->text;
      if (cell.has_value()) return insert_.bind_borrowed(parameter, *cell);
      if (cell.is_null() && !slot.not_null) return insert_.bind_null(parameter);
      return bind_default(parameter, slot);
    }
    const Integer& cell = row.*slot.known->integer;
    if (cell.has_value()) {
      std::int64_t value = *cell;
      if (slot.known->unit == Unit::seconds) value = value / 1000 - (value % 1000 < 0 ? 1 : 0);
      return insert_.bind(parameter, value);
    }
    if (cell.is_null() && !slot.not_null) return insert_.bind_null(parameter);
    bind_default(parameter, slot);
  }

  void bind_default(int parameter, const Slot& slot) {
    switch (slot.default_value.kind) {
      case Value::Kind::integer:
        return insert_.bind(parameter, slot.default_value.integer);
      case Value::Kind::text:
        return insert_.bind_borrowed(parameter, slot.default_value.text);
      case Value::Kind::null:
        return insert_.bind_null(parameter);
    }
  }

  void bind_extra(std::string_view name, const std::optional<std::string>& value) {
    const int at = parameter(name);
    if (at == 0) {
      constexpr std::size_t most_names = 100;
      if (left_out_.size() < most_names && name != "_id") left_out_.emplace(name);
    } else if (value) {
      insert_.bind_borrowed(at, *value);
    } else if (slots_[static_cast<std::size_t>(at) - 1].not_null) {
      bind_default(at, slots_[static_cast<std::size_t>(at) - 1]);
    } else {
      insert_.bind_null(at);
    }
  }

  const SqliteDatabase* database_;
  std::string table_name_;
  SqliteStatement insert_;
  std::vector<Slot> slots_;
  std::set<std::string, std::less<>> left_out_;
};

}  // namespace smsbackup::stores::android_db
