#include "engine/key_table.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "smsbackup/error.hpp"

namespace smsbackup::engine {
namespace {

constexpr std::size_t fewest = 64;
constexpr std::size_t small = 4096;
constexpr std::size_t room_behind = 64;
// Homes are computed from 32 bits.
constexpr std::size_t most = std::size_t{1} << 31;

constexpr std::size_t fullest(std::size_t capacity) { return capacity - capacity * 6 / 100; }

std::size_t larger(std::size_t capacity) {
  if (capacity < small) return std::max(fewest, capacity * 2);
  return capacity + capacity / 12;
}

}  // namespace

KeyTable::Run KeyTable::find(const Fingerprint& fingerprint) const noexcept {
  if (total_ == 0) return {};
  const Entry* const slots = slots_.get();
  const std::uint64_t high = fingerprint.high;
  const std::uint64_t low = fingerprint.low & ~0xffULL;
  std::size_t at = home(high, capacity_);
  while (at < total_ && !slots[at].empty() && slots[at].high() < high) ++at;
  while (at < total_ && slots[at].high() == high && slots[at].low() < low) ++at;
  Run run{at, at};
  while (run.end < total_ && slots[run.end].high() == high && slots[run.end].low() == low) ++run.end;
  return run;
}

bool KeyTable::insert_at(std::size_t slot, const Entry& entry) noexcept {
  Entry* const slots = slots_.get();
  std::size_t hole = slot;
  while (hole < total_ && !slots[hole].empty()) ++hole;
  if (hole == total_) return false;
  std::memmove(static_cast<void*>(slots + slot + 1), slots + slot, (hole - slot) * sizeof(Entry));
  slots[slot] = entry;
  ++size_;
  return true;
}

void KeyTable::insert(const Fingerprint& fingerprint, std::uint8_t note, std::uint32_t payload, const Run& run) {
  Entry entry;
  entry.words = {static_cast<std::uint32_t>(fingerprint.high >> 32), static_cast<std::uint32_t>(fingerprint.high),
                 static_cast<std::uint32_t>(fingerprint.low >> 32),
                 static_cast<std::uint32_t>(fingerprint.low & ~0xffULL) | note};
  entry.payload = payload;
  std::size_t slot = run.end;
  if (size_ + 1 > fullest(capacity_)) {
    grow_to(larger(capacity_));
    slot = find(fingerprint).end;
  }
  while (!insert_at(slot, entry)) {
    grow_to(larger(capacity_));
    slot = find(fingerprint).end;
  }
}

void KeyTable::erase(std::size_t slot) noexcept {
  Entry* const slots = slots_.get();
  std::size_t end = slot + 1;  // those that stand behind their home move one slot back
  while (end < total_ && !slots[end].empty() && home(slots[end].high(), capacity_) < end) ++end;
  std::memmove(static_cast<void*>(slots + slot), slots + slot + 1, (end - slot - 1) * sizeof(Entry));
  slots[end - 1] = Entry{};
  --size_;
}

void KeyTable::reserve(std::size_t entries) {
  std::size_t capacity = std::max(fewest, entries);
  while (fullest(capacity) < entries) capacity += capacity / 64;
  if (capacity > capacity_) grow_to(capacity);
}

void KeyTable::grow_to(std::size_t capacity) {
  if (capacity > most) throw Error(ErrorCode::limit_exceeded, "indexing keys: more than the index can hold");

  // A first pass finds out how far the last entry will be pushed over the end.
  std::size_t next_free = 0;
  for (std::size_t at = 0; at < total_; ++at) {
    const Entry& entry = slots_.get()[at];
    if (!entry.empty()) next_free = std::max(next_free, home(entry.high(), capacity)) + 1;
  }
  const std::size_t total = std::max(capacity, next_free) + room_behind;

  Entry* const slots = static_cast<Entry*>(std::realloc(static_cast<void*>(slots_.get()), total * sizeof(Entry)));
  if (slots == nullptr) throw std::bad_alloc();
  static_cast<void>(slots_.release());
  slots_.reset(slots);

  // Everything moves to the far end, and from there, in order, to its place. No place is behind where its entry waits:
  // those that follow need at least the slots that they wait in.
  std::size_t waiting = total;
  for (std::size_t at = total_; at-- > 0;) {
    if (!slots[at].empty()) slots[--waiting] = slots[at];
  }
  std::memset(static_cast<void*>(slots), 0, waiting * sizeof(Entry));
  next_free = 0;
  for (; waiting < total; ++waiting) {
    const Entry entry = slots[waiting];
    slots[waiting] = Entry{};
    const std::size_t place = std::max(next_free, home(entry.high(), capacity));
    slots[place] = entry;
    next_free = place + 1;
  }
  capacity_ = capacity;
  total_ = total;
}

}  // namespace smsbackup::engine
