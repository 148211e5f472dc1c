// What is there already, as transfer() and verify() ask it: the key index, and the sink to fetch from where the index
// alone can't tell.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "smsbackup/dedup.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/sink.hpp"

namespace smsbackup::engine {

class KnownRecords final : public KnownKeys {
 public:
  KnownRecords(Sink& sink, DedupPolicy policy) : sink_(sink), index_(std::move(policy)) {}

  // Learns what the sink has for that query. `on_count` is called now and then with how many are known, `on_key` with
  // each; both may throw.
  void read_keys(const Query& query, const std::function<void(std::uint64_t)>& on_count,
                 const Sink::KeyVisitor& on_key = {});

  // Whether the record is there; if not, it counts as there from now on. Never says `undecided`: in doubt the record is
  // unseen. Without `explain` the explanation is empty.
  Finding find_or_add(const Record& record, bool explain);
  // It is not there after all.
  void forget(const Record& record);

  std::uint64_t size() const noexcept { return index_.size(); }

  bool empty() const override { return index_.size() == 0; }
  bool has(const RecordKey& key) const override { return index_.match(key) == Match::duplicate; }

 private:
  RecordKey key(const Record& record) const;
  void fetch_candidates(const RecordKey& key);

  Sink& sink_;
  KeyIndex index_;
};

}  // namespace smsbackup::engine
