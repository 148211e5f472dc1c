#include "engine/pipeline.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "engine/known_records.hpp"
#include "engine/outbox.hpp"
#include "engine/reading.hpp"
#include "engine/run_account.hpp"
#include "engine/run_state.hpp"
#include "model/logger.hpp"

namespace smsbackup::engine {
namespace {

// Ends the reading: as much is written as was asked for, and there is more.
struct LimitReached {};

class Pipeline final : private Reader {
 public:
  Pipeline(Sink& sink, const TransferOptions& options, const Rules& rules, Observer* observer,
           const CancelToken& cancel)
      : sink_(sink),
        options_(options),
        rules_(rules),
        cancel_(cancel),
        account_(options, observer),
        report_(account_.report()),
        known_(sink, options.dedup),
        explain_(account_.wants_explanations()),
        outbox_(sink) {
    if (rules.state != nullptr) state_.emplace(*rules.state);
    remembers_ = state_ && rules.remembers;
    if (explain_) known_.explain();
  }

  Report run(std::span<Source* const> sources);

 private:
  struct Waiting {
    Record record;
    std::string position;
    Finding finding;  // of a duplicate
    Mark mark;
  };

  void start(std::span<Source* const> sources);
  void read_state();
  void require_archive();
  void read_keys();
  void copy(std::span<Source* const> sources, std::unique_ptr<Cursor> first);
  void end_early(const Error& error);
  void finish();
  void finish_for_unwinding() noexcept;
  void fail_what_was_written();

  void on_source(Source& source) override { account_.reads_from(source); }
  void on_record(Record record, const std::string& position) override;
  void on_filtered(RecordType type) override { account_.filtered(type); }
  void on_skipped(std::uint64_t filtered, std::uint64_t known, std::uint64_t foreign) override {
    account_.skipped(filtered, known, foreign);
  }
  void on_problem(Problem problem) override { account_.could_not_read(std::move(problem)); }
  void after_batch(const Position& position) override;

  void decide(Record record, const std::string& position, Mark mark);
  bool is_at_the_limit();
  void report_duplicate(const Waiting& duplicate);
  void mark(const Mark& mark);
  // Whether what is written is done at once, rather than in finish().
  bool marks_as_it_goes() const { return state_ && !skips_ && sink_.durability() == Durability::each_write; }
  enum class Until { sent, all_is_known };
  void flush(Until until);
  void flush_rest();
  void deliver(std::vector<Outbox::Sent> (Outbox::*step)());
  void sink_broke();
  void count(const std::vector<Outbox::Sent>& sent);
  void take(std::vector<Outbox::Sent> sent);
  void fail_all(std::vector<Waiting>& waiting);

  Sink& sink_;
  const TransferOptions& options_;
  const Rules& rules_;
  const CancelToken& cancel_;
  RunAccount account_;
  Report& report_;  // the account's
  KnownRecords known_;
  const bool explain_;
  std::optional<RunState> state_;
  bool remembers_ = false;  // the state says what is done; the sink is asked only about the rest
  bool skips_ = false;      // this run marks everything as done

  Outbox outbox_;              // what is new
  std::vector<Waiting> held_;  // duplicates of these, perhaps
  std::uint64_t failed_before_held_ = 0;
  std::size_t held_bytes_ = 0;

  Query pushed_;
  bool keys_are_read_ = false;
  bool keys_failed_ = false;
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
  try {
    if (state_) state_->end(report_.finished, report_, report_.complete());
  } catch (const Error& error) {
    account_.ended_by(error);
  }
  const Counts total = report_.total();
  model::logger().info("read {}, filtered {}, duplicate {}, written {}, failed {}", total.read, total.filtered,
                       total.duplicate, total.written, total.failed);
  return std::move(report_);
}

void Pipeline::start(std::span<Source* const> sources) {
  // First of all, so that an input that can't be read is noticed before an archive's keys were read for minutes.
  account_.reads_from(*sources.front());
  pushed_ = pushed_down(options_.query);
  for (const RecordType type : {RecordType::sms, RecordType::mms, RecordType::call}) {
    if (!sink_.takes(type)) pushed_.types.erase(type);
  }
  // A record must be seen if it is counted among the newest, if its dropping is to be explained, and if it is to be
  // marked as done.
  if (!options_.query.newest && !explain_ && !remembers_ && options_.dedup.level != DedupLevel::off) {
    pushed_.known = &known_;
  }
  std::unique_ptr<Cursor> first = sources.front()->open(pushed_);
  try {
    if (state_) read_state();
    if (!remembers_) read_keys();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled || !cancel_.is_cancelled()) throw;
    report_.cancelled = true;  // nothing was begun
    return;
  }
  try {
    copy(sources, std::move(first));
    finish();
  } catch (const Error& error) {
    if (keys_failed_) throw;
    end_early(error);
  }
}

void Pipeline::read_state() {
  state_->read([this] { cancel_.check(); });
  require_archive();
  skips_ = rules_.first_run_skips && state_->is_first_run();
  if (!options_.dry_run) state_->begin(report_.started);
}

// Asked at the start, and once more where a sink could not tell before its keys were read.
void Pipeline::require_archive() {
  if (!state_ || !rules_.remembers || !state_->expects_an_archive() || !sink_.is_empty()) return;
  throw Error(ErrorCode::not_found, "looking into " + sink_.name() + ": it is empty, but records were put there",
              "If a disk is not mounted, mount it; if a mailbox's folders were moved or renamed, name them. If the "
              "archive is to begin anew, reset the state (--reset-state).");
}

void Pipeline::read_keys() {
  keys_are_read_ = true;
  keys_failed_ = true;
  const auto tell_keys = [&](std::uint64_t keys) {
    cancel_.check();
    account_.reads_keys(keys);
  };
  try {
    known_.read_keys(options_.query, tell_keys);
    require_archive();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) keys_failed_ = false;
    throw;
  }
  keys_failed_ = false;
}

