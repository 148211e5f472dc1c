#include "transfer_run.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "file_beside.hpp"
#include "mail_account.hpp"
#include "places.hpp"
#include "progress.hpp"
#include "report_file.hpp"
#include "report_text.hpp"
#include "run_observer.hpp"
#include "run_state.hpp"
#include "smsbackup/tee_sink.hpp"

namespace tool {
namespace {

using smsbackup::Report;

// A run that could not even be started is reported like one that ended early, so that a script finds its report.
Report report_of_nothing(const smsbackup::Error& error, const Arguments& arguments) {
  Report report;
  report.dry_run = arguments.dry_run;
  report.cancelled = error.code() == smsbackup::ErrorCode::cancelled;
  if (!report.cancelled) report.error = describe(error);
  report.started = report.finished = smsbackup::system_clock()();
  return report;
}

void print_errors(const Trouble& trouble, Console& console) {
  for (const auto* error : {&trouble.reading, &trouble.writing}) {
    if (*error) console.print(fmt::format("smsbackup: {}", describe(**error)));
  }
}

}  // namespace

smsbackup::TransferOptions transfer_options(const Arguments& arguments,
                                            std::shared_ptr<smsbackup::ContactBook> contacts) {
  smsbackup::TransferOptions options;
  options.query = arguments.query;
  options.dedup = arguments.dedup;
  options.dry_run = arguments.dry_run;
  options.limit = arguments.limit;
  options.contacts = std::move(contacts);
  options.quarantine = arguments.quarantine;
  return options;
}

ExitCode run_transfer(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel,
                      const TransferCall& call) {
  const bool to_stdout = is_standard_stream(arguments.to) && !arguments.dry_run;
  if (to_stdout && arguments.report == "-") {
    throw Failure(ExitCode::usage, "standard output takes the archive; give --report a file");
  }
  check_places(arguments.from, arguments.to);
  for (const std::string& file : {arguments.log, arguments.report, arguments.calendar}) {
    check_is_no_store(file, arguments.from, arguments.to);
  }

  smsbackup::StoreOptions store_options;
  store_options.mime = arguments.mime;
  store_options.imap = mail_account(arguments, cancel);
  store_options.mime.contacts = open_contacts(arguments, console);

  const RunState state(arguments);
  Trouble trouble;
  std::vector<std::unique_ptr<WatchedStore>> inputs;
  std::vector<smsbackup::Source*> sources;
  for (const std::string& place : arguments.from) {
    inputs.push_back(open_input(place, store_options, trouble));
    sources.push_back(inputs.back().get());
  }
  const auto output = open_output(arguments.to, store_options, arguments.dry_run, trouble);
  std::unique_ptr<WatchedStore> calendar;
  std::vector<smsbackup::Sink*> sinks = {output.get()};
  std::string outputs = arguments.to;
  if (!arguments.calendar.empty()) {
    calendar = open_calendar(arguments.calendar, store_options, arguments.dry_run, trouble);
    sinks.push_back(calendar.get());
    outputs += " and " + arguments.calendar;
  }
  smsbackup::TeeSink tee(sinks);
  smsbackup::Sink& sink = calendar ? static_cast<smsbackup::Sink&>(tee) : *output;

  ProgressLine progress(console, arguments.progress, "Copying", sources.size());
  RunObserver observer(console, progress, arguments.explain);
  std::optional<FileBeside> log;
  if (!arguments.log.empty()) observer.write_to(log.emplace("the log", arguments.log));
  Report report;
  try {
    report = call(sources, sink, transfer_options(arguments, store_options.mime.contacts), state.store(), observer);
  } catch (const smsbackup::Error& error) {
    report = report_of_nothing(error, arguments);
  }
  progress.close(!report.cancelled && !report.error);

  // What neither side had: a quarantine folder that can't be made.
  if (report.error && !trouble.reading && !trouble.writing) {
    trouble.writing.emplace(smsbackup::ErrorCode::io, *report.error);
  }
  print_errors(trouble, console);
  const bool table_on_stderr = to_stdout || arguments.report == "-";
  const Terminal terminal = Terminal::of(table_on_stderr ? stderr : stdout);
  if (report.total().read > 0 || !report.error) {
    std::string text =
        report_text(report, {state.interrupted(), state.skipped_now(), arguments.limit}, trouble, outputs, terminal);
    if (arguments.command == Command::merge) text += merge_text(report, sources.size(), arguments.log);
    if (table_on_stderr) {
      console.print(text.substr(0, text.size() - 1));
    } else {
      print_out(text);
    }
  }
  write_report(arguments.report, report.to_json());
  if (observer.log_failure()) throw *observer.log_failure();
  if (log) log->commit();

  return trouble.exit_code(report.cancelled);
}

}  // namespace tool
