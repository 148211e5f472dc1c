// SQLite as the library uses it: a connection, prepared statements and transactions, each owned by one object.
//
// Used by one thread at a time; a statement must not outlive its database. Every failure is an Error that names the
// file and what SQLite calls the trouble; SQLite's own words, which may quote names out of the file, are its detail().
// A file is hostile until proven otherwise: views and triggers of a schema may call no function with side effects,
// nothing may write the schema's own tables, and no value may be larger than the limit given.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "smsbackup/error.hpp"

namespace smsbackup::stores {

enum class SqliteMode : std::uint8_t {
  read_only,   // the file is not changed, but SQLite may make a `-shm` beside it if it is in WAL mode
  immutable,   // nothing is locked, looked for or made beside the file: only where nobody writes it
  read_write,  // the file must be there
  create,      // as read_write, and made when missing
};

class SqliteStatement {
 public:
  SqliteStatement() noexcept = default;

  // Parameters are counted from 1. Text and blobs are copied, unless they are `borrowed`: then they must stay as they
  // are until the next reset().
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text);
  void bind_borrowed(int parameter, std::string_view text);
  void bind_blob(int parameter, std::string_view bytes);
  void bind_null(int parameter);

  // Whether there is a row (another one). Throws Error; the statement is then reset.
  bool step();
  int parameter_count() const noexcept { return sqlite3_bind_parameter_count(statement_.get()); }
  // Ready to run again; bound values stay bound.
  void reset() noexcept;
  // Runs a statement that gives no rows, and resets it.
  void run();

  // The row that step() has reached. Columns are counted from 0. Views hold until the next step() or reset().
  int column_count() const noexcept { return sqlite3_column_count(statement_.get()); }
  std::string_view column_name(int column) const noexcept;
  int type(int column) const noexcept { return sqlite3_column_type(statement_.get(), column); }  // SQLITE_INTEGER…
  bool is_null(int column) const noexcept { return type(column) == SQLITE_NULL; }
  std::int64_t integer(int column) const noexcept { return sqlite3_column_int64(statement_.get(), column); }
  // Any value as text, with every NUL that is in it. Throws std::bad_alloc.
  std::string_view text(int column) const;
  // A blob, or a text's bytes as they are.
  std::string_view bytes(int column) const;

 private:
  friend class SqliteDatabase;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  void check(int result, const char* doing) const;

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  const class SqliteDatabase* database_ = nullptr;
};

class SqliteDatabase {
 public:
  static constexpr int default_largest_value = 256 << 20;

  // Throws Error(not_found), Error(permission_denied), Error(busy) or Error(io). That a file is no database is often
  // noticed by the first statement only: Error(unknown_format) or Error(corrupt_input).
  SqliteDatabase(std::filesystem::path file, SqliteMode mode, int largest_value = default_largest_value);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  const std::filesystem::path& file() const noexcept { return file_; }
  // What errors call it from now on: of a copy, the original.
  void call_it(std::filesystem::path name) { file_ = std::move(name); }
  sqlite3* handle() const noexcept { return connection_.get(); }

  SqliteStatement prepare(std::string_view sql) const;
  // Runs any number of statements, leaving out what rows they give.
  void run(const std::string& sql) const;
  // The first column of the first row as a number, or `otherwise` without a row.
  std::int64_t number(std::string_view sql, std::int64_t otherwise = 0) const;
  std::int64_t last_id() const noexcept { return sqlite3_last_insert_rowid(connection_.get()); }
  // Rows that the last INSERT, UPDATE or DELETE has changed.
  int changes() const noexcept { return sqlite3_changes(connection_.get()); }
  // Reads what there is of a file that is shorter than its header says, which is refused otherwise. Of a connection
  // that only reads.
  void allow_missing_pages() const;
  // How long to wait for another process to let go. Not at all unless told.
  void wait_for_lock(int milliseconds) const noexcept { sqlite3_busy_timeout(connection_.get(), milliseconds); }

  // What SQLite's result code means, about this file. `doing` as in "reading", "writing".
  Error failure(int result, const char* doing) const;

 private:
  struct Closer {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  };
  std::filesystem::path file_;
  bool writes_;
  std::unique_ptr<sqlite3, Closer> connection_;
};

// Rolled back unless committed. Takes the right to write at once, so that nothing fails half-way for lack of it.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(const SqliteDatabase& database);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  void commit();

 private:
  const SqliteDatabase& database_;
  bool open_ = true;
};

}  // namespace smsbackup::stores
