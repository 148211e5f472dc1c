// One table holds the fingerprints, a row for each mark_done(): they are only ever added and read as a whole, and so a
// million of them is 16 MB that is read in order. Rows carry a checksum over what they belong to and what they hold,
// for SQLite does not notice when a disk changes a value.
#include "smsbackup/state_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/file_descriptor.hpp"
#include "stores/file_lock.hpp"
#include "stores/output_file.hpp"
#include "stores/sqlite.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup {
namespace {

namespace fs = std::filesystem;
using stores::SqliteDatabase;
using stores::SqliteMode;
using stores::SqliteStatement;
using stores::SqliteTransaction;

constexpr std::int64_t application_id = 0x736d7362;  // "smsb"
constexpr std::int64_t newest_version = 1;
constexpr std::size_t fingerprints_in_a_row = 4096;
constexpr int largest_value = 1 << 20;

// As SQLite keeps them, word for word: a schema that reads otherwise is damaged.
constexpr const char* tables[] = {
    "CREATE TABLE state(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE)",
    "CREATE TABLE done(id INTEGER PRIMARY KEY, state INTEGER NOT NULL, fingerprints BLOB NOT NULL,"
    " checksum INTEGER NOT NULL)",
    "CREATE TABLE run(state INTEGER PRIMARY KEY, started INTEGER NOT NULL, finished INTEGER, complete INTEGER NOT NULL,"
    " read INTEGER NOT NULL, filtered INTEGER NOT NULL, duplicate INTEGER NOT NULL, written INTEGER NOT NULL,"
    " failed INTEGER NOT NULL, runs_before INTEGER NOT NULL, skipped INTEGER NOT NULL, checksum INTEGER NOT NULL)",
};

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

Error damaged(const fs::path& file) {
  return {
      ErrorCode::corrupt_input, "reading the state " + file.string() + ": it is damaged",
      "Start it anew (--reset-state), or delete it. The next backup then asks the archive what is there: nothing is "
      "lost or doubled."};
}

// What SQLite finds wrong with a file is said in our words: nobody should try to repair a state.
template <class Do>
auto guarded(const fs::path& file, Do&& what) {
  try {
    return what();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::corrupt_input || error.code() == ErrorCode::unknown_format) {
      throw damaged(file).with_detail(error.detail());
    }
    if (error.code() == ErrorCode::busy) {
      throw Error(ErrorCode::busy, "opening the state " + file.string() + ": another run is using it",
                  "Wait until it has ended.");
    }
    throw;
  }
}

enum class Kind { missing, state, damaged_state, other };

// By the first bytes of the file: what SQLite puts there, and our application id. Nothing else is opened with SQLite,
// which might change it.
Kind kind_of(const fs::path& file) {
  const stores::FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) {
    if (errno == ENOENT) return Kind::missing;
    throw stores::system_failure(errno, "opening", file);
  }
  constexpr std::string_view magic("SQLite format 3\0", 16);
  constexpr std::size_t id_offset = 68;
  constexpr std::size_t header_size = 100;
  std::array<char, header_size> buffer{};
  const ssize_t got = ::pread(opened.get(), buffer.data(), buffer.size(), 0);
  if (got < 0) throw stores::system_failure(errno, "reading", file);
  if (got == 0) return Kind::missing;
  const std::string_view header(buffer.data(), static_cast<std::size_t>(got));
  if (header.size() < header_size) {
    return header.substr(0, magic.size()) == magic.substr(0, header.size()) ? Kind::damaged_state : Kind::other;
  }
  std::int64_t id = 0;
  for (const char c : header.substr(id_offset, 4)) id = id << 8 | static_cast<unsigned char>(c);
  if (id != application_id) return Kind::other;
  return header.substr(0, magic.size()) == magic ? Kind::state : Kind::damaged_state;
}

// A new file is empty and durable under its name before SQLite sees it.
void make_file(const fs::path& file) {
  const stores::FileDescriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!made) throw stores::system_failure(errno, "making", file);
  stores::sync_folder(file.parent_path().empty() ? fs::path(".") : file.parent_path());
}

void remove_file(const fs::path& file) {
  for (const char* suffix : {"", "-wal", "-journal", "-shm"}) {
    std::error_code error;
    fs::remove(file.string() + suffix, error);
    if (error) throw stores::system_failure(error.value(), "removing", file);
  }
}

