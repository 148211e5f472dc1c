// Reads the records of a phone's databases: a row, and of an MMS its addresses, parts and their files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "smsbackup/limits.hpp"
#include "smsbackup/problem.hpp"
#include "smsbackup/record.hpp"
#include "stores/android_db/row_reader.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

// Rows of a table that belong to rows of another one, found without an index of the file's.
class ChildRows {
 public:
  ChildRows() = default;
  // Damaged rows are left out, with a Problem each.
  ChildRows(const SqliteDatabase& database, const std::string& table, const std::string& parent_column,
            std::vector<Problem>* problems);

  // Ids of the rows that belong to `parent`, ascending.
  std::vector<std::int64_t> of(std::int64_t parent) const;

 private:
  struct Entry {
    std::int64_t parent;
    std::int64_t id;
    friend bool operator<(const Entry& a, const Entry& b) noexcept {
      return a.parent != b.parent ? a.parent < b.parent : a.id < b.id;
    }
  };
  std::vector<Entry> entries_;
};

class MmsReader {
 public:
  // All must outlive this. Problems with the tables as a whole go to `problems` when given.
  MmsReader(const SqliteDatabase& database, std::filesystem::path parts_folder, const Limits& limits,
            std::vector<Problem>* problems = nullptr);

  const RowReader<Mms>& row() const noexcept { return row_; }
  const std::string& columns() const noexcept { return columns_; }

  // Adds what belongs to the row that was read into `mms`. What is wrong with it goes to `problems` when given; the
  // record is good all the same.
  void read_children(std::int64_t id, Mms& mms, std::vector<Problem>* problems);

 private:
  void read_addresses(std::int64_t id, Mms& mms, std::vector<Problem>* problems);
  void read_parts(std::int64_t id, Mms& mms, std::vector<Problem>* problems);
  void find_file(std::int64_t id, std::int64_t part_id, MmsPart& part, std::vector<Problem>* problems) const;

  std::filesystem::path file_;
  std::filesystem::path parts_folder_;
  Limits limits_;
  std::string columns_;
  RowReader<Mms> row_;
  RowReader<MmsAddress> address_;
  RowReader<MmsPart> part_;
  SqliteStatement address_row_;
  SqliteStatement part_row_;
  bool has_addresses_ = false;
  bool has_parts_ = false;
  ChildRows addresses_;
  ChildRows parts_;
};

// "mmssms.db, sms 12", for people.
std::string place_of(const std::filesystem::path& file, std::string_view table, std::int64_t id);

// What RowScan could not read.
Problem lost_rows(const class RowScan& scan, const std::filesystem::path& file, std::string_view table,
                  std::optional<RecordType> type);

}  // namespace smsbackup::stores::android_db
