// A StateStore remembers which records of a phone are in its archive, so that the next backup looks at new ones only.
//
// It holds one fingerprint for each record that is done, and no date: a record that arrives late with an older date is
// as new as any other, and one dated in the future stops nothing. One state belongs to one phone and one archive.
// It saves work and is never needed: without it a backup asks the archive what is there, and nothing is doubled.
//
// Used by one thread at a time, and by one run at a time. docs/state.md has the whole story.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "smsbackup/export.hpp"
#include "smsbackup/key.hpp"
#include "smsbackup/record.hpp"
#include "smsbackup/report.hpp"

namespace smsbackup {

// One run as the state knows it: saved when it begins, and again when it ends.
struct StateRun {
  std::int64_t started = 0;              // ms
  std::optional<std::int64_t> finished;  // ms; nothing: it is going on, or was killed
  bool complete = false;                 // Report::complete()
  Counts counts;                         // Report::total()
  std::uint64_t runs_before = 0;         // those that came to their end, complete or not
  // Of the fingerprints, how many were marked without a look at the archive: the ones of a first run that skips.
  std::uint64_t skipped = 0;

  friend bool operator==(const StateRun&, const StateRun&) = default;
};

class SMSBACKUP_EXPORT StateStore {
 public:
  using Visitor = std::function<void(const Digest&)>;

  virtual ~StateStore();

  // Visits all fingerprints that were marked, in any order; one may come more than once. What the visitor throws ends
  // the visit and reaches the caller. Throws Error(corrupt_input) if the state is damaged.
  virtual void visit_done(const Visitor& visit) = 0;

  // Adds fingerprints: all of them or none, and durable on return. Marking one again changes nothing.
  // Throws Error(no_space) or Error(io).
  virtual void mark_done(std::span<const Digest> fingerprints) = 0;

  // The last run that was saved; nothing if none ever was.
  virtual std::optional<StateRun> last_run() = 0;
  // Takes the place of the last one; durable on return. Throws as mark_done().
  virtual void save_run(const StateRun& run) = 0;

  // Forgets all fingerprints and the last run. The next backup is a first one.
  virtual void reset() = 0;
};

// Forgets everything when it goes: for tests, and for hosts that save the fingerprints themselves.
class SMSBACKUP_EXPORT MemoryStateStore final : public StateStore {
 public:
  MemoryStateStore();
  ~MemoryStateStore() override;

  const std::set<Digest>& done() const noexcept { return done_; }

  void visit_done(const Visitor& visit) override;
  void mark_done(std::span<const Digest> fingerprints) override;
  std::optional<StateRun> last_run() override { return last_run_; }
  void save_run(const StateRun& run) override { last_run_ = run; }
  void reset() override;

 private:
  std::set<Digest> done_;
  std::optional<StateRun> last_run_;
};

// What a state knows a record by: its type and box, exact date, parties, texts, message id, and its parts' types, names
// and sizes. Not the bytes of parts, which would have to be read, nor what changes while the record stays the same
// (read, seen, locked, status) or differs when it comes back from an archive (row ids, threads, subscriptions).
// A record that changes otherwise has another fingerprint: it is looked up in the archive.
SMSBACKUP_EXPORT Digest state_fingerprint(const Record& record);

// A name for the state of one phone and one archive that tells neither: a digest of both.
SMSBACKUP_EXPORT Digest state_name(std::string_view phone, std::string_view archive);

}  // namespace smsbackup
