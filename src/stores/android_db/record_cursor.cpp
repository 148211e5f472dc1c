#include "stores/android_db/record_cursor.hpp"

#include <type_traits>
#include <utility>

#include "smsbackup/columns.hpp"

namespace smsbackup::stores::android_db {
namespace {

template <class Row>
constexpr RecordType type_of_row = std::is_same_v<Row, Sms>   ? RecordType::sms
                                   : std::is_same_v<Row, Mms> ? RecordType::mms
                                                              : RecordType::call;

const char* table_of(RecordType type) noexcept {
  return type == RecordType::sms ? "sms" : type == RecordType::mms ? "pdu" : "calls";
}

// A damaged file may count wrongly or not at all; then nothing is known.
std::uint64_t count_rows(const SqliteDatabase& database, const std::string& table) {
  try {
    return static_cast<std::uint64_t>(database.number("SELECT count(*) FROM " + sql_name(table)));
  } catch (const Error& error) {
    if (!is_damage(error)) throw;
    return 0;
  }
}

}  // namespace

template <class Row>
struct RecordCursor::Section {
  Section(const SqliteDatabase& database, const Table& table)
      : file(database.file()),
        reader(table),
        scan(database, table.name, column_list(table)),
        date_at(reader.position("date")) {}

  std::filesystem::path file;
  RowReader<Row> reader;
  RowScan scan;
  int date_at;
};

RecordCursor::RecordCursor(Databases databases, Query query, const Limits& limits)
    : databases_(std::move(databases)), query_(std::move(query)), limits_(limits) {
  if (query_.starred_only) query_.types.clear();  // a phone knows no stars
  total_ = 0;
  open_section(sms_, databases_.messages, "sms");
  open_section(mms_, databases_.messages, "pdu");
  open_section(calls_, databases_.calls, "calls");
  if (mms_) mms_reader_ = std::make_unique<MmsReader>(*databases_.messages, databases_.parts, limits_, &problems_);
  if (databases_.cut_off) {
    Problem problem;
    problem.code = ErrorCode::truncated_input;
    problem.where = (databases_.messages != nullptr ? databases_.messages : databases_.calls)->file().filename();
    problem.why = "the file ends before the size that it gives itself: rows are missing";
    problem.raw_is_complete = false;
    problems_.push_back(std::move(problem));
  }
}

RecordCursor::~RecordCursor() = default;

template <class Row>
void RecordCursor::open_section(std::unique_ptr<Section<Row>>& section, const SqliteDatabase* database,
                                const char* name) {
  if (database == nullptr) return;
  const Table table = read_table(*database, name);
  if (!table) return;
  const std::uint64_t rows = count_rows(*database, name);
  *total_ += rows;
  if (query_.types.count(type_of_row<Row>) == 0) {
    left_out_ += rows;
    return;
  }
  section = std::make_unique<Section<Row>>(*database, table);
}

bool RecordCursor::next(Batch& out) {
  BatchFiller filler(query_, out);
  if (left_out_ != 0) {
    filler.filtered();
    out.filtered += left_out_ - 1;
    done_ += std::exchange(left_out_, 0);
  }
  for (Problem& problem : problems_) filler.problem(std::move(problem));
  problems_.clear();
  while (!filler.full() && (fill(sms_, filler) || fill(mms_, filler) || fill(calls_, filler))) {
  }
  if (sms_) sms_->scan.pause();
  if (mms_) mms_->scan.pause();
  if (calls_) calls_->scan.pause();
  return filler.any();
}

// False when the section is at its end.
template <class Row>
bool RecordCursor::fill(std::unique_ptr<Section<Row>>& section, BatchFiller& out) {
  if (!section) return false;
  while (!out.full()) {
    const RowScan::Step step = section->scan.next();
    if (step == RowScan::Step::end) {
      section.reset();
      return false;
    }
    if (step == RowScan::Step::row) {
      ++done_;
      read_row(*section, out);
    } else {
      out.problem(lost_rows(section->scan, section->file, table_of(type_of_row<Row>), type_of_row<Row>));
    }
  }
  return true;
}

template <class Row>
void RecordCursor::read_row(Section<Row>& section, BatchFiller& out) {
  SqliteStatement& statement = section.scan.row();
  constexpr int first = RowScan::first_column;
  if (section.date_at >= 0 && (query_.since || query_.until) &&
      statement.type(first + section.date_at) == SQLITE_INTEGER) {
    const Unit unit = std::is_same_v<Row, Mms> ? Unit::seconds : Unit::milliseconds;
    const auto date = in_milliseconds(statement.integer(first + section.date_at), unit);
    if (date && ((query_.since && *date < *query_.since) || (query_.until && *date >= *query_.until))) {
      return out.filtered();
    }
  }
  const char* table = table_of(type_of_row<Row>);
  const std::string place = place_of(section.file, table, section.scan.id());
  Row row;
  section.reader.read(statement, first, row);
  if constexpr (std::is_same_v<Row, Mms>) {
    std::vector<Problem> problems;
    try {
      mms_reader_->read_children(section.scan.id(), row, &problems);
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      Problem problem = problem_of(error, place, 0);
      problem.offset.reset();
      problem.type = RecordType::mms;
      problem.raw_is_complete = false;
      return out.problem(std::move(problem));
    }
    if (!out.record(std::move(row), place)) return;
    for (Problem& problem : problems) out.problem(std::move(problem));
  } else {
    out.record(std::move(row), place);
  }
}

std::string locator_of(RecordType type, std::int64_t id) {
  return std::string(to_string(type)) + '/' + std::to_string(id);
}

namespace {

template <class Row>
std::optional<Record> fetch_row(const SqliteDatabase& database, const char* name, std::int64_t id,
                                const Databases& databases, const Limits& limits,
                                std::unique_ptr<MmsReader>& mms_reader) {
  const Table table = read_table(database, name);
  if (!table) return std::nullopt;
  SqliteStatement statement =
      database.prepare("SELECT " + column_list(table) + " FROM " + sql_name(name) + " NOT INDEXED WHERE rowid = ?");
  statement.bind(1, id);
  if (!statement.step()) return std::nullopt;
  Row row;
  RowReader<Row>(table).read(statement, 0, row);
  if constexpr (std::is_same_v<Row, Mms>) {
    if (!mms_reader) mms_reader = std::make_unique<MmsReader>(database, databases.parts, limits);
    mms_reader->read_children(id, row, nullptr);
  }
  return row;
}

}  // namespace

std::optional<Record> fetch_record(const Databases& databases, const Limits& limits, std::string_view locator,
                                   std::unique_ptr<MmsReader>& mms_reader) {
  const auto slash = locator.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view type = locator.substr(0, slash);
  const auto id = parse_integer(locator.substr(slash + 1));
  if (!id) return std::nullopt;
  try {
    if (type == "sms" && databases.messages != nullptr) {
      return fetch_row<Sms>(*databases.messages, "sms", *id, databases, limits, mms_reader);
    }
    if (type == "mms" && databases.messages != nullptr) {
      return fetch_row<Mms>(*databases.messages, "pdu", *id, databases, limits, mms_reader);
    }
    if (type == "call" && databases.calls != nullptr) {
      return fetch_row<Call>(*databases.calls, "calls", *id, databases, limits, mms_reader);
    }
  } catch (const Error& error) {
    if (!is_damage(error)) throw;
  }
  return std::nullopt;
}

}  // namespace smsbackup::stores::android_db
