#include "run_state.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "console.hpp"
#include "exit_code.hpp"
#include "places.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/state_file.hpp"
#include "smsbackup/store.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

bool is_phone_database(const std::string& place) {
  const smsbackup::StoreAddress address = smsbackup::parse_store_address(place);
  if (!address.scheme.empty()) return address.scheme == "android-db";
  try {
    return smsbackup::detect_store(address.location) == "android-db";
  } catch (const smsbackup::Error&) {  // nothing is there yet, or nothing that can be read: opening it will tell
    return false;
  }
}

// $XDG_STATE_HOME/smsbackup, or ~/.local/state/smsbackup (XDG base directories).
fs::path state_folder() {
  const char* state_home = std::getenv("XDG_STATE_HOME");
  if (state_home != nullptr && fs::path(state_home).is_absolute()) return fs::path(state_home) / "smsbackup";
  const char* home = std::getenv("HOME");
  if (home == nullptr || !fs::path(home).is_absolute()) {
    throw Failure(ExitCode::output, "there is no home folder to keep the state in; say --state FILE or --no-state");
  }
  return fs::path(home) / ".local" / "state" / "smsbackup";
}

fs::path default_file(const smsbackup::Digest& name, bool make_folder) {
  const fs::path folder = state_folder();
  std::error_code error;
  if (make_folder && fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) {
    throw Failure(ExitCode::output, fmt::format("making {}: {}", printable(folder.string()), error.message()));
  }
  return folder / (name.hex() + ".db");
}

std::unique_ptr<smsbackup::StateStore> open(const Arguments& arguments, const fs::path& file,
                                            const smsbackup::Digest& name) {
  if (arguments.dry_run) {  // nothing is made or reset
    std::error_code ignored;
    if (arguments.reset_state || !fs::exists(file, ignored)) return std::make_unique<smsbackup::MemoryStateStore>();
  }
  return smsbackup::open_state_file(
      file, name, arguments.reset_state ? smsbackup::StateOpening::anew : smsbackup::StateOpening::as_it_is);
}

}  // namespace

RunState::RunState(const Arguments& arguments) {
  if (arguments.command != Command::backup && arguments.command != Command::restore) return;
  const bool is_backup = arguments.command == Command::backup;
  const std::string& phone = is_backup ? arguments.from.front() : arguments.to;
  const std::string& archive = is_backup ? arguments.to : arguments.from.front();
  const bool wanted = !arguments.state.empty() || (!arguments.no_state && is_phone_database(phone));
  if (!wanted) {
    if (arguments.reset_state || arguments.first_run == smsbackup::BackupOptions::FirstRun::skip) {
      throw Failure(ExitCode::usage, "--first-run and --reset-state need a state: say --state FILE");
    }
    return;
  }
  // What the archive has, a calendar beside it may lack: both together are another place than the archive alone.
  std::string place = identity_of(archive);
  if (!arguments.calendar.empty()) place += '\n' + identity_of("icalendar:" + arguments.calendar);
  const smsbackup::Digest name = smsbackup::state_name(identity_of(phone), place);
  try {
    store_ = open(arguments, arguments.state.empty() ? default_file(name, !arguments.dry_run) : arguments.state, name);
    if (const auto last = store_->last_run()) {
      if (!last->finished) interrupted_ = last->started;
      skipped_before_ = last->skipped;
    }
  } catch (const smsbackup::Error& error) {
    throw Failure(ExitCode::output, describe(error));
  }
}

std::uint64_t RunState::skipped_now() const {
  if (!store_) return 0;
  try {
    const auto last = store_->last_run();
    return last ? last->skipped - skipped_before_ : 0;
  } catch (const smsbackup::Error&) {  // what is wrong with it, the run has said
    return 0;
  }
}

}  // namespace tool
