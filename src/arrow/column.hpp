// Builds the columns of an Arrow record batch, and hands their memory over without copying it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "arrow/growing_buffer.hpp"
#include "smsbackup/arrow.hpp"

namespace smsbackup::arrow {

enum class Kind : std::uint8_t { integer, time, boolean, text, bytes, texts };

// "l", "tsm:UTC", "b", "u", "z" and "+l".
Kind kind_of(std::string_view format) noexcept;

// Values of one column, appended row by row; each row takes exactly one call.
class Column {
 public:
  explicit Column(Kind kind) : kind_(kind) {}

  void null();
  void integer(std::int64_t value);  // also times
  void boolean(bool value);
  // Replaces what is no UTF-8. False, and null, if the column would get too large for 32-bit offsets.
  bool text(std::string_view value);
  // As it is.
  bool bytes(std::string_view value);
  void texts(std::span<const std::string_view> values);

  // What it holds by now, roughly.
  std::size_t byte_size() const noexcept {
    return values_.size() * sizeof(std::int64_t) + offsets_.size() * sizeof(std::int32_t) + data_.size();
  }

  // Gives everything away and is empty afterwards. `out` must be released.
  void move_to(ArrowArray* out);

 private:
  void valid();
  bool append(std::string_view bytes);
  void append_repaired(std::string_view text);
  void set_bit(GrowingBuffer<std::uint8_t>& bits, bool value) const;

  Kind kind_;
  std::int64_t rows_ = 0;
  std::int64_t nulls_ = 0;
  GrowingBuffer<std::uint8_t> validity_;  // empty as long as nothing is null
  GrowingBuffer<std::int64_t> values_;    // integers, times
  GrowingBuffer<std::uint8_t> bits_;      // booleans
  GrowingBuffer<std::int32_t> offsets_;   // texts, bytes; of a list those of its items
  GrowingBuffer<std::int32_t> lists_;     // where each row's items begin
  GrowingBuffer<char> data_;
};

// A struct array over columns, all of as many rows.
void move_to_struct(std::span<Column> columns, std::int64_t rows, ArrowArray* out);

// A struct schema of fields.
void make_schema(std::span<const ArrowField> fields, ArrowSchema* out);

}  // namespace smsbackup::arrow
