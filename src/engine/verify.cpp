#include "smsbackup/verify.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/facets.hpp"
#include "engine/known_records.hpp"
#include "engine/newest.hpp"
#include "engine/problem_text.hpp"
#include "engine/reading.hpp"
#include "engine/same_occasion.hpp"
#include "engine/second_of.hpp"

namespace smsbackup {
namespace {

using OnDifference = std::function<void(const Difference&)>;

Difference difference(Difference::Kind kind, const Record& record) {
  Difference found;
  found.kind = kind;
  found.type = type_of(record);
  found.direction = direction_of(record);
  found.date = date_of(record);
  return found;
}

// What the passes over the two sides share: the counts, and who hears of what.
struct Talk {
  const OnDifference& on_difference;
  Observer* observer;
  const CancelToken& cancel;
  VerifyReport report;
  std::uint64_t keys = 0;
  std::string source_name;

  void tell(const Difference& found) {
    ++report.differences_total;
    if (report.differences.size() < VerifyReport::max_differences) report.differences.push_back(found);
    if (on_difference) on_difference(found);
  }
  void tell_problem(Problem problem) const {
    if (observer == nullptr) return;
    engine::remove_private_data(problem, nullptr);
    observer->on_problem(problem);
  }
  void tell_progress(Progress::Stage stage, const Position& position) {
    if (observer == nullptr) return;
    const VerifyReport::PerType total = report.total();
    Progress progress;
    progress.stage = stage;
    progress.counts.read = total.compared;
    progress.counts.duplicate = total.found;
    progress.counts.failed = total.compared - total.found;
    progress.position = position;
    progress.source = source_name;
    progress.keys = keys;
    observer->on_progress(progress);
  }
};

// Records of a that b lacks, but b has something of the same occasion: whether that is another record of a's is known
// only when b's own were looked at.
class Suspects {
 public:
  void add(std::uint64_t occasion, engine::Facets facets, Difference missing) {
    by_occasion_[occasion].push_back(suspects_.size());
    suspects_.push_back({std::move(facets), std::move(missing), false});
  }

  // The record of a that one of b, which a lacks, was or became: of several the one that it differs from least.
  std::optional<Difference> take(std::uint64_t occasion, const engine::Facets& facets) {
    const auto group = by_occasion_.find(occasion);
    if (group == by_occasion_.end()) return std::nullopt;
    std::vector<std::size_t>& waiting = group->second;
    // Enough for what people send in one second. An archive of nothing else must not take the square of its size.
    constexpr std::size_t looked_at = 16;
    std::optional<std::size_t> best;
    std::vector<std::string> least;
    for (std::size_t i = 0; i < std::min(waiting.size(), looked_at); ++i) {
      std::vector<std::string> names = suspects_[waiting[i]].facets.differences(facets);
      if (best && names.size() >= least.size()) continue;
      best = i;
      least = std::move(names);
    }
    Suspect& suspect = suspects_[waiting[*best]];
    suspect.explained = true;
    Difference changed = std::move(suspect.missing);
    changed.kind = Difference::Kind::changed;
    changed.what = std::move(least);
    waiting[*best] = waiting.back();
    waiting.pop_back();
    if (waiting.empty()) by_occasion_.erase(group);
    return changed;
  }

  template <class Visit>
  void for_each_missing(Visit&& visit) const {
    for (const Suspect& suspect : suspects_) {
      if (!suspect.explained) visit(suspect.missing);
    }
  }

 private:
  struct Suspect {
    engine::Facets facets;
    Difference missing;
    bool explained;
  };
  std::vector<Suspect> suspects_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_occasion_;
};

// What a has, so that b can leave it out without reading it.
class KeysOfA final : public KnownKeys {
 public:
  explicit KeysOfA(const DedupPolicy& policy) : index_(policy) {}
  void add(const RecordKey& key) { index_.insert(key); }
  // A record of a stands for one of b only, see KeyIndex.
  bool take(const RecordKey& key) { return has(key) && index_.find_or_insert(key) == Match::duplicate; }
  bool empty() const override { return index_.size() == 0; }
  bool has(const RecordKey& key) const override { return index_.match(key) == Match::duplicate; }

 private:
  KeyIndex index_;
};

// What the two passes work on.
struct Comparison {
  DedupPolicy policy;
  engine::SameOccasion same_occasion;
  KeysOfA keys_of_a;
  Suspects suspects;
  Talk talk;
};

// What is the same for both sides.
class Pass : public engine::Reader {
 protected:
  Pass(Comparison& comparison, std::uint64_t& unreadable) : on_(comparison), unreadable_(unreadable) {}

  void on_filtered(RecordType) override {}
  void on_skipped(std::uint64_t, std::uint64_t, std::uint64_t) override {}
  void on_problem(Problem problem) override {
    if (!problem.record_kept) ++unreadable_;
    on_.talk.tell_problem(std::move(problem));
  }
  void after_batch(const Position& position) override { on_.talk.tell_progress(Progress::Stage::copying, position); }

  RecordKey key(const Record& record) const { return key_of(record, on_.policy.level, on_.policy.own_numbers); }

  Comparison& on_;

 private:
  std::uint64_t& unreadable_;
};

// Looks for each record of a in b.
class PassOverA final : public Pass {
 public:
  PassOverA(Store& b, Comparison& comparison)
      : Pass(comparison, comparison.talk.report.unreadable), known_(b, comparison.policy) {}

