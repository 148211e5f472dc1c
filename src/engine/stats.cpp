#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "engine/problem_text.hpp"
#include "engine/reading.hpp"
#include "smsbackup/address.hpp"
#include "smsbackup/verify.hpp"

namespace smsbackup {
namespace {

class Census final : public engine::Reader {
 public:
  Census(const DedupPolicy& policy, Observer* observer) : index_(policy), observer_(observer) {}

  Stats run(Source& source, const TransferOptions& options, const CancelToken& cancel) {
    source_name_ = source.name();
    const Query pushed = engine::pushed_down(options.query);
    Source* const sources[] = {&source};
    engine::read_all(sources, source.open(pushed), pushed, options, cancel, *this);
    stats_.parties = parties_.size();
    return stats_;
  }

 private:
  Stats::PerType& of(RecordType type) {
    return type == RecordType::sms ? stats_.sms : type == RecordType::mms ? stats_.mms : stats_.call;
  }

  void on_record(Record record, const std::string&) override {
    Stats::PerType& counts = of(type_of(record));
    ++counts.records;
    const Direction direction = direction_of(record);
    if (direction == Direction::incoming) ++counts.incoming;
    if (direction == Direction::outgoing) ++counts.outgoing;
    if (const std::optional<std::int64_t> date = date_of(record)) {
      counts.oldest = std::min(counts.oldest.value_or(*date), *date);
      counts.newest = std::max(counts.newest.value_or(*date), *date);
    } else {
      ++counts.undated;
    }
    for (const std::string_view party : parties_of(record)) parties_.insert(address_bucket(party));
    if (const auto* mms = std::get_if<Mms>(&record)) {
      stats_.parts += mms->parts.size();
      for (const MmsPart& part : mms->parts) stats_.part_bytes += part.data ? part.data->size() : 0;
    }
    const RecordKey key = key_of(record, index_.policy().level, index_.policy().own_numbers);
    if (index_.find_or_insert(key) == Match::duplicate) ++stats_.duplicates;
  }
  void on_filtered(RecordType) override { ++stats_.filtered; }
  void on_skipped(std::uint64_t filtered, std::uint64_t, std::uint64_t foreign) override {
    stats_.filtered += filtered;
    stats_.foreign += foreign;
  }
  void on_problem(Problem problem) override {
    ++stats_.problems;
    if (observer_ == nullptr) return;
    engine::remove_private_data(problem, nullptr);
    observer_->on_problem(problem);
  }
  void after_batch(const Position& position) override {
    if (observer_ == nullptr) return;
    Progress progress;
    progress.counts.read = stats_.sms.records + stats_.mms.records + stats_.call.records;
    progress.position = position;
    progress.source = source_name_;
    observer_->on_progress(progress);
  }

  KeyIndex index_;
  Observer* observer_;
  Stats stats_;
  std::unordered_set<std::string> parties_;
  std::string source_name_;
};

}  // namespace

Stats stats(Source& source, const TransferOptions& options, Observer* observer, const CancelToken& cancel) {
  return Census(options.dedup, observer).run(source, options, cancel);
}

}  // namespace smsbackup
