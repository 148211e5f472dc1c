#include "engine/pipeline.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <exception>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/known_records.hpp"
#include "engine/problem_text.hpp"
#include "engine/quarantine.hpp"
#include "engine/reading.hpp"
#include "model/logger.hpp"
#include "smsbackup/jsonl.hpp"

namespace smsbackup::engine {
namespace {

// An observer's exception on its way to the caller. In a wrapping, so that an Error of the host's is not taken for one
// of ours.
struct ObserverThrew {
  std::exception_ptr exception;
};

class Pipeline final : private Reader {
 public:
  Pipeline(Sink& sink, const TransferOptions& options, const Policy& policy, Observer* observer,
           const CancelToken& cancel)
      : sink_(sink),
        options_(options),
        policy_(policy),
        observer_(observer),
        cancel_(cancel),
        known_(sink, options.dedup) {
    if (options.quarantine) quarantine_.emplace(*options.quarantine);
    explain_ = observer != nullptr && observer->wants_explanations();
  }

  Report run(std::span<Source* const> sources);

 private:
  struct Waiting {
    Record record;
    std::string position;
    Finding finding;  // of a duplicate
  };

  void start(std::span<Source* const> sources);
  bool read_keys();
  void copy(std::span<Source* const> sources, std::unique_ptr<Cursor> first);
  void end_early(const Error& error);
  void finish();
  void finish_for_unwinding() noexcept;
  void fail_what_was_written();

  void on_source(Source& source) override { source_name_ = source.name(); }
  void on_record(Record record, const std::string& position) override;
  void on_filtered(RecordType type) override;
  void on_skipped(std::uint64_t filtered, std::uint64_t known, std::uint64_t foreign) override;
  void on_problem(Problem problem) override;
  void after_batch(const Position& position) override;

  void decide(Record record, const std::string& position);
  void report_duplicate(const Waiting& duplicate);
  enum class Until { sent, all_is_known };
  void flush(Until until);
  void write_pending();
  void move_to_unsettled(std::vector<Record>& records);
  void settle();
  void sink_broke();
  void take(Outcomes outcomes);
  void on_outcome(const Record& record, Outcome outcome);
  void fail_all(std::vector<Waiting>& waiting);
  void note(Problem problem);
  void tell_progress(Progress::Stage stage, const Position& position = {});
  template <class Say>
  void tell(Say&& say) {
    if (observer_ == nullptr) return;
    try {
      say(*observer_);
    } catch (...) {
      throw ObserverThrew{std::current_exception()};
    }
  }

  // A duplicate of something that is still to be written waits until that was.
  bool may_repeat_pending(const Record& record) const { return pending_seconds_.count(second_of(record)) != 0; }
  static std::int64_t second_of(const Record& record) {
    const std::int64_t date = date_of(record).value_or(0);
    return date / 1000 - (date % 1000 < 0 ? 1 : 0);
  }

  Sink& sink_;
  const TransferOptions& options_;
  const Policy& policy_;
  Observer* observer_;
  const CancelToken& cancel_;
  KnownRecords known_;
  std::optional<Quarantine> quarantine_;
  bool explain_ = false;

  std::vector<Record> pending_;  // unseen, to be written together
  std::size_t pending_bytes_ = 0;
  std::deque<Record> unsettled_;                 // given to the sink, which has not said yet what became of them
  std::multiset<std::int64_t> pending_seconds_;  // of both
  std::vector<Waiting> held_;                    // duplicates of these, perhaps
  std::uint64_t failed_before_held_ = 0;
  std::size_t held_bytes_ = 0;

