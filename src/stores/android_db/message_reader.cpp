#include "stores/android_db/message_reader.hpp"

#include <algorithm>
#include <utility>

#include "stores/android_db/row_scan.hpp"
#include "stores/android_db/table.hpp"

namespace smsbackup::stores::android_db {
namespace {

Problem problem_with(ErrorCode code, std::string where, std::string why) {
  Problem problem;
  problem.code = code;
  problem.where = std::move(where);
  problem.why = std::move(why);
  problem.type = RecordType::mms;
  problem.raw_is_complete = false;
  problem.record_kept = true;
  return problem;
}

// The phone's path is another one here: only the file's name counts.
std::string_view base_name(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string place_of(const std::filesystem::path& file, std::string_view table, std::int64_t id) {
  return file.filename().string() + ", " + std::string(table) + ' ' + std::to_string(id);
}

Problem lost_rows(const RowScan& scan, const std::filesystem::path& file, std::string_view table,
                  std::optional<RecordType> type) {
  Problem problem;
  problem.code = scan.why().code();
  problem.where = place_of(file, table, scan.first_lost());
  if (scan.last_lost() != scan.first_lost()) problem.where += " to " + std::to_string(scan.last_lost());
  problem.why = scan.why().what();
  problem.type = type;
  problem.raw_is_complete = false;
  return problem;
}

ChildRows::ChildRows(const SqliteDatabase& database, const std::string& table, const std::string& parent_column,
                     std::vector<Problem>* problems) {
  RowScan scan(database, table, sql_name(parent_column));
  for (auto step = scan.next(); step != RowScan::Step::end; step = scan.next()) {
    if (step == RowScan::Step::row) {
      if (scan.row().type(RowScan::first_column) != SQLITE_INTEGER) continue;
      entries_.push_back({scan.row().integer(RowScan::first_column), scan.id()});
    } else if (problems != nullptr) {
      problems->push_back(lost_rows(scan, database.file(), table, RecordType::mms));
      problems->back().record_kept = true;
    }
  }
  if (!std::is_sorted(entries_.begin(), entries_.end())) std::sort(entries_.begin(), entries_.end());
}

std::vector<std::int64_t> ChildRows::of(std::int64_t parent) const {
  std::vector<std::int64_t> ids;
  auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), Entry{parent, std::numeric_limits<std::int64_t>::min()});
  for (; entry != entries_.end() && entry->parent == parent; ++entry) ids.push_back(entry->id);
  return ids;
}

MmsReader::MmsReader(const SqliteDatabase& database, std::filesystem::path parts_folder, const Limits& limits,
                     std::vector<Problem>* problems)
    : file_(database.file()), parts_folder_(std::move(parts_folder)), limits_(limits) {
  const Table pdu = read_table(database, "pdu");
  row_ = RowReader<Mms>(pdu);
  columns_ = column_list(pdu);
  const auto row_of = [&](const Table& table) {
    return database.prepare("SELECT " + column_list(table) + " FROM " + sql_name(table.name) +
                            " NOT INDEXED WHERE rowid = ?");
  };
  if (const Table table = read_table(database, "addr"); table.has("msg_id")) {
    has_addresses_ = true;
    address_ = RowReader<MmsAddress>(table);
    address_row_ = row_of(table);
    addresses_ = ChildRows(database, "addr", "msg_id", problems);
  }
  if (const Table table = read_table(database, "part"); table.has("mid")) {
    has_parts_ = true;
    part_ = RowReader<MmsPart>(table);
    part_row_ = row_of(table);
    parts_ = ChildRows(database, "part", "mid", problems);
  }
}

void MmsReader::read_children(std::int64_t id, Mms& mms, std::vector<Problem>* problems) {
  if (has_addresses_) read_addresses(id, mms, problems);
  if (has_parts_) read_parts(id, mms, problems);
}

void MmsReader::read_addresses(std::int64_t id, Mms& mms, std::vector<Problem>* problems) {
  const std::vector<std::int64_t> rows = addresses_.of(id);
  if (rows.size() > limits_.addresses) {
    throw Error(ErrorCode::limit_exceeded, "the message has more addresses than Limits::addresses");
  }
  for (const std::int64_t row : rows) {
    try {
      address_row_.reset();
      address_row_.bind(1, row);
      if (address_row_.step()) address_.read(address_row_, 0, mms.addresses.emplace_back());
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      if (problems != nullptr) {
        problems->push_back(problem_with(error.code(), place_of(file_, "addr", row), error.what()));
      }
    }
  }
  address_row_.reset();
}

void MmsReader::read_parts(std::int64_t id, Mms& mms, std::vector<Problem>* problems) {
  const std::vector<std::int64_t> rows = parts_.of(id);
  if (rows.size() > limits_.parts) {
    throw Error(ErrorCode::limit_exceeded, "the message has more parts than Limits::parts");
  }
  for (const std::int64_t row : rows) {
    try {
      part_row_.reset();
      part_row_.bind(1, row);
      if (!part_row_.step()) continue;
      MmsPart& part = mms.parts.emplace_back();
      part_.read(part_row_, 0, part);
      find_file(id, row, part, problems);
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      if (problems != nullptr) {
        problems->push_back(problem_with(error.code(), place_of(file_, "part", row), error.what()));
      }
    }
  }
  part_row_.reset();
  // Many phones number all parts 0; SMIL is -1.
  std::stable_sort(mms.parts.begin(), mms.parts.end(),
                   [](const MmsPart& a, const MmsPart& b) { return a.seq.value_or(0) < b.seq.value_or(0); });
}

void MmsReader::find_file(std::int64_t id, std::int64_t part_id, MmsPart& part, std::vector<Problem>* problems) const {
  if (!part.data_path.has_value() || part.data_path->empty()) return;
  const auto tell = [&](ErrorCode code, const std::string& why) {
    if (problems == nullptr) return;
    std::string where = place_of(file_, "pdu", id) + ", part " + std::to_string(part_id);
    problems->push_back(problem_with(code, std::move(where), why + "; the rest of the message is kept"));
  };
  const std::string name(base_name(*part.data_path));
  if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string::npos) {
    return tell(ErrorCode::corrupt_input, "the part's path names no file");
  }
  try {
    Blob data = Blob::of_file(parts_folder_ / name);
    if (data.size() > limits_.part_size) {
      return tell(ErrorCode::limit_exceeded, "the part's file is larger than Limits::part_size");
    }
    part.data = std::move(data);
  } catch (const Error& error) {
    tell(error.code(),
         error.code() == ErrorCode::not_found ? "the part's file is missing" : "the part's file can't be read");
  }
}

}  // namespace smsbackup::stores::android_db
