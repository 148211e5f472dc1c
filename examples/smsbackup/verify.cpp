#include <fmt/format.h>

#include "commands.hpp"
#include "mail_account.hpp"
#include "places.hpp"
#include "progress.hpp"
#include "report_file.hpp"
#include "report_text.hpp"
#include "run_observer.hpp"
#include "smsbackup/verify.hpp"
#include "transfer_run.hpp"

namespace tool {
namespace {

constexpr std::uint64_t missing_shown = 20;  // without --explain

}  // namespace

ExitCode verify(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel) {
  const std::string& a = arguments.from.front();
  if (is_standard_stream(a) && is_standard_stream(arguments.to)) {
    throw Failure(ExitCode::usage, "standard input can be read once only");
  }
  smsbackup::StoreOptions store_options;
  store_options.imap = mail_account(arguments, cancel);
  store_options.mime.contacts = open_contacts(arguments, console);
  Trouble trouble;
  const auto left = open_input(a, store_options, trouble);
  const auto right = open_input(arguments.to, store_options, trouble);

  ProgressLine progress(console, arguments.progress, "Comparing");
  RunObserver observer(console, progress, false);
  std::string missing;
  std::uint64_t count = 0;
  const auto on_missing = [&](const smsbackup::Record& record, std::string_view position) {
    if (++count <= missing_shown || arguments.explain) {
      missing += fmt::format("missing: {}\n", describe(record, position));
    }
  };
  smsbackup::VerifyReport report;
  try {
    report = smsbackup::verify(*left, *right, transfer_options(arguments, store_options.mime.contacts), on_missing,
                               &observer, cancel);
  } catch (const smsbackup::Error& error) {
    progress.close(false);
    if (error.code() == smsbackup::ErrorCode::cancelled) return ExitCode::cancelled;
    throw Failure(ExitCode::input, describe(error));
  }
  progress.close(true);

  if (count > missing_shown && !arguments.explain) {
    missing += fmt::format("… and {} more (--explain lists all)\n", grouped(count - missing_shown));
  }
  const bool to_stdout = arguments.report != "-";
  const std::string text = missing + (missing.empty() ? "" : "\n") +
                           verify_text(report, trouble, a, arguments.to, Terminal::of(to_stdout ? stdout : stderr));
  if (to_stdout) {
    print_out(text);
  } else {
    console.print(text.substr(0, text.size() - 1));
  }
  write_report(arguments.report, to_json(report));

  // That something is missing is an answer, also when more of A could not be read.
  return report.missing() > 0 ? ExitCode::incomplete : trouble.exit_code(false);
}

}  // namespace tool
