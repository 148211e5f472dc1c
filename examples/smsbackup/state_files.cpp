#include "state_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <system_error>

#include "console.hpp"
#include "exit_code.hpp"
#include "places.hpp"
#include "smsbackup/state_store.hpp"
#include "smsbackup/store.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t half_of_name = 16;

std::optional<fs::path> state_folder() {
  const char* state_home = std::getenv("XDG_STATE_HOME");
  if (state_home != nullptr && fs::path(state_home).is_absolute()) return fs::path(state_home) / "smsbackup";
  const char* home = std::getenv("HOME");
  if (home == nullptr || !fs::path(home).is_absolute()) return std::nullopt;
  return fs::path(home) / ".local" / "state" / "smsbackup";
}

std::string as_phone(const std::string& identity) {
  return smsbackup::state_name(identity, "").hex().substr(0, half_of_name);
}
std::string as_archive(const std::string& identity) {
  return smsbackup::state_name("", identity).hex().substr(0, half_of_name);
}

}  // namespace

fs::path default_state_file(const std::string& phone, const std::string& archive, bool make_folder) {
  const std::optional<fs::path> folder = state_folder();
  if (!folder) {
    throw Failure(ExitCode::output, "there is no home folder to keep the state in; say --state FILE or --no-state");
  }
  std::error_code error;
  if (make_folder && fs::create_directories(*folder, error)) fs::permissions(*folder, fs::perms::owner_all, error);
  if (error) {
    throw Failure(ExitCode::output, fmt::format("making {}: {}", printable(folder->string()), error.message()));
  }
  return *folder / (as_phone(phone) + as_archive(archive) + ".db");
}

std::vector<fs::path> default_state_files_of(const std::string& store) {
  std::vector<fs::path> files;
  const std::optional<fs::path> folder = state_folder();
  if (!folder) return files;
  std::error_code error;
  for (fs::directory_iterator entry(*folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().stem().string();
    if (entry->path().extension() != ".db" || name.size() != 2 * half_of_name) continue;
    if (name.starts_with(as_phone(store)) || name.ends_with(as_archive(store))) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace tool