  void run(Source& a, const TransferOptions& options) {
    on_.talk.source_name = a.name();
    const Query pushed = engine::pushed_down(options.query);
    std::unique_ptr<Cursor> cursor = a.open(pushed);
    known_.read_keys(
        options.query,
        [&](std::uint64_t keys) {
          on_.talk.cancel.check();
          on_.talk.keys = keys;
          on_.talk.tell_progress(Progress::Stage::reading_keys, {});
        },
        [&](const RecordKey& there) { occasions_of_b_.push_back(on_.same_occasion.hash(there)); });
    std::sort(occasions_of_b_.begin(), occasions_of_b_.end());
    Source* const sources[] = {&a};
    engine::read_all(sources, std::move(cursor), pushed, options, on_.talk.cancel, *this);
  }

  // Of the records compared; nothing if there were none.
  std::optional<std::int64_t> oldest() const noexcept { return oldest_; }

 private:
  void on_record(Record record, const std::string& position) override {
    VerifyReport::PerType& counts = on_.talk.report.of(type_of(record));
    ++counts.compared;
    oldest_ = std::min(oldest_.value_or(std::numeric_limits<std::int64_t>::max()), engine::age_key(date_of(record)));
    const RecordKey wanted = key(record);
    on_.keys_of_a.add(wanted);
    if (known_.find_or_add(record).match == Match::duplicate) {
      ++counts.found;
      return;
    }
    // A second one like it is missing, too.
    known_.forget(record);
    Difference missing = difference(Difference::Kind::missing, record);
    missing.in_a = position;
    const std::uint64_t occasion = on_.same_occasion.hash(wanted);
    if (std::binary_search(occasions_of_b_.begin(), occasions_of_b_.end(), occasion)) {
      on_.suspects.add(occasion, engine::Facets(record, on_.policy.level), std::move(missing));
      return;
    }
    ++counts.missing;
    on_.talk.tell(missing);
  }

  engine::KnownRecords known_;
  std::vector<std::uint64_t> occasions_of_b_;  // sorted
  std::optional<std::int64_t> oldest_;
};

// Looks for each record of b in a.
class PassOverB final : public Pass {
 public:
  explicit PassOverB(Comparison& comparison) : Pass(comparison, comparison.talk.report.unreadable_in_b) {}

  void run(Store& b, const TransferOptions& options) {
    query_ = &options.query;
    on_.talk.source_name = b.name();
    Query pushed = engine::pushed_down(options.query);
    pushed.known = &on_.keys_of_a;
    Source* const sources[] = {&b};
    engine::read_all(sources, b.open(pushed), pushed, options, on_.talk.cancel, *this);
  }

 private:
  void on_record(Record record, const std::string& position) override {
    const RecordKey wanted = key(record);
    if (on_.keys_of_a.take(wanted) || may_be_outside(wanted)) return;
    VerifyReport::PerType& counts = on_.talk.report.of(wanted.type);
    if (std::optional<Difference> changed =
            on_.suspects.take(on_.same_occasion.hash(wanted), engine::Facets(record, on_.policy.level))) {
      ++counts.changed;
      changed->in_b = position;
      on_.talk.tell(*changed);
      return;
    }
    ++counts.extra;
    Difference extra = difference(Difference::Kind::extra, record);
    extra.in_b = position;
    on_.talk.tell(extra);
  }

  // Where a keeps milliseconds and b seconds, or the other way round, the same record may be inside the limits of the
  // query on one side only.
  bool may_be_outside(const RecordKey& key) const {
    const auto in_second_of = [&](const std::optional<std::int64_t>& limit) {
      if (!limit || !key.date || *limit % 1000 == 0) return false;
      return engine::second_of(*key.date) == engine::second_of(*limit);
    };
    return in_second_of(query_->since) || in_second_of(query_->until);
  }

  const Query* query_ = nullptr;
};

// The newest N of a were compared: what is as old as the oldest of them, or older, may be b's alone for that reason.
Query for_b(Query query, std::uint64_t compared, std::optional<std::int64_t> oldest) {
  if (!query.newest) return query;
  const bool all_of_a = compared < *query.newest;
  query.newest.reset();
  if (all_of_a) return query;
  constexpr std::int64_t undated = std::numeric_limits<std::int64_t>::min();
  const std::int64_t last = oldest.value_or(std::numeric_limits<std::int64_t>::max() - 1000);
  const std::int64_t next_second = last == undated ? undated + 1 : (engine::second_of(last) + 1) * 1000;
  query.since = std::max(query.since.value_or(undated), next_second);
  return query;
}

}  // namespace

VerifyReport verify(Source& a, Store& b, const TransferOptions& options, const OnDifference& on_difference,
                    Observer* observer, const CancelToken& cancel) {
  if (!b.reopenable()) {
    throw Error(ErrorCode::unsupported, "comparing with " + b.name() + ": it can be read only once",
                "Name it first, or copy it to a file.");
  }
  DedupPolicy policy = options.dedup;
  if (policy.level == DedupLevel::off) policy.level = DedupLevel::exact;
  const engine::SameOccasion same_occasion(policy.own_numbers);
  Comparison comparison{policy, same_occasion, KeysOfA(policy), {}, {on_difference, observer, cancel, {}, 0, {}}};
  VerifyReport& report = comparison.talk.report;

  TransferOptions for_second = options;
  {
    PassOverA pass(b, comparison);
    pass.run(a, options);
    for_second.query = for_b(options.query, report.total().compared, pass.oldest());
  }
  PassOverB(comparison).run(b, for_second);
  comparison.suspects.for_each_missing([&](const Difference& missing) {
    ++report.of(missing.type).missing;
    comparison.talk.tell(missing);
  });
  return std::move(report);
}

}  // namespace smsbackup
