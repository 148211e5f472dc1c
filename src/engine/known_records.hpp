// What is there already, as transfer() and verify() ask it: the key index, and the sink to fetch from where the index
// alone can't tell.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/kept_places.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/sink.hpp"

namespace smsbackup::engine {

class KnownRecords final : public KnownKeys {
 public:
  KnownRecords(Sink& sink, DedupPolicy policy) : sink_(sink), index_(std::move(policy)) {}

  // Whether duplicates are explained from now on, which takes memory for the place of each record. Before read_keys().
  void explain();

  // Learns what the sink has for that query. `on_count` is called now and then with how many are known, `on_key` with
  // each; both may throw.
  void read_keys(const Query& query, const std::function<void(std::uint64_t)>& on_count,
                 const Sink::KeyVisitor& on_key = {});

  // Something of that key is there.
  void learn(const RecordKey& key) { index_.insert(key); }

  // Whether the record is there; if not, it counts as there from now on, as the one at `position`. Never says
  // `undecided`: in doubt the record is unseen. Unless explained, there are no words and no places in the finding.
  Finding find_or_add(const Record& record, std::string_view position = {});
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
  std::optional<KeptPlaces> places_;
};

}  // namespace smsbackup::engine
