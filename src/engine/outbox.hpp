// What is on its way to the sink: records that wait for a batch to be full, and those that the sink was given and has
// not answered for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "smsbackup/key.hpp"
#include "smsbackup/sink.hpp"

namespace smsbackup::engine {

// What to mark a record with in the state, once it is done. Nothing: no state, or marked already.
using Mark = std::optional<Digest>;

class Outbox {
 public:
  struct Sent {
    Record record;
    Mark mark;
    Outcome outcome;
  };

  explicit Outbox(Sink& sink) : sink_(sink) {}

  void add(Record record, Mark mark);
  bool full() const noexcept;
  std::size_t size() const noexcept { return waiting_.size() + given_.size(); }
  bool has_waiting() const noexcept { return !waiting_.empty(); }
  bool has_given() const noexcept { return !given_.empty(); }
  // Whether something of the same second is in it, so that a duplicate may be one of that.
  bool may_hold_one_like(const Record& record) const { return seconds_.count(second_of(record)) != 0; }

  // Gives the sink what waits, and returns what is known by now. Throws what the sink throws; then only give_up() is
  // left to be called.
  std::vector<Sent> send();
  // Returns the rest of what the sink was given.
  std::vector<Sent> settle();
  // The same after an exception of the sink: what it does not know to be written was not.
  std::vector<Sent> give_up() noexcept;

 private:
  static std::int64_t second_of(const Record& record);
  std::vector<Sent> answered(Outcomes outcomes);

  Sink& sink_;
  std::vector<Record> waiting_;
  std::vector<Mark> waiting_marks_;
  std::size_t waiting_bytes_ = 0;
  std::deque<Record> given_;
  std::deque<Mark> given_marks_;
  std::multiset<std::int64_t> seconds_;  // of both
};

// Why the sink refused the record, with the record as JSON for a quarantine if somebody wants it.
Problem problem_of(Outcome outcome, const Record& record, const Sink& sink, bool with_raw);

}  // namespace smsbackup::engine
