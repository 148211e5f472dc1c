#include "engine/address_classes.hpp"

#include <algorithm>
#include <utility>

#include "engine/mix.hpp"
#include "engine/sha256.hpp"
#include "smsbackup/address.hpp"

namespace smsbackup::engine {
namespace {

// Nobody has more spellings in one bucket; a hostile archive may, and comparing each with all would take forever.
constexpr std::size_t most_spellings_in_bucket = 64;
// An address longer than this is no number. It is kept as a digest, and is the same as its equal only.
constexpr std::size_t longest_kept = 256;

std::string digest_of(std::string_view address) {
  Sha256 digest;
  digest.start();
  digest.feed(address);
  const Sha256::Value value = digest.finish();
  std::string text(1, '\0');  // no address begins like this
  text.append(reinterpret_cast<const char*>(value.data()), value.size());
  return text;
}

}  // namespace

std::uint32_t AddressClasses::Heads::find(std::uint64_t hash) const noexcept {
  if (slots_.empty()) return end_of_chain;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].used; at = (at + 1) & mask) {
    if (slots_[at].hash == hash) return slots_[at].head;
  }
  return end_of_chain;
}

std::uint32_t& AddressClasses::Heads::at(std::uint64_t hash) {
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].used && slots_[at].hash != hash) at = (at + 1) & mask;
  if (!slots_[at].used) {
    slots_[at] = Slot{hash, end_of_chain, true};
    ++used_;
  }
  return slots_[at].head;
}

void AddressClasses::Heads::grow() {
  std::vector<Slot> larger(std::max<std::size_t>(16, slots_.size() * 2));
  const std::size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (!slot.used) continue;
    std::size_t at = slot.hash & mask;
    while (larger[at].used) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

std::string_view AddressClasses::text_of(const Spelling& spelling) const noexcept {
  return std::string_view(text_).substr(static_cast<std::size_t>(spelling.offset), spelling.size);
}

AddressClasses::Class AddressClasses::known(std::string_view address, std::uint64_t hash) const {
  for (std::uint32_t at = by_spelling_.find(hash); at != end_of_chain; at = spellings_[at].next_same_hash) {
    if (text_of(spellings_[at]) == address) return spellings_[at].of;
  }
  return none;
}

AddressClasses::Class AddressClasses::fitting_class(std::string_view address, std::uint64_t bucket_hash,
                                                    bool& crowded) const {
  struct Candidate {
    Class of;
    bool fits;
  };
  std::vector<Candidate> candidates;
  std::size_t seen = 0;
  for (std::uint32_t at = by_bucket_.find(bucket_hash); at != end_of_chain; at = spellings_[at].next_in_bucket) {
    if (++seen > most_spellings_in_bucket) {
      crowded = true;
      return none;
    }
    const Spelling& spelling = spellings_[at];
    const bool same = same_address(address, text_of(spelling));
    const auto found = std::find_if(candidates.begin(), candidates.end(),
                                    [&](const Candidate& candidate) { return candidate.of == spelling.of; });
    if (found == candidates.end()) {
      candidates.push_back({spelling.of, same});
    } else {
      found->fits = found->fits && same;
    }
  }
  Class best = none;
  for (const Candidate& candidate : candidates) {
    if (candidate.fits) best = std::min(best, candidate.of);
  }
  return best;
}

AddressClasses::Class AddressClasses::find(std::string_view address) const {
  std::string long_address;
  const bool is_long = address.size() > longest_kept;
  if (is_long) address = long_address = digest_of(address);
  const Class already = known(address, mix(address, seed_));
  if (already != none || exact_ || is_long) return already;
  bool crowded = false;
  return fitting_class(address, mix(address_bucket(address), seed_), crowded);
}

AddressClasses::Class AddressClasses::add(std::string_view address) {
  std::string long_address;
  const bool is_long = address.size() > longest_kept;
  if (is_long) address = long_address = digest_of(address);
  const std::uint64_t hash = mix(address, seed_);
  const Class already = known(address, hash);
  if (already != none) return already;

  Spelling spelling;
  std::uint32_t* bucket = nullptr;
  if (!exact_ && !is_long) {
    const std::uint64_t bucket_hash = mix(address_bucket(address), seed_);
    bool crowded = false;
    spelling.of = fitting_class(address, bucket_hash, crowded);
    if (!crowded) bucket = &by_bucket_.at(bucket_hash);
  }
  if (spelling.of == none) spelling.of = next_++;
  spelling.offset = text_.size();
  spelling.size = static_cast<std::uint32_t>(address.size());
  const auto index = static_cast<std::uint32_t>(spellings_.size());
  std::uint32_t& head = by_spelling_.at(hash);
  spelling.next_same_hash = head;
  if (bucket != nullptr) spelling.next_in_bucket = *bucket;
  text_.append(address);
  spellings_.push_back(spelling);
  head = index;
  if (bucket != nullptr) *bucket = index;
  return spelling.of;
}

std::size_t AddressClasses::memory_size() const noexcept {
  return text_.capacity() + spellings_.capacity() * sizeof(Spelling) + by_spelling_.memory_size() +
         by_bucket_.memory_size();
}

}  // namespace smsbackup::engine
