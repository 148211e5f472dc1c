#include "stores/android_db/row_scan.hpp"

#include "stores/android_db/table.hpp"

namespace smsbackup::stores::android_db {
namespace {

constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

std::int64_t last_id(const SqliteDatabase& database, const std::string& table) {
  try {
    return database.number("SELECT max(rowid) FROM " + sql_name(table), 0);
  } catch (const Error& error) {
    if (!is_damage(error)) throw;
    return highest;
  }
}

}  // namespace

bool is_damage(const Error& error) noexcept {
  return error.code() == ErrorCode::corrupt_input || error.code() == ErrorCode::limit_exceeded;
}

// NOT INDEXED: an index may be damaged, too, or not fit its table.
RowScan::RowScan(const SqliteDatabase& database, const std::string& table, const std::string& columns)
    : rows_(database.prepare("SELECT rowid," + columns + " FROM " + sql_name(table) +
                             " NOT INDEXED WHERE rowid >= ?1 AND rowid <= ?2 ORDER BY rowid")),
      ids_(database.prepare("SELECT rowid FROM " + sql_name(table) +
                            " NOT INDEXED WHERE rowid >= ?1 AND rowid <= ?2 ORDER BY rowid LIMIT 1")),
      last_(last_id(database, table)) {
  rows_.bind(2, last_);
  ids_.bind(2, last_);
}

void RowScan::pause() noexcept {
  rows_.reset();
  running_ = false;
}

RowScan::Step RowScan::next() {
  if (ended_) return Step::end;
  try {
    if (!running_) {
      rows_.bind(1, next_);
      running_ = true;
    }
    if (!rows_.step()) {
      pause();
      ended_ = true;
      return Step::end;
    }
    id_ = rows_.integer(0);
    if (id_ < next_) throw Error(ErrorCode::corrupt_input, "the rows of a table are not in their order");
    ended_ = id_ == highest;
    if (!ended_) next_ = id_ + 1;
    return Step::row;
  } catch (const Error& error) {
    pause();
    if (!is_damage(error)) throw;
    why_ = error;
    return skip_damage();
  }
}

RowScan::Probe RowScan::probe(std::int64_t from, std::int64_t& found) {
  try {
    ids_.reset();
    ids_.bind(1, from);
    const bool any = ids_.step();
    if (any) found = ids_.integer(0);
    ids_.reset();
    if (!any) return Probe::none;
    return found < from ? Probe::damaged : Probe::found;
  } catch (const Error& error) {
    ids_.reset();
    if (!is_damage(error)) throw;
    return Probe::damaged;
  }
}

// The row after the last good one can't be read. Either that row alone is bad, and there is an id after it; or a page
// is, and ids further on are looked for at ever larger distances, then the first good one between is found by halving.
RowScan::Step RowScan::skip_damage() {
  std::int64_t found = 0;
  const Probe here = probe(next_, found);
  if (here == Probe::found) return lost(found, found);
  if (here == Probe::none) return lost(next_, last_);
  std::int64_t bad = next_;
  std::int64_t good = 0;
  for (std::uint64_t distance = 1;; distance *= 2) {
    if (distance == 0 || static_cast<std::uint64_t>(last_) - static_cast<std::uint64_t>(bad) < distance) {
      return lost(next_, last_);
    }
    good = static_cast<std::int64_t>(static_cast<std::uint64_t>(bad) + distance);
    if (probe(good, found) != Probe::damaged) break;
    bad = good;
  }
  while (static_cast<std::uint64_t>(good) - static_cast<std::uint64_t>(bad) > 1) {
    const auto half = (static_cast<std::uint64_t>(good) - static_cast<std::uint64_t>(bad)) / 2;
    const auto middle = static_cast<std::int64_t>(static_cast<std::uint64_t>(bad) + half);
    (probe(middle, found) == Probe::damaged ? bad : good) = middle;
  }
  return lost(next_, bad);
}

RowScan::Step RowScan::lost(std::int64_t first, std::int64_t last) {
  first_lost_ = first;
  last_lost_ = last;
  ended_ = last >= last_;
  if (!ended_) next_ = last + 1;
  return Step::damage;
}

}  // namespace smsbackup::stores::android_db
