#include "stores/android_db/source_database.hpp"

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "smsbackup/error.hpp"
#include "stores/input_file.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores::android_db {
namespace {

namespace fs = std::filesystem;

// A phone that writes while it is read from: more tries than it needs to come to rest.
constexpr int most_copies = 5;
constexpr std::array<std::string_view, 2> journals = {"-wal", "-journal"};

// https://www.sqlite.org/fileformat.html, 1.3
constexpr std::size_t header_size = 100;
constexpr std::size_t read_version_at = 19;
constexpr std::size_t page_size_at = 16;
constexpr std::size_t change_counter_at = 24;
constexpr std::size_t pages_at = 28;
constexpr std::size_t valid_for_at = 92;

fs::path with_suffix(const fs::path& file, std::string_view suffix) {
  fs::path path = file;
  path += suffix;
  return path;
}

bool has_journal(const fs::path& file) {
  for (const std::string_view suffix : journals) {
    std::error_code error;
    if (fs::file_size(with_suffix(file, suffix), error) > 0 && !error) return true;
  }
  return false;
}

struct Header {
  std::array<char, header_size> bytes{};
  std::uint64_t file_size = 0;

  explicit Header(const fs::path& file) {
    const InputFile input(file);
    input.refuse_empty();
    file_size = input.size().value_or(0);
    input.read_at(0, bytes);
  }
  std::uint32_t number(std::size_t at) const noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  }
  bool wants_wal() const noexcept { return bytes[read_version_at] == 2; }
  bool is_cut_off() const noexcept {
    const auto high = static_cast<unsigned char>(bytes[page_size_at]);
    const auto low = static_cast<unsigned char>(bytes[page_size_at + 1]);
    const std::uint64_t page_size = high == 0 && low == 1 ? 65536 : static_cast<std::uint64_t>(high << 8 | low);
    // Old programs did not keep the number of pages up to date.
    const bool is_kept = number(pages_at) != 0 && number(change_counter_at) == number(valid_for_at);
    return is_kept && file_size < page_size * number(pages_at);
  }
};

// What changes when somebody writes.
struct State {
  std::array<std::uintmax_t, 3> sizes{};
  std::array<fs::file_time_type, 3> times{};

  explicit State(const fs::path& file) {
    std::size_t i = 0;
    for (const std::string_view suffix : {std::string_view(), journals[0], journals[1]}) {
      std::error_code error;
      const fs::path path = with_suffix(file, suffix);
      sizes[i] = fs::file_size(path, error);
      times[i] = fs::last_write_time(path, error);
      ++i;
    }
  }
  friend bool operator==(const State& a, const State& b) { return a.sizes == b.sizes && a.times == b.times; }
};

void copy_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) throw system_failure(error.value(), "copying to a temporary folder", from);
  // The copy may have come from a file that nobody may write.
  fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
}

void copy_at_rest(const fs::path& file, const fs::path& to) {
  for (int tries = 0; tries < most_copies; ++tries) {
    const State before(file);
    copy_over(file, to);
    for (const std::string_view suffix : journals) {
      const fs::path journal = with_suffix(file, suffix);
      std::error_code error;
      fs::remove(with_suffix(to, suffix), error);
      if (fs::exists(journal, error)) copy_over(journal, with_suffix(to, suffix));
    }
    if (State(file) == before) return;
  }
  throw Error(ErrorCode::busy, "reading " + file.string() + ": it changes all the time",
              "Stop what writes to it (on a phone: flight mode), and try again.");
}

fs::path make_folder() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "smsbackup-db-XXXXXX").string();
  if (error) throw Error(ErrorCode::io, "there is no folder for temporary files", "Set TMPDIR to a writable folder.");
  if (::mkdtemp(name.data()) == nullptr) throw system_failure(errno, "making the temporary folder", name);
  return name;
}

// A folder that goes away with this object, if not before.
struct TemporaryFolder {
  fs::path path = make_folder();
  TemporaryFolder() = default;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

int largest_value_within(const Limits& limits) noexcept {
  constexpr std::size_t most = 1 << 30;
  return static_cast<int>(std::min(limits.text_size, most));
}

SourceDatabase::SourceDatabase(const fs::path& file, int largest_value) : file_(file) {
  const Header header(file);
  std::optional<TemporaryFolder> folder;
  if (has_journal(file)) {
    const fs::path copied = folder.emplace().path / file.filename();
    copy_at_rest(file, copied);
    database_ = std::make_unique<SqliteDatabase>(copied, SqliteMode::read_write, largest_value);
    database_->call_it(file);
  } else {
    const SqliteMode mode = header.wants_wal() ? SqliteMode::immutable : SqliteMode::read_only;
    database_ = std::make_unique<SqliteDatabase>(file, mode, largest_value);
    cut_off_ = header.is_cut_off();
    if (cut_off_) database_->allow_missing_pages();
  }
  // The first look shows whether it is a database at all, and takes the journal in. From then on SQLite has everything
  // open that it reads, and the copy needs no name: a program that is killed leaves none behind.
  database_->number("SELECT count(*) FROM sqlite_master");
}

}  // namespace smsbackup::stores::android_db
