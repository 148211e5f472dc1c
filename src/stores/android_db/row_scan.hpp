// Goes through the rows of a table by their row ids, past whatever part of the file is damaged.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "smsbackup/error.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

class RowScan {
 public:
  enum class Step : std::uint8_t { row, damage, end };

  // `columns` as for SELECT. The rows that are there now are gone through, not those that are added meanwhile.
  RowScan(const SqliteDatabase& database, const std::string& table, const std::string& columns);

  // Throws Error for what concerns the whole file: locked, no database, unreadable disk.
  Step next();

  // After `row`: the row; its columns begin at first_column.
  static constexpr int first_column = 1;
  SqliteStatement& row() noexcept { return rows_; }
  std::int64_t id() const noexcept { return id_; }

  // After `damage`: nothing of these rows can be read (they need not all have been there).
  std::int64_t first_lost() const noexcept { return first_lost_; }
  std::int64_t last_lost() const noexcept { return last_lost_; }
  const Error& why() const noexcept { return *why_; }

  // Lets go of the file until the next next(), so that others may write.
  void pause() noexcept;

 private:
  enum class Probe : std::uint8_t { found, none, damaged };
  Probe probe(std::int64_t from, std::int64_t& found);
  Step skip_damage();
  Step lost(std::int64_t first, std::int64_t last);

  SqliteStatement rows_;
  SqliteStatement ids_;
  std::int64_t next_ = std::numeric_limits<std::int64_t>::min();  // the first id that was not looked at
  std::int64_t last_;
  std::int64_t id_ = 0;
  std::int64_t first_lost_ = 0;
  std::int64_t last_lost_ = 0;
  std::optional<Error> why_;
  bool running_ = false;
  bool ended_ = false;
};

// Whether an Error is about a part of the file only.
bool is_damage(const Error& error) noexcept;

}  // namespace smsbackup::stores::android_db
