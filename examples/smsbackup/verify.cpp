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

constexpr std::uint64_t differences_shown = 20;  // without --explain

using smsbackup::Difference;

std::string line_of(const Difference& found) {
  switch (found.kind) {
    case Difference::Kind::missing:
      return "missing: " + describe(found.type, found.direction, found.date, found.in_a);
    case Difference::Kind::extra:
      return "extra: " + describe(found.type, found.direction, found.date, found.in_b);
    case Difference::Kind::changed:
      break;
  }
  std::string what;
  for (const std::string& name : found.what) what += (what.empty() ? "" : ", ") + name;
  return fmt::format("changed: {}: {}",
                     describe(found.type, found.direction, found.date, found.in_a + "; " + found.in_b), what);
}

}  // namespace

ExitCode verify(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel) {
  const std::string& a = arguments.from.front();
  if (is_standard_stream(arguments.to)) {
    throw Failure(ExitCode::usage, "B is read twice, and standard input can be read once only; name it as A");
  }
  smsbackup::StoreOptions store_options;
  store_options.imap = mail_account(arguments, cancel);
  store_options.mime.contacts = open_contacts(arguments, console);
  Trouble trouble;
  const auto left = open_input(a, store_options, trouble);
  const auto right = open_input(arguments.to, store_options, trouble);

  ProgressLine progress(console, arguments.progress, "Comparing", 2);
  RunObserver observer(console, progress, false);
  std::string list;
  std::uint64_t count = 0;
  const auto on_difference = [&](const Difference& found) {
    if (found.kind == Difference::Kind::extra && !arguments.both_ways && !arguments.explain) return;
    if (++count <= differences_shown || arguments.explain) list += line_of(found) + "\n";
  };
  smsbackup::VerifyReport report;
  try {
    report = smsbackup::verify(*left, *right, transfer_options(arguments, store_options.mime.contacts), on_difference,
                               &observer, cancel);
  } catch (const smsbackup::Error& error) {
    progress.close(false);
    if (error.code() == smsbackup::ErrorCode::cancelled) return ExitCode::cancelled;
    throw Failure(error.code() == smsbackup::ErrorCode::unsupported ? ExitCode::usage : ExitCode::input,
                  describe(error));
  }
  progress.close(true);

  if (count > differences_shown && !arguments.explain) {
    list += fmt::format("… and {} more (--explain lists all)\n", grouped(count - differences_shown));
  }
  const bool json_only = arguments.json || arguments.report == "-";
  if (json_only) {
    print_out(report.to_json() + "\n");
  } else {
    print_out(list + (list.empty() ? "" : "\n") +
              verify_text(report, trouble, a, arguments.to, arguments.both_ways, Terminal::of(stdout)));
  }
  if (arguments.report != "-") write_report(arguments.report, report.to_json());

  // That the two differ is an answer, also when more of them could not be read.
  const smsbackup::VerifyReport::PerType total = report.total();
  const bool differ = total.missing > 0 || total.changed > 0 || (arguments.both_ways && total.extra > 0);
  return differ ? ExitCode::incomplete : trouble.exit_code(false);
}

}  // namespace tool
