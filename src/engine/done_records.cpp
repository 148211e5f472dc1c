#include "engine/done_records.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

#include "engine/sha256.hpp"

namespace smsbackup::engine {
namespace {

constexpr std::uint8_t met_only = 0;
constexpr std::uint8_t done = 1;

std::uint64_t eight_bytes(const Digest& digest, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t i = from; i < from + 8; ++i) value = value << 8 | digest.bytes[i];
  return value;
}

Fingerprint key_of(const Digest& digest) {
  // A table has no key whose upper half is zero.
  return {std::max<std::uint64_t>(1, eight_bytes(digest, 0)), eight_bytes(digest, 8)};
}

Digest repetition(const Digest& fingerprint, std::uint32_t count) {
  thread_local Sha256 digest;
  digest.start();
  digest.tag('#');
  digest.feed(std::string_view(reinterpret_cast<const char*>(fingerprint.bytes.data()), fingerprint.bytes.size()));
  digest.number(count);
  const Sha256::Value value = digest.finish();
  Digest result;
  std::copy_n(value.begin(), result.bytes.size(), result.bytes.begin());
  return result;
}

}  // namespace

void DoneRecords::add(const Digest& fingerprint) {
  const Fingerprint key = key_of(fingerprint);
  const KeyTable::Run run = table_.find(key);
  if (run.size() != 0) return;
  table_.insert(key, done, 0, run);
  ++size_;
}

DoneRecords::Answer DoneRecords::meet(const Digest& fingerprint) {
  const Fingerprint key = key_of(fingerprint);
  const KeyTable::Run run = table_.find(key);
  if (run.size() == 0) {
    table_.insert(key, met_only, 1, run);
    return {false, fingerprint};
  }
  KeyTable::Entry& first = table_[run.begin];
  const std::uint32_t met = first.payload;
  if (met < std::numeric_limits<std::uint32_t>::max()) ++first.payload;
  if (met == 0) return {first.note() == done, fingerprint};
  const Digest own = repetition(fingerprint, met);
  const KeyTable::Run repeated = table_.find(key_of(own));
  return {repeated.size() != 0 && table_[repeated.begin].note() == done, own};
}

}  // namespace smsbackup::engine
