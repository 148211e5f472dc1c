// What the columns of the three tables hold.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arrow/column.hpp"
#include "smsbackup/arrow.hpp"
#include "smsbackup/read.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::arrow {

// A record on its way into a table.
struct Entry {
  const Record& record;
  std::int64_t row = 0;
  std::string_view position;  // "" if unknown
  std::string_view source;
};

struct PartRow {
  const Entry& entry;
  const MmsPart& part;
  std::int64_t number = 0;  // within the message, from 0
};

struct PartyRow {
  const Entry& entry;
  std::string_view role;
  const Text& address;
  const MmsAddress* mms = nullptr;
};

// Fills a cell; false if it was too large and is null.
template <class Row>
struct FieldOf {
  ArrowField field;
  bool (*fill)(const Row& row, Column& column);
  // Of which columns of an SMS or call it is made, besides those that are always there (Needs): the provider's names
  // with blanks between, or "*" for all.
  std::string_view needs = {};
};
std::span<const FieldOf<Entry>> message_fields() noexcept;
std::span<const FieldOf<PartRow>> part_fields() noexcept;
std::span<const FieldOf<PartyRow>> party_fields() noexcept;

// Cells.
bool fill(const Text& cell, Column& column);
bool fill(const Integer& cell, Column& column);

// Puts the record's rows into the columns that were asked for.
class TableBuilder {
 public:
  // Throws Error(invalid_argument) for a column that the table doesn't have.
  TableBuilder(ArrowTable table, std::span<const std::string> columns);

  std::span<const ArrowField> fields() const noexcept { return fields_; }
  Needs needs() const;
  // False if a cell was too large and is null.
  bool add(const Entry& entry);
  std::int64_t rows() const noexcept { return rows_; }
  std::size_t byte_size() const noexcept;
  // As a struct array; the builder is empty afterwards.
  void move_to(ArrowArray* out);

 private:
  template <class Row>
  bool add_row(const Row& row, std::span<const FieldOf<Row>> all);

  ArrowTable table_;
  std::vector<ArrowField> fields_;
  std::vector<std::size_t> chosen_;  // which of the table's fields
  std::vector<Column> columns_;
  std::int64_t rows_ = 0;
};

}  // namespace smsbackup::arrow