class StateFile final : public StateStore {
 public:
  StateFile(const fs::path& file, const Digest& name, stores::FileLock lock)
      : name_(name), lock_(std::move(lock)), database_(file, SqliteMode::read_write, largest_value) {
    guarded(file, [&] {
      database_.run(
          "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = EXTRA; PRAGMA cell_size_check = ON;"
          "PRAGMA temp_store = MEMORY");
      make_or_check_tables();
      // The lock of our own keeps other runs out; this one is for whoever opens the file with SQLite.
      database_.run("BEGIN EXCLUSIVE; COMMIT");
      id_ = find();
    });
  }

  void visit_done(const Visitor& visit) override {
    SqliteStatement rows;
    guarded(database_.file(), [&] {
      rows = database_.prepare("SELECT fingerprints, checksum FROM done WHERE state = ? ORDER BY id");
      rows.bind(1, id_);
    });
    while (guarded(database_.file(), [&] { return rows.step(); })) {
      std::string_view bytes = rows.bytes(0);
      Digest fingerprint;
      if (bytes.size() % fingerprint.bytes.size() != 0 || rows.integer(1) != checksum(bytes)) {
        throw damaged(database_.file());
      }
      for (; !bytes.empty(); bytes.remove_prefix(fingerprint.bytes.size())) {
        std::memcpy(fingerprint.bytes.data(), bytes.data(), fingerprint.bytes.size());
        visit(fingerprint);
      }
    }
  }

  void mark_done(std::span<const Digest> fingerprints) override {
    write([&] {
      SqliteStatement row = database_.prepare("INSERT INTO done(state, fingerprints, checksum) VALUES(?, ?, ?)");
      for (; !fingerprints.empty();
           fingerprints = fingerprints.subspan(std::min(fingerprints.size(), fingerprints_in_a_row))) {
        std::string bytes;
        for (const Digest& one : fingerprints.first(std::min(fingerprints.size(), fingerprints_in_a_row))) {
          bytes += bytes_of(one);
        }
        row.bind(1, id_);
        row.bind_blob(2, bytes);
        row.bind(3, checksum(bytes));
        row.run();
      }
    });
  }

  std::optional<StateRun> last_run() override {
    return guarded(database_.file(), [&]() -> std::optional<StateRun> {
      SqliteStatement row = database_.prepare(
          "SELECT started, finished, complete, read, filtered, duplicate, written, failed, runs_before, skipped,"
          " checksum FROM run WHERE state = ?");
      row.bind(1, id_);
      if (!row.step()) return std::nullopt;
      const auto number = [&](int column) { return static_cast<std::uint64_t>(row.integer(column)); };
      StateRun run;
      run.started = row.integer(0);
      if (!row.is_null(1)) run.finished = row.integer(1);
      run.complete = row.integer(2) != 0;
      run.counts = {number(3), number(4), number(5), number(6), number(7)};
      run.runs_before = number(8);
      run.skipped = number(9);
      if (row.integer(10) != checksum(text_of(run))) throw damaged(database_.file());
      return run;
    });
  }

