#include "smsbackup/android_db_store.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <system_error>
#include <utility>

#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"
#include "stores/android_db/phone_files.hpp"
#include "stores/android_db/record_cursor.hpp"
#include "stores/android_db/record_sink.hpp"
#include "stores/android_db/schema.hpp"
#include "stores/android_db/source_database.hpp"
#include "stores/android_db/undecided_groups.hpp"
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

bool is_there(const fs::path& file) {
  std::error_code error;
  return !file.empty() && fs::exists(file, error) && fs::file_size(file, error) != 0;
}

// A database that is written to. Commits survive a power cut. Triggers are off: those of a phone count each
// conversation again for every message and date it now, and put notifications of MMS up for download.
std::unique_ptr<SqliteDatabase> open_to_write(const fs::path& file, int largest, void (*make)(const SqliteDatabase&)) {
  auto database = std::make_unique<SqliteDatabase>(file, SqliteMode::create, largest);
  database->run("PRAGMA synchronous = EXTRA");
  sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  // Without tables is a file that is not there yet, and also one whose making was cut short by a kill.
  if (database->number("SELECT count(*) FROM sqlite_master") == 0) make(*database);
  return database;
}

// How much write_ahead() puts into one transaction.
constexpr std::size_t most_kept_back = 8192;
constexpr std::size_t most_kept_bytes = 6 << 20;

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
  Outcomes kept_back;          // of what write_ahead() has put into the transactions that are open
  std::size_t kept_bytes = 0;  // memory_size() of these
  Outcomes known;              // of what was committed since they were asked for

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
      source = std::make_unique<SourceDatabase>(file, largest_value_within(options.limits));
    }
    cut_off = cut_off || source->is_cut_off();
    return &source->get();
  }

  bool has_rows(const fs::path& file, std::initializer_list<const char*> tables) const {
    if (!is_there(file)) return false;
    const SourceDatabase database(file, largest_value_within(options.limits));
    return std::any_of(tables.begin(), tables.end(), [&](const char* table) {
      return has_table(database.get(), table) &&
             database.get().number("SELECT EXISTS(SELECT 1 FROM " + std::string(table) + ")") != 0;
    });
  }
  bool is_empty() const {
    try {
      return !has_rows(files.messages, {"sms", "pdu"}) && !has_rows(files.calls, {"calls"});
    } catch (const Error&) {  // damaged, or in use
      return false;
    }
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
    messages = open_to_write(files.messages, largest_value_within(options.limits), make_messages);
    message_sink = std::make_unique<MessageSink>(*messages, files.parts, now());
    message_sink->set_own_numbers(own_numbers);
  }
  void open_calls() {
    calls = open_to_write(files.calls, largest_value_within(options.limits), make_calls);
    call_sink = std::make_unique<CallSink>(*calls);
  }
  void insert(std::span<const Record> records, Outcomes& outcomes) {
    open_what_is_there();
    for (std::size_t i = 0; i < records.size(); ++i) {
      const bool is_call = std::holds_alternative<Call>(records[i]);
      if ((is_call ? files.calls : files.messages).empty()) {
        outcomes[i].problem.emplace();
        outcomes[i].problem->code = ErrorCode::unsupported;
        outcomes[i].problem->why = "this is a database of calls only";
        outcomes[i].problem->type = type_of(records[i]);
      } else if (is_call && !calls) {
        open_calls();
      } else if (!is_call && !messages) {
        open_messages();
      }
    }
    mms_reader.reset();
    if (message_sink) message_sink->write(records, outcomes);
    if (call_sink) call_sink->write(records, outcomes);
  }
  void commit_kept() {
    commit();
    std::move(kept_back.begin(), kept_back.end(), std::back_inserter(known));
    kept_back.clear();
    kept_bytes = 0;
  }
  Outcomes take_known() { return std::exchange(known, {}); }
  void commit() {
    if (message_sink) message_sink->commit();
    if (call_sink) call_sink->commit();
  }
  // Runs what writes. After an Error nothing of it is known to be there, and the next write begins anew.
  template <class Act>
  void guard(Act&& act) {
    if (access != Access::write) {
      throw Error(ErrorCode::invalid_argument, "writing to " + path.string() + ": it was opened for reading");
    }
    try {
      act();
    } catch (...) {
      kept_back.clear();
      close();
      throw;
    }
  }
  void close() noexcept {
    kept_bytes = 0;
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
  Outcomes outcomes(records.size());
  state_->guard([&] {
    state_->insert(records, outcomes);
    state_->commit();
  });
  return outcomes;
}

// A commit waits for the disk several times, whatever it holds.
Outcomes AndroidDbStore::write_ahead(std::span<const Record> records) {
  State& state = *state_;
  state.guard([&] {
    Outcomes outcomes(records.size());
    state.insert(records, outcomes);
    std::move(outcomes.begin(), outcomes.end(), std::back_inserter(state.kept_back));
    for (const Record& record : records) state.kept_bytes += memory_size(record);
    if (state.kept_back.size() >= most_kept_back || state.kept_bytes >= most_kept_bytes) state.commit_kept();
  });
  return state.take_known();
}

Outcomes AndroidDbStore::settle() {
  State& state = *state_;
  if (!state.kept_back.empty()) state.guard([&] { state.commit_kept(); });
  return state.take_known();
}

void AndroidDbStore::finish() {
  State& state = *state_;
  if (state.access != Access::write) return;
  state.guard([&] {
    state.commit();
    if (!state.message_sink && UndecidedGroups::are_beside(state.files.messages)) state.open_what_is_there();
    if (state.message_sink) state.message_sink->settle_groups();
  });
  state.close();
}

bool AndroidDbStore::is_empty() { return state_->is_empty(); }

std::string AndroidDbStore::name() const { return state_->path.string(); }

}  // namespace smsbackup
