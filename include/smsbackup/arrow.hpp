// Records as tables for whatever reads Apache Arrow (pyarrow, polars, DuckDB, Spark, Parquet), and back.
//
// The tables are handed over through the Arrow C data and C stream interfaces, which are a published binary format: no
// Arrow library is needed on this side. What each column means is docs/arrow.md; arrow_fields() lists them.
//
// A stream is used by one thread at a time. What it hands out owns its memory and may go to any thread and outlive the
// stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/cancel.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/problem.hpp"
#include "smsbackup/read.hpp"
#include "smsbackup/source.hpp"

// The structures of https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html, under the
// guards that everybody has who declares them.
extern "C" {
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
#endif
}

namespace smsbackup {

enum class ArrowTable : std::uint8_t {
  messages,  // one row a record of any type
  parts,     // one row a part of an MMS
  parties,   // one row an address of a record
};

struct ArrowField {
  std::string_view name;
  std::string_view format;  // as in the C data interface: "u" text, "l" int64, "b" bool, "tsm:UTC" time, "+l" list
  bool by_default;          // there when no columns are named
  std::string_view meaning;
};
// Every column of a table, in order. All may be null except `row` and `type`.
SMSBACKUP_EXPORT std::span<const ArrowField> arrow_fields(ArrowTable table) noexcept;

struct ArrowOptions {
  ArrowTable table = ArrowTable::messages;
  std::vector<std::string> columns;         // in this order, and only these are made; empty: those by default
  std::size_t batch_rows = 64 * 1024;       // a batch ends with the record that reaches either;
  std::size_t batch_bytes = 64 << 20;       // one record's rows are never torn apart
  std::string source;                       // for the column of that name: Source::name()
  std::int64_t first_row = 0;               // what `row` begins with
  std::function<void(Problem)> on_problem;  // on the thread that asks for a batch; what it throws ends the stream
  CancelToken cancel;
};

// The schema that a reader with these options has. Throws Error(invalid_argument) for a column that the table doesn't
// have.
SMSBACKUP_EXPORT void export_arrow_schema(const ArrowOptions& options, ArrowSchema* out);

// What such a reader looks at, for read(). Throws as export_arrow_schema() does.
SMSBACKUP_EXPORT Needs arrow_needs(const ArrowOptions& options);

// Turns what a cursor gives into record batches: all of it, so let read() (read.hpp) open it where a query must be kept
// to exactly.
class SMSBACKUP_EXPORT ArrowReader {
 public:
  // Throws Error(invalid_argument) for a column that the table doesn't have.
  ArrowReader(std::unique_ptr<Cursor> cursor, ArrowOptions options);
  ~ArrowReader();

  // A struct of the columns; the caller releases it.
  void schema(ArrowSchema* out) const;
  // Reads as far as it must for one batch, which the caller releases. False at the end, and `out` is released. Throws
  // what Cursor::next() and on_problem throw, and Error(cancelled); batches before stay good.
  //
  // Text columns hold valid UTF-8 always: half surrogates and bytes that are no text are U+FFFD, one for each byte. The
  // column `record` has them as they are. A text or part data of 2 GiB and more doesn't fit into a cell: it is null,
  // and on_problem is told.
  bool next(ArrowArray* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Hands a reader over as a C stream. get_next() returns EIO, ECANCELED or ENOMEM where next() throws, with what() in
// get_last_error().
SMSBACKUP_EXPORT void export_arrow(std::unique_ptr<ArrowReader> reader, ArrowArrayStream* out);

// The other way: records out of a stream of tables with a column `record` (JSON lines as text or binary), whatever else
// they hold. Takes the stream over; it can be read once. Throws Error(invalid_argument) when there is no such column.
// A cell that can't be read is a Problem. The buffers are trusted to be what the interface says they are.
SMSBACKUP_EXPORT std::unique_ptr<Source> import_arrow(ArrowArrayStream* stream, std::string name = "arrow");

}  // namespace smsbackup