void Pipeline::copy(std::span<Source* const> sources, std::unique_ptr<Cursor> first) {
  try {
    read_all(sources, std::move(first), pushed_, options_, cancel_, *this);
  } catch (const LimitReached&) {
    report_.limited = true;
  }
  flush_rest();
}

void Pipeline::flush_rest() {
  while (true) {
    try {
      return flush(Until::all_is_known);
    } catch (const LimitReached&) {  // by what was taken for a duplicate of something that the sink refused
      report_.limited = true;
    }
  }
}

// An Error, or cancelling, ended the run: what is good is kept if the sink can.
void Pipeline::end_early(const Error& error) {
  const bool cancelled = error.code() == ErrorCode::cancelled && cancel_.is_cancelled();
  report_.cancelled = cancelled;
  if (!cancelled) {
    account_.ended_by(error);
    model::logger().info("the run ended early: {}", to_string(error.code()));
  }
  if (!sink_is_broken_) {
    try {
      flush_rest();
    } catch (const Error& later) {
      account_.ended_by(later);
    }
  }
  fail_all(held_);
  if (marks_as_it_goes()) {
    try {
      state_->flush();
    } catch (const Error& later) {
      account_.ended_by(later);
    }
  }
  // A file that appears when complete must not appear with half of a record at its end, nor empty.
  const bool at_finish = sink_.durability() == Durability::at_finish;
  if (skips_ || finish_was_called_ || (at_finish && (sink_is_broken_ || report_.total().written == 0))) return;
  try {
    finish();
  } catch (const Error& later) {
    account_.ended_by(later);
  }
}

void Pipeline::finish() {
  if (options_.dry_run) return;
  if (skips_) {
    state_->flush_skipped();
    return;
  }
  if (!keys_are_read_) return;  // nothing was new: the sink was not touched
  account_.progress(Progress::Stage::finishing);
  finish_was_called_ = true;
  try {
    sink_.finish();
  } catch (...) {
    fail_what_was_written();
    throw;
  }
  if (state_) state_->flush();
}

// An exception of the host's own is on its way to the host.
void Pipeline::finish_for_unwinding() noexcept {
  const bool must_not = options_.dry_run || finish_was_called_ || report_.total().written == 0 ||
                        (sink_is_broken_ && sink_.durability() == Durability::at_finish);
  try {
    if (!must_not) {
      sink_.finish();
      if (state_) state_->flush();
    }
  } catch (...) {  // the host learns of the first one
  }
  try {
    if (state_) state_->end(options_.clock(), report_, false);
  } catch (...) {
  }
}

void Pipeline::mark(const Mark& mark) {
  if (mark) state_->mark(*mark);
}

void Pipeline::fail_what_was_written() {
  if (sink_.durability() != Durability::at_finish) return;
  for (Counts* counts : {&report_.sms, &report_.mms, &report_.call}) {
    counts->failed += std::exchange(counts->written, 0);
  }
}

void Pipeline::on_record(Record record, const std::string& position) {
  const RecordType type = type_of(record);
  if (!sink_.takes(type) || (rules_.policy && !rules_.policy(record))) {
    on_filtered(type);
    return;
  }
  Mark mark;
  if (state_) {
    const DoneRecords::Answer answer = state_->meet(record);
    if (!answer.done) mark = answer.fingerprint;
    if (skips_) {
      on_filtered(type);
      this->mark(mark);
      return;
    }
    if (remembers_ && answer.done) {
      ++report_.of(type).read;
      ++report_.remembered;
      Finding finding{Match::duplicate, {}, {}, {}};
      if (explain_) {
        finding.explanation = "backed up by an earlier run";
        finding.kept = sink_.name();
      }
      report_duplicate({std::move(record), position, std::move(finding), {}});
      return;
    }
    if (!keys_are_read_) read_keys();
  }
  ++report_.of(type).read;
  decide(std::move(record), position, mark);
}

