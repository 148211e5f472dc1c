#include "smsbackup/verify.hpp"

#include <string>
#include <utility>

#include "engine/known_records.hpp"
#include "engine/problem_text.hpp"
#include "engine/reading.hpp"

namespace smsbackup {
namespace {

class Comparison final : public engine::Reader {
 public:
  Comparison(Sink& b, DedupPolicy policy, const std::function<void(const Record&, std::string_view)>& on_missing,
             Observer* observer, const CancelToken& cancel)
      : known_(b, std::move(policy)), on_missing_(on_missing), observer_(observer), cancel_(cancel) {}

  VerifyReport run(Source& a, const TransferOptions& options) {
    source_name_ = a.name();
    const Query pushed = engine::pushed_down(options.query);
    std::unique_ptr<Cursor> cursor = a.open(pushed);
    known_.read_keys(options.query, [&](std::uint64_t keys) {
      cancel_.check();
      keys_ = keys;
      tell_progress(Progress::Stage::reading_keys, {});
    });
    Source* const sources[] = {&a};
    engine::read_all(sources, std::move(cursor), pushed, options, cancel_, *this);
    return report_;
  }

 private:
  Counts& of(RecordType type) {
    return type == RecordType::sms ? report_.sms : type == RecordType::mms ? report_.mms : report_.call;
  }

  void on_record(Record record, const std::string& position) override {
    Counts& counts = of(type_of(record));
    ++counts.read;
    if (known_.find_or_add(record, false).match == Match::duplicate) {
      ++counts.duplicate;
      return;
    }
    // A second one like it is missing, too.
    known_.forget(record);
    ++counts.failed;
    if (on_missing_) on_missing_(record, position);
  }
  void on_filtered(RecordType) override {}
  void on_skipped(std::uint64_t, std::uint64_t, std::uint64_t) override {}
  void on_problem(Problem problem) override {
    if (!problem.record_kept) ++report_.unreadable;
    if (observer_ == nullptr) return;
    engine::remove_private_data(problem, nullptr);
    observer_->on_problem(problem);
  }
  void after_batch(const Position& position) override { tell_progress(Progress::Stage::copying, position); }

  void tell_progress(Progress::Stage stage, const Position& position) {
    if (observer_ == nullptr) return;
    Progress progress;
    progress.stage = stage;
    progress.counts = report_.sms;
    progress.counts += report_.mms;
    progress.counts += report_.call;
    progress.position = position;
    progress.source = source_name_;
    progress.keys = keys_;
    observer_->on_progress(progress);
  }

  engine::KnownRecords known_;
  const std::function<void(const Record&, std::string_view)>& on_missing_;
  Observer* observer_;
  const CancelToken& cancel_;
  VerifyReport report_;
  std::string source_name_;
  std::uint64_t keys_ = 0;
};

}  // namespace

VerifyReport verify(Source& a, Sink& b, const TransferOptions& options,
                    const std::function<void(const Record&, std::string_view)>& on_missing, Observer* observer,
                    const CancelToken& cancel) {
  DedupPolicy policy = options.dedup;
  if (policy.level == DedupLevel::off) policy.level = DedupLevel::exact;
  return Comparison(b, std::move(policy), on_missing, observer, cancel).run(a, options);
}

}  // namespace smsbackup