  Query pushed_;
  Report report_;
  std::string source_name_;
  std::uint64_t keys_ = 0;
  bool sink_is_broken_ = false;
  bool finish_was_called_ = false;
};

Report Pipeline::run(std::span<Source* const> sources) {
  report_.dry_run = options_.dry_run;
  report_.started = options_.clock();
  if (sources.empty()) throw Error(ErrorCode::invalid_argument, "copying: there is no source");
  try {
    start(sources);
  } catch (const ObserverThrew& thrown) {
    finish_for_unwinding();
    std::rethrow_exception(thrown.exception);
  } catch (...) {
    finish_for_unwinding();
    throw;
  }
  report_.finished = options_.clock();
  const Counts total = report_.total();
  model::logger().info("read {}, filtered {}, duplicate {}, written {}, failed {}", total.read, total.filtered,
                       total.duplicate, total.written, total.failed);
  return std::move(report_);
}

void Pipeline::start(std::span<Source* const> sources) {
  // First of all, so that an input that can't be read is noticed before an archive's keys were read for minutes.
  source_name_ = sources.front()->name();
  pushed_ = pushed_down(options_.query);
  // A record that is counted among the newest must be seen, and so must one whose dropping is to be explained.
  if (!options_.query.newest && !explain_ && options_.dedup.level != DedupLevel::off) pushed_.known = &known_;
  std::unique_ptr<Cursor> first = sources.front()->open(pushed_);
  if (!read_keys()) return;
  try {
    copy(sources, std::move(first));
    finish();
  } catch (const Error& error) {
    end_early(error);
  }
}

// False when cancelled: nothing was begun then.
bool Pipeline::read_keys() {
  try {
    known_.read_keys(options_.query, [&](std::uint64_t keys) {
      cancel_.check();
      keys_ = keys;
      tell_progress(Progress::Stage::reading_keys);
    });
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled || !cancel_.is_cancelled()) throw;
    report_.cancelled = true;
    return false;
  }
}

void Pipeline::copy(std::span<Source* const> sources, std::unique_ptr<Cursor> first) {
  read_all(sources, std::move(first), pushed_, options_, cancel_, *this);
  flush(Until::all_is_known);
}

// An Error, or cancelling, ended the run: what is good is kept if the sink can.
void Pipeline::end_early(const Error& error) {
  const bool cancelled = error.code() == ErrorCode::cancelled && cancel_.is_cancelled();
  report_.cancelled = cancelled;
  if (!cancelled) {
    report_.error = error.what();
    if (!error.hint().empty()) *report_.error += " (" + error.hint() + ")";
    model::logger().info("the run ended early: {}", to_string(error.code()));
  }
  const auto keep_first = [this](const Error& later) {
    if (!report_.error) report_.error = later.what();
  };
  if (!sink_is_broken_) {
    try {
      flush(Until::all_is_known);
    } catch (const Error& later) {
      keep_first(later);
    }
  }
  fail_all(held_);
  // A file that appears when complete must not appear with half of a record at its end, nor empty.
  const bool at_finish = sink_.durability() == Durability::at_finish;
  if (finish_was_called_ || (at_finish && (sink_is_broken_ || report_.total().written == 0))) return;
  try {
    finish();
  } catch (const Error& later) {
    keep_first(later);
  }
}

void Pipeline::finish() {
  if (options_.dry_run) return;
  tell_progress(Progress::Stage::finishing);
  finish_was_called_ = true;
  try {
    sink_.finish();
  } catch (...) {
    fail_what_was_written();
    throw;
  }
}

// An exception of the host's own is on its way to the host.
void Pipeline::finish_for_unwinding() noexcept {
  if (options_.dry_run || finish_was_called_ || report_.total().written == 0) return;
  if (sink_is_broken_ && sink_.durability() == Durability::at_finish) return;
  try {
    sink_.finish();
  } catch (...) {  // the host learns of the first one
  }
}

void Pipeline::fail_what_was_written() {
  if (sink_.durability() != Durability::at_finish) return;
  for (Counts* counts : {&report_.sms, &report_.mms, &report_.call}) {
    counts->failed += std::exchange(counts->written, 0);
  }
}

void Pipeline::on_record(Record record, const std::string& position) {
  if (policy_ && !policy_(record)) {
    on_filtered(type_of(record));
    return;
  }
  ++report_.of(type_of(record)).read;
  decide(std::move(record), position);
}

void Pipeline::on_filtered(RecordType type) {
  ++report_.of(type).read;
  ++report_.of(type).filtered;
}

void Pipeline::on_skipped(std::uint64_t filtered, std::uint64_t known, std::uint64_t foreign) {
  report_.unknown.read += filtered;
  report_.unknown.filtered += filtered;
  report_.unknown.read += known;
  report_.unknown.duplicate += known;
  report_.foreign += foreign;
}

void Pipeline::on_problem(Problem problem) {
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

void Pipeline::after_batch(const Position& position) { tell_progress(Progress::Stage::copying, position); }

void Pipeline::decide(Record record, const std::string& position) {
  const RecordType type = type_of(record);
  Finding finding;
  try {
    finding = known_.find_or_add(record, explain_);
  } catch (...) {
    ++report_.of(type).failed;
    throw;
  }
  if (finding.match == Match::duplicate) {
    Waiting duplicate{std::move(record), position, std::move(finding)};
    if (!may_repeat_pending(duplicate.record)) {
      report_duplicate(duplicate);
      return;
    }
    held_bytes_ += memory_size(duplicate.record);
    held_.push_back(std::move(duplicate));
    if (held_.size() >= Batch::max_records || held_bytes_ >= Batch::max_bytes) flush(Until::all_is_known);
    return;
  }
  if (options_.dry_run) {
    ++report_.of(type).written;
    return;
  }
  pending_seconds_.insert(second_of(record));
  pending_bytes_ += memory_size(record);
  pending_.push_back(std::move(record));
  if (pending_.size() >= Batch::max_records || pending_bytes_ >= Batch::max_bytes) flush(Until::sent);
}

void Pipeline::report_duplicate(const Waiting& duplicate) {
  ++report_.of(type_of(duplicate.record)).duplicate;
  tell([&](Observer& observer) { observer.on_duplicate(duplicate.record, duplicate.finding, duplicate.position); });
}

// Writes what is pending. Once the sink has said what became of all of it, decides about what waited for that: what
// repeats a record that was refused has its own try.
void Pipeline::flush(Until until) {
  while (!pending_.empty() || !unsettled_.empty() || !held_.empty()) {
    if (!pending_.empty()) write_pending();
    if (until == Until::sent && !unsettled_.empty()) return;
    settle();
    const bool all_written = report_.total().failed == failed_before_held_;
    std::vector<Waiting> held = std::exchange(held_, {});
    held_bytes_ = 0;
    failed_before_held_ = report_.total().failed;
    for (std::size_t i = 0; i < held.size(); ++i) {
      try {
        if (all_written) {
          report_duplicate(held[i]);
        } else {
          decide(std::move(held[i].record), held[i].position);
        }
      } catch (...) {
        held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        fail_all(held);
        throw;
      }
    }
  }
}

void Pipeline::write_pending() {
  std::vector<Record> records = std::exchange(pending_, {});
  pending_bytes_ = 0;
  Outcomes outcomes;
  try {
    outcomes = sink_.write_ahead(records);
  } catch (...) {
    move_to_unsettled(records);
    sink_broke();
    throw;
  }
  move_to_unsettled(records);
  take(std::move(outcomes));
}

void Pipeline::move_to_unsettled(std::vector<Record>& records) {
  std::move(records.begin(), records.end(), std::back_inserter(unsettled_));
}

void Pipeline::settle() {
  if (unsettled_.empty()) return;
  Outcomes outcomes;
  try {
    outcomes = sink_.settle();
  } catch (...) {
    sink_broke();
    throw;
  }
  outcomes.resize(unsettled_.size());  // a sink that says nothing about a record did not write it
  take(std::move(outcomes));
}

// What the sink knows to be written is; everything else that was given to it has failed.
void Pipeline::sink_broke() {
  sink_is_broken_ = true;
  Outcomes outcomes;
  try {
    outcomes = sink_.settle();
  } catch (...) {  // the first exception tells more
  }
  std::size_t known = 0;
  for (; known < outcomes.size() && known < unsettled_.size(); ++known) {
    Counts& counts = report_.of(type_of(unsettled_[known]));
    ++(outcomes[known].written ? counts.written : counts.failed);
  }
  for (; known < unsettled_.size(); ++known) ++report_.of(type_of(unsettled_[known])).failed;
  unsettled_.clear();
  pending_seconds_.clear();
  fail_what_was_written();
}

// Outcomes of the oldest unsettled records.
void Pipeline::take(Outcomes outcomes) {
  const std::size_t count = std::min(outcomes.size(), unsettled_.size());
  std::vector<Record> records(std::make_move_iterator(unsettled_.begin()),
                              std::make_move_iterator(unsettled_.begin() + static_cast<std::ptrdiff_t>(count)));
  unsettled_.erase(unsettled_.begin(), unsettled_.begin() + static_cast<std::ptrdiff_t>(count));
  // All are counted before anybody is told, who may throw.
  for (std::size_t i = 0; i < count; ++i) {
    Counts& counts = report_.of(type_of(records[i]));
    const auto second = pending_seconds_.find(second_of(records[i]));
    if (second != pending_seconds_.end()) pending_seconds_.erase(second);
    if (outcomes[i].written) {
      ++counts.written;
    } else {
      ++counts.failed;
      known_.forget(records[i]);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!outcomes[i].written) on_outcome(records[i], std::move(outcomes[i]));
  }
}

void Pipeline::on_outcome(const Record& record, Outcome outcome) {
  Problem problem;
  if (outcome.problem) {
    problem = std::move(*outcome.problem);
  } else {
    problem.code = ErrorCode::internal;
    problem.where = sink_.name();
    problem.why = "not written, and the sink does not say why";
  }
  problem.type = type_of(record);
  problem.record_kept = false;
  if (problem.raw.empty() && (quarantine_ || observer_ != nullptr)) {
    BlobWriter raw;
    to_json(record, [&](std::string_view piece) { raw.append(piece); });
    problem.raw = raw.finish();
  }
  remove_private_data(problem, &record);
  note(std::move(problem));
}

void Pipeline::fail_all(std::vector<Waiting>& waiting) {
  for (const Waiting& one : waiting) ++report_.of(type_of(one.record)).failed;
  waiting.clear();
}

void Pipeline::note(Problem problem) {
  ++report_.problems_total;
  if (quarantine_) quarantine_->keep(problem);
  tell([&](Observer& observer) { observer.on_problem(problem); });
  if (report_.problems.size() >= Report::max_problems) return;
  problem.raw = Blob();
  report_.problems.push_back(std::move(problem));
}

void Pipeline::tell_progress(Progress::Stage stage, const Position& position) {
  if (observer_ == nullptr) return;
  Progress progress;
  progress.stage = stage;
  progress.counts = report_.total();
  progress.position = position;
  progress.source = source_name_;
  progress.keys = keys_;
  tell([&](Observer& observer) { observer.on_progress(progress); });
}

}  // namespace

Report run_pipeline(std::span<Source* const> sources, Sink& sink, const TransferOptions& options, const Policy& policy,
                    Observer* observer, const CancelToken& cancel) {
  return Pipeline(sink, options, policy, observer, cancel).run(sources);
}

}  // namespace smsbackup::engine
