#include "smsbackup/android_db_store.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"
#include "stores/android_db/phone_files.hpp"
#include "stores/android_db/record_cursor.hpp"
#include "stores/android_db/record_sink.hpp"
#include "stores/android_db/schema.hpp"
#include "stores/android_db/source_database.hpp"
#include "stores/file_lock.hpp"
#include "stores/growing_file.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup {

using namespace stores::android_db;
using stores::FileLock;
using stores::SqliteDatabase;
using stores::SqliteMode;

namespace {

namespace fs = std::filesystem;

// SQLite counts a value's and a row's bytes in an int.
int largest_value(const Limits& limits) {
  constexpr std::size_t most = 1 << 30;
  return static_cast<int>(std::min(limits.text_size, most));
}

bool is_there(const fs::path& file) {
  std::error_code error;
  return !file.empty() && fs::exists(file, error) && fs::file_size(file, error) != 0;
}

// A database that is written to. Commits survive a power cut. Triggers are off: those of a phone count each
// conversation again for every message and date it now, and put notifications of MMS up for download.
std::unique_ptr<SqliteDatabase> open_to_write(const fs::path& file, int largest, void (*make)(const SqliteDatabase&)) {
  const bool is_new = !is_there(file);
  auto database = std::make_unique<SqliteDatabase>(file, SqliteMode::create, largest);
  database->run("PRAGMA synchronous = EXTRA");
  sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  if (is_new) make(*database);
  return database;
}

// A key without reading the files of parts: whoever needs the content fetches the record.
RecordKey key_without_files(Record& record, const DedupPolicy& policy) {
  auto* mms = std::get_if<Mms>(&record);
  const auto has_data = [](const MmsPart& part) { return part.data.has_value(); };
  if (mms == nullptr || std::none_of(mms->parts.begin(), mms->parts.end(), has_data)) {
    return key_of(record, policy.level, policy.own_numbers);
  }
  mms->parts.clear();
  RecordKey key = key_of(record, policy.level, policy.own_numbers);
  key.content.reset();
  return key;
}

}  // namespace

struct AndroidDbStore::State {
  State(fs::path where, Access how, StoreOptions given)
      : path(std::move(where)), access(how), options(std::move(given)), files(find_phone_files(path, access)) {}

  fs::path path;
  Access access;
  StoreOptions options;
  PhoneFiles files;

  FileLock lock;  // from the first look of a writer on
  std::unique_ptr<SourceDatabase> messages_source;
  std::unique_ptr<SourceDatabase> calls_source;
  std::unique_ptr<SqliteDatabase> messages;
  std::unique_ptr<SqliteDatabase> calls;
  std::unique_ptr<MmsReader> mms_reader;  // for fetch(); knows the rows of when it was made
  std::unique_ptr<MessageSink> message_sink;
  std::unique_ptr<CallSink> call_sink;
  std::vector<std::string> own_numbers;

  fs::path folder() const {
    const fs::path& file = files.messages.empty() ? files.calls : files.messages;
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
  }

  Databases readable() {
    Databases databases;
    databases.parts = files.parts;
    databases.messages = readable(files.messages, messages.get(), messages_source, databases.cut_off);
    databases.calls = readable(files.calls, calls.get(), calls_source, databases.cut_off);
    return databases;
  }

  const SqliteDatabase* readable(const fs::path& file, const SqliteDatabase* writer,
                                 std::unique_ptr<SourceDatabase>& source, bool& cut_off) const {
    if (writer != nullptr) return writer;
    if (!source) {
      if (!is_there(file)) return nullptr;
      source = std::make_unique<SourceDatabase>(file, largest_value(options.limits));
    }
    cut_off = cut_off || source->is_cut_off();
    return &source->get();
  }

  void begin_writing() {
    if (lock) return;
    std::error_code error;
    fs::create_directories(folder(), error);
    if (error) throw stores::system_failure(error.value(), "making the folder", folder());
    lock = FileLock::in_folder(folder());
  }

