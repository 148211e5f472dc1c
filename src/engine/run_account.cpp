#include "engine/run_account.hpp"

#include "engine/outbox.hpp"
#include "engine/problem_text.hpp"

namespace smsbackup::engine {

RunAccount::RunAccount(const TransferOptions& options, Observer* observer) : observer_(observer) {
  if (options.quarantine) quarantine_.emplace(*options.quarantine);
}

void RunAccount::reads_keys(std::uint64_t so_far) {
  keys_ = so_far;
  progress(Progress::Stage::reading_keys);
}

void RunAccount::progress(Progress::Stage stage, const Position& position) {
  if (observer_ == nullptr) return;
  Progress progress;
  progress.stage = stage;
  progress.counts = report_.total();
  progress.position = position;
  progress.source = source_name_;
  progress.keys = keys_;
  tell([&](Observer& observer) { observer.on_progress(progress); });
}

void RunAccount::filtered(RecordType type) {
  ++report_.of(type).read;
  ++report_.of(type).filtered;
}

void RunAccount::skipped(std::uint64_t filtered, std::uint64_t known, std::uint64_t foreign) {
  report_.unknown.read += filtered;
  report_.unknown.filtered += filtered;
  report_.unknown.read += known;
  report_.unknown.duplicate += known;
  report_.foreign += foreign;
}

void RunAccount::could_not_read(Problem problem) {
  remove_private_data(problem, nullptr);
  if (problem.record_kept) {
    ++report_.repaired;
  } else {
    Counts& counts = problem.type ? report_.of(*problem.type) : report_.unknown;
    ++counts.read;
    ++counts.failed;
  }
  note(std::move(problem));
}

void RunAccount::duplicate(const Record& record, const Finding& finding, std::string_view position) {
  ++report_.of(type_of(record)).duplicate;
  tell([&](Observer& observer) { observer.on_duplicate(record, finding, position); });
}

void RunAccount::refused(Outcome outcome, const Record& record, const Sink& sink) {
  Problem problem = problem_of(std::move(outcome), record, sink, quarantine_ || observer_ != nullptr);
  remove_private_data(problem, &record);
  note(std::move(problem));
}

void RunAccount::ended_by(const Error& error) {
  if (report_.error) return;
  report_.error = error.hint().empty() ? error.what() : std::string(error.what()) + " (" + error.hint() + ")";
}

void RunAccount::note(Problem problem) {
  ++report_.problems_total;
  if (quarantine_) quarantine_->keep(problem);
  tell([&](Observer& observer) { observer.on_problem(problem); });
  if (report_.problems.size() >= Report::max_problems) return;
  problem.raw = Blob();
  report_.problems.push_back(std::move(problem));
}

}  // namespace smsbackup::engine
