#include "run_state.hpp"

#include <filesystem>
#include <string>

#include "console.hpp"
#include "exit_code.hpp"
#include "places.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/state_file.hpp"
#include "smsbackup/store.hpp"
#include "state_files.hpp"

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
  fs::path file = arguments.state;
  if (file.empty()) file = default_state_file(identity_of(phone), identity_of(archive), !arguments.dry_run);
  try {
    store_ = open(arguments, file, name);
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