  // The connections that are there when a key is asked for are those that write later on.
  void open_what_is_there() {
    begin_writing();
    if (!messages && is_there(files.messages)) open_messages();
    if (!calls && is_there(files.calls)) open_calls();
  }
  void open_messages() {
    messages = open_to_write(files.messages, largest_value(options.limits), make_messages);
    message_sink = std::make_unique<MessageSink>(*messages, files.parts, now());
    message_sink->set_own_numbers(own_numbers);
  }
  void open_calls() {
    calls = open_to_write(files.calls, largest_value(options.limits), make_calls);
    call_sink = std::make_unique<CallSink>(*calls);
  }
  void close() noexcept {
    mms_reader.reset();
    message_sink.reset();
    call_sink.reset();
    messages.reset();
    calls.reset();
    lock.release();
  }

  std::int64_t now() const { return options.mime.clock(); }
};

AndroidDbStore::AndroidDbStore(fs::path path, Access access, StoreOptions options)
    : state_(std::make_unique<State>(std::move(path), access, std::move(options))) {
  State& state = *state_;
  if (access == Access::read) {
    state.readable();  // so that a database that can't be read is noticed now
    return;
  }
  std::error_code error;
  const fs::path folder = state.folder();
  stores::expect_writable_place(fs::is_directory(folder, error) ? folder / "mmssms.db" : folder);
}

AndroidDbStore::~AndroidDbStore() = default;

std::unique_ptr<Cursor> AndroidDbStore::open(const Query& query) {
  return std::make_unique<RecordCursor>(state_->readable(), stores::without_group(query), state_->options.limits);
}

void AndroidDbStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  State& state = *state_;
  std::error_code error;
  if (state.access == Access::write && fs::is_directory(state.folder(), error)) state.begin_writing();
  state.own_numbers = policy.own_numbers;
  Query wider = stores::without_group(query);
  wider.newest.reset();
  RecordCursor cursor(state.readable(), std::move(wider), state.options.limits);
  for (Batch batch; cursor.next(batch); batch.clear()) {
    for (Record& record : batch.records) {
      const std::int64_t id = std::visit([](const auto& row) { return row.id.value_or(0); }, record);
      RecordKey key = key_without_files(record, policy);
      key.locator = locator_of(type_of(record), id);
      visit(key);
    }
  }
}

std::optional<Record> AndroidDbStore::fetch(std::string_view locator) {
  State& state = *state_;
  return fetch_record(state.readable(), state.options.limits, locator, state.mms_reader);
}

Outcomes AndroidDbStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access != Access::write) {
    throw Error(ErrorCode::invalid_argument, "writing to " + name() + ": it was opened for reading");
  }
  Outcomes outcomes(records.size());
  try {
    state.open_what_is_there();
    for (std::size_t i = 0; i < records.size(); ++i) {
      const bool is_call = std::holds_alternative<Call>(records[i]);
      const fs::path& file = is_call ? state.files.calls : state.files.messages;
      if (!file.empty()) continue;
      outcomes[i].problem.emplace();
      outcomes[i].problem->code = ErrorCode::unsupported;
      outcomes[i].problem->why = "this is a database of calls only";
      outcomes[i].problem->type = type_of(records[i]);
    }
    for (const Record& record : records) {
      const bool is_call = std::holds_alternative<Call>(record);
      if (is_call && !state.calls && !state.files.calls.empty()) state.open_calls();
      if (!is_call && !state.messages && !state.files.messages.empty()) state.open_messages();
    }
    state.mms_reader.reset();
    if (state.message_sink) state.message_sink->write(records, outcomes);
    if (state.call_sink) state.call_sink->write(records, outcomes);
  } catch (...) {
    state.close();
    throw;
  }
  return outcomes;
}

void AndroidDbStore::finish() { state_->close(); }

std::string AndroidDbStore::name() const { return state_->path.string(); }

}  // namespace smsbackup
