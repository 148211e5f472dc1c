#include "engine/same_occasion.hpp"

#include <algorithm>
#include <utility>

#include "engine/mix.hpp"
#include "engine/random_seed.hpp"
#include "engine/second_of.hpp"
#include "smsbackup/address.hpp"

namespace smsbackup::engine {
SameOccasion::SameOccasion(std::vector<std::string> own_numbers)
    : own_numbers_(std::move(own_numbers)), seed_(random_seed()) {}

std::uint64_t SameOccasion::hash(const RecordKey& key) const {
  std::uint64_t hash = mix(seed_ ^ (static_cast<std::uint64_t>(key.type) << 8 |
                                    static_cast<std::uint64_t>(key.direction) << 4 | (key.date ? 1U : 0U)));
  hash = mix(hash ^ static_cast<std::uint64_t>(key.date ? second_of(*key.date) : 0));
  std::vector<std::string> buckets;
  for (const std::string& party : key.parties) {
    const bool own =
        key.type == RecordType::mms && std::any_of(own_numbers_.begin(), own_numbers_.end(),
                                                   [&](const std::string& mine) { return same_address(party, mine); });
    std::string bucket = own ? std::string() : address_bucket(party);
    if (!bucket.empty()) buckets.push_back(std::move(bucket));
  }
  std::sort(buckets.begin(), buckets.end());
  buckets.erase(std::unique(buckets.begin(), buckets.end()), buckets.end());
  for (const std::string& bucket : buckets) hash = mix(bucket, hash);
  return hash;
}

}  // namespace smsbackup::engine
