// The fingerprints of what is done, as one run asks them: at most 24 bytes each.
//
// Each fingerprint stands for one record. Of two records alike in all that a fingerprint covers (two pictures of one
// size, sent to one party in one second), the second has a fingerprint of its own, made of the first one and its count.
#pragma once

#include <cstddef>

#include "engine/key_table.hpp"
#include "smsbackup/key.hpp"

namespace smsbackup::engine {

class DoneRecords {
 public:
  // Before the pass: a fingerprint that the state holds.
  void add(const Digest& fingerprint);

  struct Answer {
    bool done = false;
    Digest fingerprint;  // what to mark the record with once it is done
  };
  // Asked once for each record of a pass, with its state_fingerprint().
  Answer meet(const Digest& fingerprint);

  std::size_t size() const noexcept { return size_; }  // that were added
  std::size_t memory_size() const noexcept { return table_.memory_size(); }

 private:
  KeyTable table_;  // the payload counts how often one was met
  std::size_t size_ = 0;
};

}  // namespace smsbackup::engine
