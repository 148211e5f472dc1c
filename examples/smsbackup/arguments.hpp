// The command line, read and checked: values of the library's own types where it has them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "smsbackup/dedup.hpp"
#include "smsbackup/imap_options.hpp"
#include "smsbackup/log.hpp"
#include "smsbackup/mime.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/transfer.hpp"

namespace tool {

enum class Command { copy, merge, backup, restore, verify, stats, check, dedup };
enum class ProgressMode { automatic, always, never };

struct Arguments {
  Command command = Command::copy;
  std::vector<std::string> from;  // verify: A; stats: the store
  std::string to;                 // verify: B; stats: unused

  smsbackup::Query query;
  smsbackup::DedupPolicy dedup;
  smsbackup::MimeOptions mime;
  std::filesystem::path contacts;  // a vCard file; empty: none
  bool dry_run = false;
  std::optional<std::filesystem::path> quarantine;

  std::optional<std::uint64_t> limit;  // copy, backup, restore: records to write at most

  std::filesystem::path state;  // backup, restore, stats, check: a state file; empty: the default, see RunState
  bool no_state = false;
  bool reset_state = false;
  smsbackup::BackupOptions::FirstRun first_run = smsbackup::BackupOptions::FirstRun::backup;

  bool drafts = false;   // backup
  std::string calendar;  // backup: a calendar file that takes the calls as well; empty: none
  smsbackup::RestoreOptions::Unsent unsent = smsbackup::RestoreOptions::Unsent::as_failed;
  bool keep_sub_id = false;
  bool mark_read = false;

  std::string report;      // a file for the report as JSON, "-" is standard output; empty: none
  std::string log;         // a file for what did not reach the output, a line each; empty: none
  bool json = false;       // stats, verify
  bool both_ways = false;  // verify: what only B has is a difference, too

  smsbackup::ImapOptions imap;         // what the command line says about mail servers; no secret
  std::string password_command;        // prints the password; empty: none
  std::optional<std::string> move_to;  // dedup
  bool remove = false;                 // dedup

  bool explain = false;
  ProgressMode progress = ProgressMode::automatic;
  smsbackup::LogLevel log_level = smsbackup::LogLevel::warning;
};

// Nothing when --help or --version was asked for and answered. Throws Failure(usage).
std::optional<Arguments> parse_arguments(int argc, const char* const* argv);

}  // namespace tool
