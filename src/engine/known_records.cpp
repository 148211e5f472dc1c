#include "engine/known_records.hpp"

#include <limits>
#include <utility>
#include <vector>

namespace smsbackup::engine {
namespace {

constexpr std::uint64_t keys_between_calls = 1024;

// One side may know a record's time to the second only and not all of its parties, so the sink is asked for more than
// the query says.
Query wider(const Query& query) {
  Query asked;
  asked.types = query.types;
  constexpr std::int64_t oldest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t youngest = std::numeric_limits<std::int64_t>::max();
  if (query.since) asked.since = *query.since < oldest + 999 ? oldest : *query.since - 999;
  if (query.until) asked.until = *query.until > youngest - 999 ? youngest : *query.until + 999;
  return asked;
}

}  // namespace

void KnownRecords::read_keys(const Query& query, const std::function<void(std::uint64_t)>& on_count,
                             const Sink::KeyVisitor& on_key) {
  if (index_.policy().level == DedupLevel::off) return;
  std::uint64_t keys = 0;
  sink_.keys(wider(query), index_.policy(), [&](const RecordKey& key) {
    index_.insert(key);
    if (places_ && key.content) places_->add(key, {});
    if (on_key) on_key(key);
    if (++keys % keys_between_calls == 0) on_count(keys);
  });
  on_count(keys);
}

RecordKey KnownRecords::key(const Record& record) const {
  return key_of(record, index_.policy().level, index_.policy().own_numbers);
}

void KnownRecords::fetch_candidates(const RecordKey& wanted) {
  std::vector<RecordKey> fetched;
  for (const std::string& locator : index_.find(wanted).candidates) {
    if (const std::optional<Record> record = sink_.fetch(locator)) fetched.push_back(key(*record));
  }
  index_.resolve(wanted, fetched);
}

void KnownRecords::explain() {
  if (index_.policy().level != DedupLevel::off) places_.emplace(index_.policy().own_numbers);
}

Finding KnownRecords::find_or_add(const Record& record, std::string_view position) {
  Finding finding;
  if (index_.policy().level == DedupLevel::off) return finding;
  const RecordKey wanted = key(record);
  const auto look = [&] {
    // Explained before the index takes what is there for this record, and no longer knows how they differed.
    if (places_) finding = index_.find(wanted, true);
    finding.match = index_.find_or_insert(wanted);
  };
  look();
  if (finding.match == Match::undecided) {
    fetch_candidates(wanted);
    look();
    finding.candidates.clear();
  }
  if (!places_) return finding;
  if (finding.match == Match::duplicate) {
    finding.kept = places_->find(wanted);
    if (finding.kept.empty()) finding.kept = sink_.name();
  } else {
    places_->add(wanted, position);
  }
  return finding;
}

void KnownRecords::forget(const Record& record) {
  if (index_.policy().level == DedupLevel::off) return;
  const RecordKey forgotten = key(record);
  index_.erase(forgotten);
  if (places_) places_->forget(forgotten);
}

}  // namespace smsbackup::engine
