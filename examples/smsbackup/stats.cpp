#include "commands.hpp"
#include "last_runs.hpp"
#include "mail_account.hpp"
#include "places.hpp"
#include "progress.hpp"
#include "report_file.hpp"
#include "report_text.hpp"
#include "run_observer.hpp"
#include "smsbackup/verify.hpp"
#include "transfer_run.hpp"

namespace tool {

ExitCode stats(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel) {
  smsbackup::StoreOptions store_options;
  store_options.imap = mail_account(arguments, cancel);
  store_options.mime.contacts = open_contacts(arguments, console);
  Trouble trouble;
  const auto store = open_input(arguments.from.front(), store_options, trouble);

  ProgressLine progress(console, arguments.progress, "Reading");
  RunObserver observer(console, progress, arguments.explain);
  smsbackup::Stats stats;
  try {
    stats = smsbackup::stats(*store, transfer_options(arguments, store_options.mime.contacts), &observer, cancel);
  } catch (const smsbackup::Error& error) {
    progress.close(false);
    if (error.code() == smsbackup::ErrorCode::cancelled) return ExitCode::cancelled;
    throw Failure(trouble.exit_code(false), describe(error));
  }
  progress.close(true);

  const auto last_runs = last_runs_of(arguments, arguments.from.front(), console);
  std::string json = to_json(stats);
  json.insert(json.rfind('}'), ",\"last_runs\":" + last_runs_json(last_runs));
  const bool json_only = arguments.json || arguments.report == "-";
  if (json_only) {
    print_out(json + "\n");
  } else {
    std::string text = stats_text(stats, Terminal::of(stdout));
    for (const auto& run : last_runs) text += "  Last run: " + last_run_text(run) + ".\n";
    print_out(text);
  }
  if (arguments.report != "-") write_report(arguments.report, json);
  return trouble.exit_code(false);
}

}  // namespace tool
