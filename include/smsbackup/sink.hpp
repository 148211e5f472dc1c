// Where records go to.
//
// Used by one thread at a time: keys(), then any number of write()s, then finish(). A sink that is destroyed without
// finish() leaves nothing unfinished under its final name.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/key.hpp"
#include "smsbackup/problem.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

struct Outcome {
  bool written = false;
  std::optional<Problem> problem;  // why not; set when not written
};
using Outcomes = std::vector<Outcome>;

// When "written" means that it survives a power cut.
enum class Durability : std::uint8_t {
  each_write,  // as soon as write() returned
  at_finish,   // once finish() returned: one file that is put under its name when complete
};

class SMSBACKUP_EXPORT Sink {
 public:
  using KeyVisitor = std::function<void(const RecordKey&)>;

  virtual ~Sink();

  // Visits the key of every record that is there already and may match the query (more is allowed), with contents
  // digested at `policy`'s level. What is there but unreadable is not visited.
  virtual void keys(const Query& query, const struct DedupPolicy& policy, const KeyVisitor& visit) = 0;

  // The record by that locator, for the comparison of an undecided key. Nothing if it can't be had.
  virtual std::optional<Record> fetch(std::string_view locator);

  // Takes the records, one outcome for each, in order. What concerns one record only (too large, not expressible) is an
  // outcome; what concerns all (disk full, connection lost) is thrown as Error.
  virtual Outcomes write(std::span<const Record> records) = 0;

  // Like write(), for whoever does not need every outcome at once: returns those that are known by now, in the order of
  // the records, and keeps the rest for later calls and settle(). A sink behind a slow line is much faster this way.
  // What comes without it: all outcomes at once.
  virtual Outcomes write_ahead(std::span<const Record> records) { return write(records); }
  // Waits for the outcomes that write_ahead() kept back and returns them. After an Error of write_ahead() or settle()
  // it returns what is known without going on: what was not confirmed counts as not written.
  virtual Outcomes settle() { return {}; }

  // Completes the work: makes everything durable, puts files under their names after having read them back.
  virtual void finish() {}

  // Whether it has a place for that type at all; a calendar has none for messages. What it does not take is filtered,
  // and no failure. What comes without it: it takes everything.
  virtual bool takes(RecordType /*type*/) const { return true; }

  virtual Durability durability() const { return Durability::each_write; }
  // Whether it surely holds nothing, as far as that can be told without work; asked before anything else, and again
  // after keys(). Without it: nobody notices that an archive is gone which a StateStore knows to be filled.
  virtual bool is_empty() { return false; }
  virtual std::string name() const = 0;
};

}  // namespace smsbackup
