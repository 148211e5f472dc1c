// What a run does with its StateStore: asks which records are done, and marks those that are from now on.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/done_records.hpp"
#include "smsbackup/report.hpp"
#include "smsbackup/state_store.hpp"

namespace smsbackup::engine {

class RunState {
 public:
  explicit RunState(StateStore& store) : store_(store) {}

  // Reads the state; `on_mark` is called now and then, and may throw.
  void read(const std::function<void()>& on_mark);
  // Whether nothing is done yet, and no run ever came to its end.
  bool is_first_run() const noexcept { return first_; }
  // Whether the archive should hold something: more is done than a first run has skipped.
  bool expects_an_archive() const noexcept { return done_.size() > run_.skipped; }

  DoneRecords::Answer meet(const Record& record) { return done_.meet(state_fingerprint(record)); }

  // From here on it writes. Marks are gathered and written together.
  void begin(std::int64_t now);
  void mark(const Digest& fingerprint);
  bool has_many_marks() const noexcept;
  void flush();
  // flush() for a first run that marks everything without looking at the archive.
  void flush_skipped();
  // However the run ended: its last word.
  void end(std::int64_t now, const Report& report, bool complete);

 private:
  StateStore& store_;
  DoneRecords done_;
  StateRun run_;
  bool first_ = true;
  bool begun_ = false;
  bool broken_ = false;  // a mark could not be written; there is no second try
  std::vector<Digest> marked_;
};

}  // namespace smsbackup::engine
