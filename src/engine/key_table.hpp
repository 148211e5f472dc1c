// The flat array behind KeyIndex: fingerprints of 120 bits with a byte and a word of payload, 20 bytes each, sorted.
//
// Ordered linear probing: where an entry wants to be follows from the upper half of its fingerprint, and entries keep
// their order, so that a look-up ends as soon as it meets a larger one. The array grows in steps of a twelfth and in
// place (realloc, then two passes), so that it stays between 0.87 and 0.94 full and never exists twice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace smsbackup::engine {

struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;  // only the upper 56 bits count
};

class KeyTable {
 public:
  struct Entry {
    std::array<std::uint32_t, 4> words{};
    std::uint32_t payload = 0;

    std::uint64_t high() const noexcept { return static_cast<std::uint64_t>(words[0]) << 32 | words[1]; }
    std::uint64_t low() const noexcept { return (static_cast<std::uint64_t>(words[2]) << 32 | words[3]) & ~0xffULL; }
    std::uint8_t note() const noexcept { return static_cast<std::uint8_t>(words[3] & 0xff); }
    bool empty() const noexcept { return (words[0] | words[1]) == 0; }
  };
  static_assert(sizeof(Entry) == 20);

  // A run of entries of one fingerprint: slots begin to end.
  struct Run {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t size() const noexcept { return end - begin; }
  };

  // No fingerprint has an upper half of zero: that marks an empty slot.
  Run find(const Fingerprint& fingerprint) const noexcept;
  Entry& operator[](std::size_t slot) noexcept { return slots_.get()[slot]; }
  const Entry& operator[](std::size_t slot) const noexcept { return slots_.get()[slot]; }

  // Adds an entry, behind those of the same fingerprint. `run` is what find() just said.
  void insert(const Fingerprint& fingerprint, std::uint8_t note, std::uint32_t payload, const Run& run);
  void erase(std::size_t slot) noexcept;

  std::size_t size() const noexcept { return size_; }
  std::size_t memory_size() const noexcept { return total_ * sizeof(Entry); }
  void reserve(std::size_t entries);

 private:
  std::size_t home(std::uint64_t high, std::size_t capacity) const noexcept {
    return static_cast<std::size_t>((high >> 32) * static_cast<std::uint64_t>(capacity) >> 32);
  }
  void grow_to(std::size_t capacity);
  bool insert_at(std::size_t slot, const Entry& entry) noexcept;

  struct Free {
    void operator()(Entry* slots) const noexcept { std::free(slots); }
  };
  std::unique_ptr<Entry, Free> slots_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  // what homes are spread over
  std::size_t total_ = 0;     // with room behind it for what is pushed over the end
};

}  // namespace smsbackup::engine
