#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "smsbackup/arrow.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/jsonl.hpp"

namespace smsbackup {
namespace {

constexpr std::string_view wanted_column = "record";

struct SchemaReleaser {
  void operator()(ArrowSchema* schema) const noexcept {
    if (schema->release != nullptr) schema->release(schema);
    delete schema;
  }
};
struct ArrayReleaser {
  void operator()(ArrowArray* array) const noexcept {
    if (array->release != nullptr) array->release(array);
    delete array;
  }
};
struct StreamReleaser {
  void operator()(ArrowArrayStream* stream) const noexcept {
    if (stream->release != nullptr) stream->release(stream);
    delete stream;
  }
};
using StreamHandle = std::unique_ptr<ArrowArrayStream, StreamReleaser>;

Error stream_error(ArrowArrayStream& stream, const std::string& name) {
  const char* said = stream.get_last_error(&stream);
  // What it said may quote a cell.
  return Error(ErrorCode::io, "reading " + name + ": the stream failed").with_detail(said != nullptr ? said : "");
}

// How texts lie in a column's buffers.
enum class Layout : std::uint8_t { small, large, view };

std::optional<Layout> layout_of(std::string_view format) noexcept {
  if (format == "u" || format == "z") return Layout::small;
  if (format == "U" || format == "Z") return Layout::large;
  if (format == "vu" || format == "vz") return Layout::view;
  return std::nullopt;
}

template <class Value>
Value load(const void* buffer, std::int64_t index) noexcept {
  Value value;
  std::memcpy(&value, static_cast<const char*>(buffer) + static_cast<std::size_t>(index) * sizeof(Value), sizeof value);
  return value;
}

template <class Offset>
std::string_view between_offsets(const ArrowArray& column, std::int64_t index) noexcept {
  const auto begin = load<Offset>(column.buffers[1], index);
  const auto end = load<Offset>(column.buffers[1], index + 1);
  return {static_cast<const char*>(column.buffers[2]) + begin, static_cast<std::size_t>(end - begin)};
}

// A view of 16 bytes: the size, then up to twelve bytes of text, or else four of them, a buffer and an offset.
std::string_view by_view(const ArrowArray& column, std::int64_t index) noexcept {
  const char* const view = static_cast<const char*>(column.buffers[1]) + static_cast<std::size_t>(index) * 16;
  const auto size = load<std::int32_t>(view, 0);
  if (size <= 12) return {view + 4, static_cast<std::size_t>(size)};
  const auto buffer = load<std::int32_t>(view, 2);
  const auto offset = load<std::int32_t>(view, 3);
  return {static_cast<const char*>(column.buffers[2 + buffer]) + offset, static_cast<std::size_t>(size)};
}

bool is_null(const ArrowArray& array, std::int64_t index) noexcept {
  if (array.null_count == 0 || array.n_buffers == 0 || array.buffers[0] == nullptr) return false;
  const auto bits = static_cast<const std::uint8_t*>(array.buffers[0]);
  return (bits[index / 8] >> (index % 8) & 1) == 0;
}

class ImportCursor final : public Cursor {
 public:
  ImportCursor(StreamHandle stream, std::size_t column, Layout layout, std::string name, Query query)
      : stream_(std::move(stream)), column_(column), layout_(layout), name_(std::move(name)), query_(std::move(query)) {
    query_.contact_group.clear();
  }

  bool next(Batch& out) override {
    bool any = false;
    while (!out.full() && out.problems.size() < Batch::max_records && out.filtered < Batch::max_records) {
      if (!array_ || at_ == array_->length) {
        if (!next_array()) break;
        continue;
      }
      read(at_++, out);
      any = true;
    }
    return any;
  }

  Position position() const override { return {row_, std::nullopt}; }

 private:
  bool next_array() {
    at_ = 0;
    array_.reset(new ArrowArray{});
    if (!stream_) return false;
    if (stream_->get_next(stream_.get(), array_.get()) != 0) throw stream_error(*stream_, name_);
    if (array_->release != nullptr) return true;
    stream_.reset();
    return false;
  }

  void read(std::int64_t at, Batch& out) {
    const ArrowArray& column = *array_->children[column_];
    // A struct's offset counts for its children, too.
    const std::int64_t index = at + array_->offset + column.offset;
    std::string where = name_ + ", row " + std::to_string(row_++);
    if (is_null(*array_, at + array_->offset) || is_null(column, index)) {
      Problem problem;
      problem.where = std::move(where);
      problem.why = "the row has no record";
      out.problems.push_back(std::move(problem));
      return;
    }
    const std::string_view line = text_at(column, index);
    try {
      Record record = from_json(line);
      if (matches(query_, record)) {
        out.add(std::move(record));
        out.positions.push_back(where);
      } else {
        ++out.filtered;
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::no_space || error.code() == ErrorCode::io) throw;
      Problem problem;
      problem.code = error.code();
      problem.where = std::move(where);
      problem.why = error.what();
      problem.offset = error.offset();
      const std::size_t kept = Limits().problem_raw;
      problem.raw = Blob(std::string(line.substr(0, kept)));
      problem.raw_is_complete = line.size() <= kept;
      out.problems.push_back(std::move(problem));
    }
  }

  std::string_view text_at(const ArrowArray& column, std::int64_t index) const noexcept {
    switch (layout_) {
      case Layout::small:
        return between_offsets<std::int32_t>(column, index);
      case Layout::large:
        return between_offsets<std::int64_t>(column, index);
      case Layout::view:
        break;
    }
    return by_view(column, index);
  }

  StreamHandle stream_;
  std::size_t column_;
  Layout layout_;
  std::string name_;
  Query query_;
  std::unique_ptr<ArrowArray, ArrayReleaser> array_;
  std::int64_t at_ = 0;
  std::uint64_t row_ = 0;
};

class ImportedTables final : public Source {
 public:
  ImportedTables(StreamHandle stream, std::string name) : stream_(std::move(stream)), name_(std::move(name)) {
    const std::unique_ptr<ArrowSchema, SchemaReleaser> schema(new ArrowSchema{});
    if (stream_->get_schema(stream_.get(), schema.get()) != 0) throw stream_error(*stream_, name_);
    for (std::int64_t i = 0; i < schema->n_children; ++i) {
      const ArrowSchema& child = *schema->children[i];
      if (child.name == nullptr || child.name != wanted_column) continue;
      const auto layout = layout_of(child.format);
      if (!layout || child.dictionary != nullptr) break;
      column_ = static_cast<std::size_t>(i);
      layout_ = *layout;
      return;
    }
    throw Error(ErrorCode::invalid_argument, "reading records from " + name_ + ": it has no text column `record`",
                "Ask for that column when making the table: it holds what the others don't.");
  }

  std::unique_ptr<Cursor> open(const Query& query) override {
    if (!stream_) throw Error(ErrorCode::unsupported, "reading " + name_ + ": it can be read only once");
    Query own = query;
    if (own.starred_only) own.types.clear();
    return std::make_unique<ImportCursor>(std::move(stream_), column_, layout_, name_, std::move(own));
  }
  bool reopenable() const override { return false; }
  std::string name() const override { return name_; }

 private:
  StreamHandle stream_;
  std::string name_;
  std::size_t column_ = 0;
  Layout layout_ = Layout::small;
};

}  // namespace

std::unique_ptr<Source> import_arrow(ArrowArrayStream* stream, std::string name) {
  StreamHandle own(new ArrowArrayStream(*stream));
  stream->release = nullptr;
  return std::make_unique<ImportedTables>(std::move(own), std::move(name));
}

}  // namespace smsbackup