  void save_run(const StateRun& run) override {
    write([&] {
      SqliteStatement row = database_.prepare("INSERT OR REPLACE INTO run VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
      row.bind(1, id_);
      row.bind(2, run.started);
      if (run.finished) {
        row.bind(3, *run.finished);
      } else {
        row.bind_null(3);
      }
      row.bind(4, std::int64_t{run.complete});
      int parameter = 5;
      for (const std::uint64_t number : {run.counts.read, run.counts.filtered, run.counts.duplicate, run.counts.written,
                                         run.counts.failed, run.runs_before, run.skipped}) {
        row.bind(parameter++, static_cast<std::int64_t>(number));
      }
      row.bind(parameter, checksum(text_of(run)));
      row.run();
    });
  }

  void reset() override {
    write([&] {
      for (const char* table : {"done", "run"}) {
        SqliteStatement rows = database_.prepare(std::string("DELETE FROM ") + table + " WHERE state = ?");
        rows.bind(1, id_);
        rows.run();
      }
    });
  }

  // Of all states in the file.
  std::vector<Digest> names() {
    return guarded(database_.file(), [&] {
      std::vector<Digest> names;
      SqliteStatement rows = database_.prepare("SELECT name FROM state ORDER BY id");
      while (rows.step()) {
        Digest& name = names.emplace_back();
        if (rows.bytes(0).size() != name.bytes.size()) throw damaged(database_.file());
        std::memcpy(name.bytes.data(), rows.bytes(0).data(), name.bytes.size());
      }
      return names;
    });
  }

 private:
  static constexpr std::int64_t nobody = -1;

  // All in one transaction, and the first one: at no moment is there a database that is not known to be ours.
  void make_tables() {
    SqliteTransaction transaction(database_);
    for (const char* table : tables) database_.run(table);
    database_.run("PRAGMA application_id = " + std::to_string(application_id) +
                  "; PRAGMA user_version = " + std::to_string(newest_version));
    transaction.commit();
  }

  void make_or_check_tables() {
    const std::int64_t version = database_.number("PRAGMA user_version");
    if (version > newest_version) {
      throw Error(ErrorCode::unsupported,
                  "opening the state " + database_.file().string() + ": a newer version of smsbackup wrote it",
                  "Update smsbackup, or name another file.");
    }
    SqliteStatement row = database_.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid");
    if (version == 0 && !row.step()) return make_tables();
    for (const char* table : tables) {
      if (version == 0 || !row.step() || row.text(0) != table) throw damaged(database_.file());
    }
  }

  std::int64_t find() {
    SqliteStatement row = database_.prepare("SELECT id FROM state WHERE name = ?");
    row.bind_blob(1, bytes_of(name_));
    return row.step() ? row.integer(0) : nobody;
  }

  // In a transaction, with a row for this state.
  template <class Do>
  void write(Do&& what) {
    guarded(database_.file(), [&] {
      SqliteTransaction transaction(database_);
      std::int64_t id = id_;
      if (id_ == nobody) {
        SqliteStatement row = database_.prepare("INSERT INTO state(name) VALUES(?)");
        row.bind_blob(1, bytes_of(name_));
        row.run();
        id = database_.last_id();
      }
      const std::int64_t before = std::exchange(id_, id);
      try {
        what();
        transaction.commit();
      } catch (...) {
        id_ = before;
        throw;
      }
    });
  }

  std::int64_t checksum(std::string_view bytes) const {
    stores::Checksum sum;
    sum.add(bytes_of(name_));
    sum.add(bytes);
    return static_cast<std::int64_t>(sum.value());
  }

  static std::string text_of(const StateRun& run) {
    std::string text = std::to_string(run.started) + '|' + (run.finished ? std::to_string(*run.finished) : "") + '|' +
                       (run.complete ? '1' : '0');
    for (const std::uint64_t number : {run.counts.read, run.counts.filtered, run.counts.duplicate, run.counts.written,
                                       run.counts.failed, run.runs_before, run.skipped}) {
      text += '|' + std::to_string(number);
    }
    return text;
  }

  Digest name_;
  stores::FileLock lock_;  // goes last
  SqliteDatabase database_;
  std::int64_t id_ = nobody;
};

Error something_else(const fs::path& file) {
  return {ErrorCode::unknown_format, "opening the state " + file.string() + ": it is not a state of smsbackup",
          "Name another file. It was not changed."};
}

stores::FileLock lock(const fs::path& file) {
  return guarded(file, [&] { return stores::FileLock::for_file(file); });
}

// Makes and changes nothing; null where there is no state.
std::unique_ptr<StateFile> open_to_look(const fs::path& file, const Digest& name) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return nullptr;
  stores::FileLock held = lock(file);
  const Kind kind = kind_of(file);
  if (kind == Kind::missing) return nullptr;
  if (kind == Kind::other) throw something_else(file);
  if (kind == Kind::damaged_state) throw damaged(file);
  return std::make_unique<StateFile>(file, name, std::move(held));
}

}  // namespace

std::unique_ptr<StateStore> open_state_file(const fs::path& file, const Digest& name, StateOpening opening) {
  stores::FileLock held = lock(file);
  const Kind kind = kind_of(file);
  if (kind == Kind::other) throw something_else(file);
  if (kind == Kind::damaged_state && opening == StateOpening::as_it_is) throw damaged(file);
  if (kind == Kind::damaged_state) remove_file(file);
  if (kind != Kind::state) make_file(file);
  if (opening == StateOpening::as_it_is) return std::make_unique<StateFile>(file, name, std::move(held));
  try {
    auto state = std::make_unique<StateFile>(file, name, std::move(held));
    state->reset();
    return state;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::corrupt_input) throw;
  }
  held = lock(file);
  remove_file(file);
  make_file(file);
  return std::make_unique<StateFile>(file, name, std::move(held));
}

std::optional<StateRun> last_run_in_state_file(const fs::path& file, const Digest& name) {
  const auto state = open_to_look(file, name);
  return state ? state->last_run() : std::nullopt;
}

std::vector<StateRun> last_runs_in_state_file(const fs::path& file) {
  std::vector<Digest> names;
  if (const auto any = open_to_look(file, Digest{})) names = any->names();
  std::vector<StateRun> runs;
  for (const Digest& name : names) {
    if (auto run = last_run_in_state_file(file, name)) runs.push_back(*run);
  }
  return runs;
}

}  // namespace smsbackup
