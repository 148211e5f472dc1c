#include "stores/sqlite.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <utility>

#include "stores/file_descriptor.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

// The path as SQLite's URI syntax wants it: everything but plain characters escaped.
std::string uri_of(const std::filesystem::path& file, std::string_view query) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                       c == '.' || c == '-' || c == '_';
    if (plain) {
      uri += c;
    } else {
      uri += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  uri += query;
  return uri;
}

int flags_of(SqliteMode mode) noexcept {
  constexpr int always = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case SqliteMode::read_only:
    case SqliteMode::immutable:
      return always | SQLITE_OPEN_READONLY;
    case SqliteMode::read_write:
      return always | SQLITE_OPEN_READWRITE;
    case SqliteMode::create:
      break;
  }
  return always | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

ErrorCode code_of(int result) noexcept {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::busy;
    case SQLITE_CORRUPT:
      return ErrorCode::corrupt_input;
    case SQLITE_NOTADB:
      return ErrorCode::unknown_format;
    case SQLITE_FULL:
      return ErrorCode::no_space;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorCode::permission_denied;
    case SQLITE_TOOBIG:
      return ErrorCode::limit_exceeded;
    case SQLITE_INTERRUPT:
      return ErrorCode::cancelled;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return ErrorCode::invalid_argument;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return ErrorCode::internal;
    default:
      return ErrorCode::io;
  }
}

std::string hint_for(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "Another program has it open for writing: end that, and try again.";
    case SQLITE_CORRUPT:
      return "Copy it again together with its -wal file. `sqlite3 FILE .recover` saves what can be saved.";
    case SQLITE_NOTADB:
      return "It is no SQLite database, or an encrypted one.";
    case SQLITE_FULL:
      return "Free some space there, or choose another disk.";
    default:
      return {};
  }
}

// A result that tells what the system said, e.g. SQLITE_CANTOPEN or SQLITE_IOERR_WRITE.
bool has_system_error(int result) noexcept {
  return (result & 0xff) == SQLITE_CANTOPEN || (result & 0xff) == SQLITE_IOERR;
}

// Why no file can be made beside that one: of a file or journal that it could not make, SQLite tells only what its
// second attempt, to open it for reading, came to. 0 if one can be made.
int why_nothing_can_be_made_beside(const std::filesystem::path& file) {
  std::string probe = file.string() + ".probe-XXXXXX";
  const FileDescriptor made(::mkostemp(probe.data(), O_CLOEXEC));
  if (!made) return errno;
  ::unlink(probe.c_str());
  return 0;
}

}  // namespace

SqliteDatabase::SqliteDatabase(std::filesystem::path file, SqliteMode mode, int largest_value)
    : file_(std::move(file)), writes_(mode == SqliteMode::read_write || mode == SqliteMode::create) {
  sqlite3* connection = nullptr;
  const std::string uri = uri_of(file_, mode == SqliteMode::immutable ? "?immutable=1" : "");
  const int result = sqlite3_open_v2(uri.c_str(), &connection, flags_of(mode), nullptr);
  connection_.reset(connection);
  if (connection == nullptr) throw std::bad_alloc();
  if (result != SQLITE_OK) throw failure(result, "opening");
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, largest_value);
  sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
}

// SQLite's way to say so, which it knows from its own recovery.
void SqliteDatabase::allow_missing_pages() const {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
}

Error SqliteDatabase::failure(int result, const char* doing) const {
  sqlite3* connection = connection_.get();
  if (has_system_error(result)) {
    int number = sqlite3_system_errno(connection);
    if (writes_ && (result & 0xff) == SQLITE_CANTOPEN && number == ENOENT) {
      if (const int why = why_nothing_can_be_made_beside(file_); why != 0) number = why;
    }
    if (number != 0) return system_failure(number, doing, file_);
  }
  Error error(code_of(result), std::string(doing) + " " + file_.string() + ": " + sqlite3_errstr(result),
              hint_for(result));
  error.with_detail(sqlite3_errmsg(connection));
  return error;
}

SqliteStatement SqliteDatabase::prepare(std::string_view sql) const {
  sqlite3_stmt* made = nullptr;
  const int result = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  SqliteStatement statement;
  statement.statement_.reset(made);
  statement.database_ = this;
  if (result == SQLITE_NOMEM) throw std::bad_alloc();
  if (result != SQLITE_OK) throw failure(result, "reading");
  return statement;
}

void SqliteDatabase::run(const std::string& sql) const {
  const int result = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result == SQLITE_NOMEM) throw std::bad_alloc();
  if (result != SQLITE_OK) throw failure(result, "writing");
}

std::int64_t SqliteDatabase::number(std::string_view sql, std::int64_t otherwise) const {
  SqliteStatement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : otherwise;
}

void SqliteStatement::check(int result, const char* doing) const {
  if (result == SQLITE_OK) return;
  if (result == SQLITE_NOMEM) throw std::bad_alloc();
  throw database_->failure(result, doing);
}

void SqliteStatement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter, value), "preparing to write");
}

void SqliteStatement::bind(int parameter, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8),
        "preparing to write");
}

void SqliteStatement::bind_borrowed(int parameter, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                            SQLITE_STATIC, SQLITE_UTF8),
        "preparing to write");
}

void SqliteStatement::bind_blob(int parameter, std::string_view bytes) {
  check(sqlite3_bind_blob64(statement_.get(), parameter, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                            SQLITE_TRANSIENT),
        "preparing to write");
}

void SqliteStatement::bind_null(int parameter) {
  check(sqlite3_bind_null(statement_.get(), parameter), "preparing to write");
}

bool SqliteStatement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  const bool reads = sqlite3_stmt_readonly(statement_.get()) != 0;
  Error error =
      result == SQLITE_NOMEM ? throw std::bad_alloc() : database_->failure(result, reads ? "reading" : "writing");
  reset();
  throw error;
}

void SqliteStatement::reset() noexcept { sqlite3_reset(statement_.get()); }

void SqliteStatement::run() {
  while (step()) {
  }
  reset();
}

std::string_view SqliteStatement::column_name(int column) const noexcept {
  const char* name = sqlite3_column_name(statement_.get(), column);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

std::string_view SqliteStatement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) {
    if (sqlite3_errcode(database_->handle()) == SQLITE_NOMEM) throw std::bad_alloc();
    return {};
  }
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view SqliteStatement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (data == nullptr) {
    if (sqlite3_errcode(database_->handle()) == SQLITE_NOMEM) throw std::bad_alloc();
    return {};
  }
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

SqliteTransaction::SqliteTransaction(const SqliteDatabase& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
  // SQLite may have rolled back by itself (disk full): then there is nothing to do.
  if (open_ && sqlite3_get_autocommit(database_.handle()) == 0) {
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void SqliteTransaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace smsbackup::stores
