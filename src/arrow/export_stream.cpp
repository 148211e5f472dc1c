#include <cerrno>
#include <new>
#include <string>
#include <utility>

#include "arrow/tables.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

using arrow::Entry;
using arrow::TableBuilder;

// A batch grows beyond this by one record only, so that a record that fits into cells by itself always does.
constexpr std::uint64_t most_bytes = 1ULL << 30;

// How much a record may add to a batch.
std::uint64_t largest_cells(const Record& record) noexcept {
  std::uint64_t bytes = 2 * memory_size(record);
  if (const auto* mms = std::get_if<Mms>(&record)) {
    for (const MmsPart& part : mms->parts) bytes += part.data ? part.data->size() / 3 * 4 : 0;
  }
  return bytes;
}

}  // namespace

struct ArrowReader::State {
  State(std::unique_ptr<Cursor> from, ArrowOptions how)
      : cursor(std::move(from)),
        options(std::move(how)),
        builder(options.table, options.columns),
        row(options.first_row) {}

  bool next(ArrowArray* out) {
    *out = {};
    while (at < batch.records.size() || next_batch()) {
      if (at == batch.records.size()) continue;
      if (is_full(batch.records[at])) break;
      take(batch.records[at], at < batch.positions.size() ? batch.positions[at] : std::string_view());
      ++at;
    }
    if (builder.rows() == 0) return false;
    builder.move_to(out);
    return true;
  }

  bool is_full(const Record& next) const {
    if (builder.rows() == 0) return false;
    const std::size_t bytes = builder.byte_size();
    return builder.rows() >= static_cast<std::int64_t>(options.batch_rows) || bytes >= options.batch_bytes ||
           bytes + largest_cells(next) > most_bytes;
  }

  bool next_batch() {
    options.cancel.check();
    at = 0;
    batch.clear();
    if (!cursor || !cursor->next(batch)) {
      cursor.reset();
      return false;
    }
    for (Problem& problem : batch.problems) tell(std::move(problem));
    return true;
  }

  void take(const Record& record, std::string_view position) {
    if (builder.add(Entry{record, row++, position, options.source})) return;
    Problem problem;
    problem.code = ErrorCode::limit_exceeded;
    problem.where = position.empty() ? options.source + ", record " + std::to_string(row) : std::string(position);
    problem.why = "a text or part is larger than a cell of a table can be; it is null there";
    problem.type = type_of(record);
    problem.record_kept = true;
    tell(std::move(problem));
  }

  void tell(Problem problem) const {
    if (options.on_problem) options.on_problem(std::move(problem));
  }

  std::unique_ptr<Cursor> cursor;  // null at the end
  ArrowOptions options;
  TableBuilder builder;
  std::int64_t row;
  Batch batch;
  std::size_t at = 0;
};

void export_arrow_schema(const ArrowOptions& options, ArrowSchema* out) {
  arrow::make_schema(TableBuilder(options.table, options.columns).fields(), out);
}

Needs arrow_needs(const ArrowOptions& options) { return TableBuilder(options.table, options.columns).needs(); }

ArrowReader::ArrowReader(std::unique_ptr<Cursor> cursor, ArrowOptions options)
    : state_(std::make_unique<State>(std::move(cursor), std::move(options))) {}

ArrowReader::~ArrowReader() = default;

void ArrowReader::schema(ArrowSchema* out) const { arrow::make_schema(state_->builder.fields(), out); }

bool ArrowReader::next(ArrowArray* out) { return state_->next(out); }

namespace {

struct Stream {
  std::unique_ptr<ArrowReader> reader;
  std::string error;  // of the last call
};

Stream& behind(ArrowArrayStream* stream) noexcept { return *static_cast<Stream*>(stream->private_data); }

// No exception may travel through the consumer's frames, which are C.
template <class Work>
int guarded(ArrowArrayStream* stream, Work&& work) noexcept {
  Stream& state = behind(stream);
  const auto failed = [&](int code, const char* why) {
    try {
      state.error = why;
    } catch (...) {
      state.error.clear();
    }
    return code;
  };
  try {
    state.error.clear();
    work(*state.reader);
    return 0;
  } catch (const Error& error) {
    return failed(error.code() == ErrorCode::cancelled ? ECANCELED : EIO, error.what());
  } catch (const std::bad_alloc&) {
    return failed(ENOMEM, "not enough memory");
  } catch (const std::exception& error) {
    return failed(EIO, error.what());
  } catch (...) {
    return failed(EIO, "the host's code failed");
  }
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  return guarded(stream, [&](const ArrowReader& reader) { reader.schema(out); });
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
  return guarded(stream, [&](ArrowReader& reader) { reader.next(out); });
}

const char* get_last_error(ArrowArrayStream* stream) {
  const std::string& error = behind(stream).error;
  return error.empty() ? nullptr : error.c_str();
}

void release(ArrowArrayStream* stream) {
  delete static_cast<Stream*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

void export_arrow(std::unique_ptr<ArrowReader> reader, ArrowArrayStream* out) {
  auto stream = std::make_unique<Stream>();
  stream->reader = std::move(reader);
  *out = {get_schema, get_next, get_last_error, release, stream.release()};
}

}  // namespace smsbackup
