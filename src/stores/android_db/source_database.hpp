// A database that is read and never changed, whatever state it was left in.
//
// What a phone or a killed program leaves beside a database (`-wal`, `-journal`) belongs to it, and SQLite can only
// take it in by writing. So such a database is copied to a temporary folder; the copy loses its name once it is open,
// and its place on the disk with this object. One without either is read where it is, and nothing is made beside it.
#pragma once

#include <filesystem>
#include <memory>

#include "smsbackup/limits.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

// SQLite counts the bytes of a value, and of a row, in an int.
int largest_value_within(const Limits& limits) noexcept;

class SourceDatabase {
 public:
  // Throws as SqliteDatabase does; Error(unknown_format) or Error(corrupt_input) also for what is no database;
  // Error(busy) if it changes all the time while it is copied.
  explicit SourceDatabase(const std::filesystem::path& file, int largest_value = SqliteDatabase::default_largest_value);

  const SqliteDatabase& get() const noexcept { return *database_; }
  // What people call it, also where it is read from a copy.
  const std::filesystem::path& file() const noexcept { return file_; }
  // Whether the file is shorter than its own header says: rows at its end are missing.
  bool is_cut_off() const noexcept { return cut_off_; }

 private:
  std::filesystem::path file_;
  std::unique_ptr<SqliteDatabase> database_;
  bool cut_off_ = false;
};

}  // namespace smsbackup::stores::android_db
