#include "arrow/column.hpp"

#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "model/unicode.hpp"

namespace smsbackup::arrow {
namespace {

constexpr std::size_t largest_column = std::numeric_limits<std::int32_t>::max();
constexpr std::string_view replacement = "\xef\xbf\xbd";

// What an exported array points to. Consumers may move the ArrowArray itself, so nothing in here points back to it.
struct ArrayMemory {
  ArrayMemory() = default;
  ArrayMemory(const ArrayMemory&) = delete;
  ArrayMemory& operator=(const ArrayMemory&) = delete;
  ~ArrayMemory() {
    for (ArrowArray& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
  }

  GrowingBuffer<std::uint8_t> validity;
  GrowingBuffer<std::int64_t> values;
  GrowingBuffer<std::uint8_t> bits;
  GrowingBuffer<std::int32_t> offsets;
  GrowingBuffer<char> data;
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
};

void release_array(ArrowArray* array) {
  delete static_cast<ArrayMemory*>(array->private_data);
  array->release = nullptr;
}

void publish(std::unique_ptr<ArrayMemory> memory, std::int64_t rows, std::int64_t nulls, std::int64_t buffers,
             ArrowArray* out) {
  for (ArrowArray& child : memory->children) memory->child_pointers.push_back(&child);
  *out = {};
  out->length = rows;
  out->null_count = nulls;
  out->n_buffers = buffers;
  out->buffers = memory->buffers.data();
  out->n_children = static_cast<std::int64_t>(memory->child_pointers.size());
  out->children = memory->child_pointers.data();
  out->release = release_array;
  out->private_data = memory.release();
}

const void* validity_of(const ArrayMemory& memory) {
  return memory.validity.empty() ? nullptr : memory.validity.address();
}

struct SchemaMemory {
  SchemaMemory() = default;
  SchemaMemory(const SchemaMemory&) = delete;
  SchemaMemory& operator=(const SchemaMemory&) = delete;
  ~SchemaMemory() {
    for (ArrowSchema& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
  }

  std::string format;
  std::string name;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
};

void release_schema(ArrowSchema* schema) {
  delete static_cast<SchemaMemory*>(schema->private_data);
  schema->release = nullptr;
}

void publish(std::unique_ptr<SchemaMemory> memory, std::int64_t flags, ArrowSchema* out) {
  for (ArrowSchema& child : memory->children) memory->child_pointers.push_back(&child);
  *out = {};
  out->format = memory->format.c_str();
  out->name = memory->name.c_str();
  out->flags = flags;
  out->n_children = static_cast<std::int64_t>(memory->child_pointers.size());
  out->children = memory->child_pointers.data();
  out->release = release_schema;
  out->private_data = memory.release();
}

void make_field(std::string_view name, std::string_view format, bool nullable, ArrowSchema* out) {
  auto memory = std::make_unique<SchemaMemory>();
  memory->format = format;
  memory->name = name;
  if (format == "+l") make_field("item", "u", false, &memory->children.emplace_back());
  publish(std::move(memory), nullable ? ARROW_FLAG_NULLABLE : 0, out);
}

}  // namespace

Kind kind_of(std::string_view format) noexcept {
  if (format == "u") return Kind::text;
  if (format == "l") return Kind::integer;
  if (format == "b") return Kind::boolean;
  if (format == "z") return Kind::bytes;
  return format == "+l" ? Kind::texts : Kind::time;
}

void Column::set_bit(GrowingBuffer<std::uint8_t>& bits, bool value) const {
  const auto at = static_cast<std::size_t>(rows_);
  if (bits.size() * 8 <= at) bits.push_back(0);
  if (value) bits[at / 8] = static_cast<std::uint8_t>(bits[at / 8] | 1U << (at % 8));
}

void Column::valid() {
  if (nulls_ > 0) set_bit(validity_, true);
  ++rows_;
}

void Column::null() {
  if (nulls_++ == 0) {
    validity_.fill(static_cast<std::size_t>(rows_) / 8, 0xff);
    if (rows_ % 8 != 0) validity_.push_back(static_cast<std::uint8_t>((1U << (rows_ % 8)) - 1));
  }
  set_bit(validity_, false);
  switch (kind_) {
    case Kind::integer:
    case Kind::time:
      values_.push_back(0);
      break;
    case Kind::boolean:
      set_bit(bits_, false);
      break;
    case Kind::text:
    case Kind::bytes:
      offsets_.push_back(static_cast<std::int32_t>(data_.size()));
      break;
    case Kind::texts:
      lists_.push_back(static_cast<std::int32_t>(offsets_.size()));
      break;
  }
  ++rows_;
}

void Column::integer(std::int64_t value) {
  values_.push_back(value);
  valid();
}

void Column::boolean(bool value) {
  set_bit(bits_, value);
  valid();
}

bool Column::append(std::string_view bytes) {
  if (bytes.size() > largest_column - data_.size()) return false;
  data_.append(bytes.data(), bytes.size());
  return true;
}

void Column::append_repaired(std::string_view text) {
  while (true) {
    const std::size_t good = model::utf8_prefix(text, false);
    data_.append(text.data(), good);
    if (good == text.size()) return;
    data_.append(replacement.data(), replacement.size());
    text.remove_prefix(good + 1);
  }
}

bool Column::text(std::string_view value) {
  if (model::utf8_prefix(value, false) == value.size()) return bytes(value);
  // Each bad byte becomes three.
  if (value.size() > (largest_column - data_.size()) / replacement.size()) {
    null();
    return false;
  }
  offsets_.push_back(static_cast<std::int32_t>(data_.size()));
  append_repaired(value);
  valid();
  return true;
}

bool Column::bytes(std::string_view value) {
  const auto begin = static_cast<std::int32_t>(data_.size());
  if (!append(value)) {
    null();
    return false;
  }
  offsets_.push_back(begin);
  valid();
  return true;
}

void Column::texts(std::span<const std::string_view> values) {
  lists_.push_back(static_cast<std::int32_t>(offsets_.size()));
  for (const std::string_view value : values) {
    if (value.size() > (largest_column - data_.size()) / replacement.size()) continue;
    offsets_.push_back(static_cast<std::int32_t>(data_.size()));
    append_repaired(value);
  }
  valid();
}

void Column::move_to(ArrowArray* out) {
  auto memory = std::make_unique<ArrayMemory>();
  memory->validity = std::move(validity_);
  memory->values = std::move(values_);
  memory->bits = std::move(bits_);
  memory->data = std::move(data_);
  std::int64_t buffers = 2;
  const auto items = static_cast<std::int64_t>(offsets_.size());
  if (kind_ == Kind::text || kind_ == Kind::bytes || kind_ == Kind::texts) {
    memory->offsets = std::move(offsets_);
    memory->offsets.push_back(static_cast<std::int32_t>(memory->data.size()));
  }
  if (kind_ == Kind::texts) {
    auto texts = std::make_unique<ArrayMemory>();
    texts->offsets = std::move(memory->offsets);
    texts->data = std::move(memory->data);
    texts->buffers = {nullptr, texts->offsets.address(), texts->data.address()};
    memory->children.resize(1);
    publish(std::move(texts), items, 0, 3, memory->children.data());
    memory->offsets = std::move(lists_);
    memory->offsets.push_back(static_cast<std::int32_t>(items));
  }
  memory->buffers[0] = validity_of(*memory);
  switch (kind_) {
    case Kind::integer:
    case Kind::time:
      memory->buffers[1] = memory->values.address();
      break;
    case Kind::boolean:
      memory->buffers[1] = memory->bits.address();
      break;
    case Kind::text:
    case Kind::bytes:
      memory->buffers[1] = memory->offsets.address();
      memory->buffers[2] = memory->data.address();
      buffers = 3;
      break;
    case Kind::texts:
      memory->buffers[1] = memory->offsets.address();
      break;
  }
  publish(std::move(memory), std::exchange(rows_, 0), std::exchange(nulls_, 0), buffers, out);
}

void move_to_struct(std::span<Column> columns, std::int64_t rows, ArrowArray* out) {
  auto memory = std::make_unique<ArrayMemory>();
  memory->children.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].move_to(&memory->children[i]);
  publish(std::move(memory), rows, 0, 1, out);
}

void make_schema(std::span<const ArrowField> fields, ArrowSchema* out) {
  auto memory = std::make_unique<SchemaMemory>();
  memory->format = "+s";
  memory->children.resize(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool nullable = fields[i].name != "row" && fields[i].name != "type";
    make_field(fields[i].name, fields[i].format, nullable, &memory->children[i]);
  }
  publish(std::move(memory), 0, out);
}

}  // namespace smsbackup::arrow
