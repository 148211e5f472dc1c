// KeyIndex remembers which records are already there: one flat array, at most 24 bytes a key, ten million keys on a
// desktop. It never merges two records that differ under its policy; where it can't tell, it says `undecided`.
// What counts as the same, and why, is docs/dedup.md.
//
// Where one side knows less than the other (whole seconds, no message id, a number without its country), a record that
// is there stands for the first one that find_or_insert() takes it for, and for no other one that differs from that.
//
// One index is used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/key.hpp"

namespace smsbackup {

struct DedupPolicy {
  DedupLevel level = DedupLevel::tolerant;
  std::vector<std::string> own_numbers;  // this phone's; left out when the parties of MMS are compared
};

enum class Match : std::uint8_t {
  unseen,     // surely new
  duplicate,  // surely there
  undecided,  // something of this type, direction, second and (but for MMS) other party is there, but its content isn't
              // known: fetch it and compare. A key without content is undecided whenever anything is there.
};

// Why a record was taken for a duplicate, or not.
struct Finding {
  Match match = Match::unseen;
  // For people: "same type, direction and second; number spelled differently; same text". Without private data.
  std::string explanation;
  // With `undecided`: what to fetch, see RecordKey::locator.
  std::vector<std::string> candidates;
  // Where the one is that it repeats: its position in a source, or the name of the sink that had it before the run.
  // Only in what transfer() tells an Observer that wants explanations.
  std::string kept;
};

class SMSBACKUP_EXPORT KeyIndex {
 public:
  explicit KeyIndex(DedupPolicy policy = {});
  ~KeyIndex();
  KeyIndex(KeyIndex&&) noexcept;
  KeyIndex& operator=(KeyIndex&&) noexcept;

  const DedupPolicy& policy() const noexcept;

  // Looks without adding. With DedupLevel::off everything is unseen. Explanations are made only when asked for.
  Finding find(const RecordKey& key, bool explain = false) const;
  Match match(const RecordKey& key) const;
  // Adds a key, also one that matches another; but not the very same again if it lacks nothing.
  void insert(const RecordKey& key);
  // match() and, if unseen, insert(), in one look-up. A key that is undecided is not inserted.
  Match find_or_insert(const RecordKey& key);
  // Takes back a key that find_or_insert() has inserted, and whatever may stand for it. Whether there was any.
  bool erase(const RecordKey& key);
  // After an undecided key's candidates were fetched: from now on they are known as these keys (of those that could be
  // had), so that none has to be fetched twice.
  void resolve(const RecordKey& undecided, std::span<const RecordKey> fetched);

  // Keys that are there.
  std::size_t size() const noexcept;
  // Bytes the index holds, all of it.
  std::size_t memory_size() const noexcept;
  // Makes room for that many keys at once.
  void reserve(std::size_t keys);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