void Pipeline::after_batch(const Position& position) {
  if (marks_as_it_goes() && state_->has_many_marks()) state_->flush();
  account_.progress(Progress::Stage::copying, position);
}

void Pipeline::decide(Record record, const std::string& position, Mark mark) {
  const RecordType type = type_of(record);
  Finding finding;
  try {
    const bool enough = is_at_the_limit();
    finding = known_.find_or_add(record, position);
    if (enough && finding.match != Match::duplicate) throw LimitReached();
  } catch (const LimitReached&) {
    --report_.of(type).read;  // left to the next run
    throw;
  } catch (...) {
    ++report_.of(type).failed;
    throw;
  }
  if (finding.match == Match::duplicate) {
    Waiting duplicate{std::move(record), position, std::move(finding), mark};
    if (!outbox_.may_hold_one_like(duplicate.record)) {
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
  outbox_.add(std::move(record), mark);
  if (outbox_.full()) flush(Until::sent);
}

bool Pipeline::is_at_the_limit() {
  if (!options_.limit) return false;
  const auto is_reached = [this] { return report_.total().written + outbox_.size() >= *options_.limit; };
  if (!is_reached()) return false;
  flush(Until::all_is_known);  // what the sink refuses does not count
  return is_reached();
}

void Pipeline::report_duplicate(const Waiting& duplicate) {
  if (remembers_) mark(duplicate.mark);
  account_.duplicate(duplicate.record, duplicate.finding, duplicate.position);
}

// Writes what is pending. Once the sink has said what became of all of it, decides about what waited for that: what
// repeats a record that was refused has its own try.
void Pipeline::flush(Until until) {
  while (outbox_.size() != 0 || !held_.empty()) {
    if (outbox_.has_waiting()) deliver(&Outbox::send);
    if (until == Until::sent && outbox_.has_given()) return;
    deliver(&Outbox::settle);
    const bool all_written = report_.total().failed == failed_before_held_;
    std::vector<Waiting> held = std::exchange(held_, {});
    held_bytes_ = 0;
    failed_before_held_ = report_.total().failed;
    for (std::size_t i = 0; i < held.size(); ++i) {
      try {
        if (all_written) {
          report_duplicate(held[i]);
        } else {
          decide(std::move(held[i].record), held[i].position, held[i].mark);
        }
      } catch (const LimitReached&) {
        for (std::size_t rest = i + 1; rest < held.size(); ++rest) --report_.of(type_of(held[rest].record)).read;
        throw;
      } catch (...) {
        held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        fail_all(held);
        throw;
      }
    }
  }
}

void Pipeline::deliver(std::vector<Outbox::Sent> (Outbox::*step)()) {
  std::vector<Outbox::Sent> sent;
  try {
    sent = (outbox_.*step)();
  } catch (...) {
    sink_broke();
    throw;
  }
  take(std::move(sent));
}

// What the sink knows to be written is; everything else that was given to it has failed.
void Pipeline::sink_broke() {
  sink_is_broken_ = true;
  count(outbox_.give_up());
  fail_what_was_written();
}

void Pipeline::count(const std::vector<Outbox::Sent>& sent) {
  for (const Outbox::Sent& one : sent) {
    Counts& counts = report_.of(type_of(one.record));
    ++(one.outcome.written ? counts.written : counts.failed);
    if (one.outcome.written) mark(one.mark);
  }
}

// All are counted before anybody is told, who may throw.
void Pipeline::take(std::vector<Outbox::Sent> sent) {
  count(sent);
  for (const Outbox::Sent& one : sent) {
    if (!one.outcome.written) known_.forget(one.record);
  }
  for (Outbox::Sent& one : sent) {
    if (!one.outcome.written) account_.refused(std::move(one.outcome), one.record, sink_);
  }
}

void Pipeline::fail_all(std::vector<Waiting>& waiting) {
  for (const Waiting& one : waiting) ++report_.of(type_of(one.record)).failed;
  waiting.clear();
}

}  // namespace

Report run_pipeline(std::span<Source* const> sources, Sink& sink, const TransferOptions& options, const Rules& rules,
                    Observer* observer, const CancelToken& cancel) {
  return Pipeline(sink, options, rules, observer, cancel).run(sources);
}

}  // namespace smsbackup::engine
