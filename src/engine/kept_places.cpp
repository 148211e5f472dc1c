#include "engine/kept_places.hpp"

#include <cstring>
#include <limits>

#include "engine/mix.hpp"

namespace smsbackup::engine {
namespace {

// As many of one fingerprint are told apart. What differs in message ids only can be more.
constexpr std::size_t crowd = 64;

std::int64_t date_of(const RecordKey& key) { return key.date.value_or(std::numeric_limits<std::int64_t>::min()); }

// Within one second.
bool may_be_same(std::int64_t a, std::int64_t b) { return a == b || a % 1000 == 0 || b % 1000 == 0; }

}  // namespace

Fingerprint KeptPlaces::fingerprint(const RecordKey& key) const {
  const std::uint64_t occasion = same_occasion_.hash(key);
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, key.content->bytes.data(), sizeof high);
  std::memcpy(&low, key.content->bytes.data() + sizeof high, sizeof low);
  high = mix(high ^ occasion);
  return {high == 0 ? 1 : high, (low ^ occasion) & ~0xffULL};
}

KeptPlaces::Kept KeptPlaces::read(std::size_t slot) const {
  const std::string text = texts_.read(table_[slot].payload).front();
  Kept kept;
  std::memcpy(&kept.date, text.data(), sizeof kept.date);
  kept.place = text.substr(sizeof kept.date);
  return kept;
}

void KeptPlaces::add(const RecordKey& key, std::string_view place) {
  const Fingerprint print = fingerprint(key);
  const KeyTable::Run run = table_.find(print);
  if (run.size() >= crowd) return;
  const std::int64_t date = date_of(key);
  std::string text(sizeof date, '\0');
  std::memcpy(text.data(), &date, sizeof date);
  text += place;
  table_.insert(print, 0, texts_.prepend(text, LocatorList::end), run);
}

void KeptPlaces::forget(const RecordKey& key) {
  const KeyTable::Run run = table_.find(fingerprint(key));
  for (std::size_t slot = run.end; slot-- > run.begin;) {
    if (read(slot).date == date_of(key)) return table_.erase(slot);
  }
}

std::string KeptPlaces::find(const RecordKey& key) const {
  const KeyTable::Run run = table_.find(fingerprint(key));
  std::string place;
  for (std::size_t slot = run.end; slot-- > run.begin;) {
    Kept kept = read(slot);
    if (kept.date == date_of(key)) return std::move(kept.place);
    if (may_be_same(kept.date, date_of(key))) place = std::move(kept.place);
  }
  return place;
}

}  // namespace smsbackup::engine
