// The one pipeline: Source -> filter -> dedup -> Sink. Backup, restore, copying and merging are thin policies on it.
//
// Runs on the calling thread. Memory is bounded by a batch and the key index, whatever the size of the archive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "smsbackup/cancel.hpp"
#include "smsbackup/contacts.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/report.hpp"
#include "smsbackup/sink.hpp"
#include "smsbackup/source.hpp"
#include "smsbackup/state_store.hpp"
#include "smsbackup/time.hpp"

namespace smsbackup {

struct Progress {
  enum class Stage : std::uint8_t { reading_keys, copying, finishing } stage = Stage::copying;
  Counts counts;            // so far
  Position position;        // in the current source
  std::string_view source;  // its name()
  std::uint64_t keys = 0;   // known to be in the sink
};

// Told what happens, on the thread that runs the transfer. Exceptions end the run and reach its caller unchanged.
class SMSBACKUP_EXPORT Observer {
 public:
  virtual ~Observer();
  virtual void on_progress(const Progress&) {}  // after each batch
  virtual void on_problem(const Problem&) {}    // with the raw bytes
  // A record that was not written because it is there already. `position` says where it was in the source.
  virtual void on_duplicate(const Record&, const Finding&, std::string_view /*position*/) {}
  // Whether findings say in words why, and where the kept one is. That takes about 40 bytes more for each record in the
  // sink, and the text of its position; and every record of the sources is read, known or not.
  virtual bool wants_explanations() const { return false; }
};

// One JSON object each, for a log of what did not reach the sink: a record that repeats another, and one that could not
// be read or written. Documented in docs/report.md. They hold nothing that the record says.
SMSBACKUP_EXPORT std::string duplicate_to_json(const Record& record, const Finding& finding, std::string_view position);
SMSBACKUP_EXPORT std::string problem_to_json(const Problem& problem);

struct TransferOptions {
  Query query;
  DedupPolicy dedup;
  bool dry_run = false;  // reads and decides, writes nothing
  // Stops when that many are written and another one would be: Report::limited. What is left was not counted as read.
  std::optional<std::uint64_t> limit;
  std::shared_ptr<ContactBook> contacts;  // for Query::contact_group
  // A folder that takes the raw bytes of each Problem, beside a note of what is wrong; made when needed.
  std::optional<std::filesystem::path> quarantine;
  Clock clock = system_clock();
};

// Copies. Throws only when nothing could be started (the source can't be opened, the sink's keys can't be read); an
// Error later on ends the run: what is written until then is finished if the sink can, and the report says what ended
// it. Cancelling does the same.
//
// A sink that is durable at finish only (Durability::at_finish) is not finished when its own write() failed, for it may
// hold half a record, nor when nothing was written before the run ended early: its file then stays what it was.
SMSBACKUP_EXPORT Report transfer(Source& source, Sink& sink, const TransferOptions& options = {},
                                 Observer* observer = nullptr, const CancelToken& cancel = {});

// Several sources into one sink, one after the other, deduplicated across all of them.
SMSBACKUP_EXPORT Report transfer(std::span<Source* const> sources, Sink& sink, const TransferOptions& options = {},
                                 Observer* observer = nullptr, const CancelToken& cancel = {});

// From a phone into an archive: drafts stay on the phone, as with SMS Backup+, unless asked for. Delivery and read
// reports of MMS (rows of another m_type than the three of MmsMessageType) are no messages and stay, too. Both count as
// filtered.
//
// With a state, records that it knows to be done count as duplicates (and in Report::remembered) without a look at the
// archive, which is asked for its keys only when there is another record: a run with nothing new does not touch it. So
// what was deleted from the archive stays deleted. A record is done when it is durable in the archive, written by this
// run or found there; what a filter left out, or failed, is not. A run that was killed, or could not write its state,
// is made up for by the next one: it looks for what the state does not know in the archive.
//
// Throws what the state throws when it can't be read, and Error(not_found) if the state says that there are records in
// an archive that surely holds none (Sink::is_empty): a disk that is not mounted, or an archive that has to begin anew.
struct BackupOptions : TransferOptions {
  bool drafts = false;
  StateStore* state = nullptr;  // of this phone and this archive; not owned; may be null
  // What the first run with a state does: backs everything up, or marks everything as done without writing it. It
  // counts as filtered then, and the archive is not touched.
  enum class FirstRun : std::uint8_t { backup, skip } first_run = FirstRun::backup;
};
SMSBACKUP_EXPORT Report backup(Source& phone, Sink& archive, const BackupOptions& options = {},
                               Observer* observer = nullptr, const CancelToken& cancel = {});

// From an archive onto a phone. Nothing is ever put where a phone would send it: drafts, outbox and queued messages
// become `failed`, or are left out and counted as filtered. The subscription of another phone becomes -1.
struct RestoreOptions : TransferOptions {
  enum class Unsent : std::uint8_t { as_failed, skip } unsent = Unsent::as_failed;
  bool keep_sub_id = false;
  bool mark_as_read = false;
  // Of this phone and this archive; not owned; may be null. What is written onto the phone is done, so the next backup
  // does not back it up again. What the phone has already is looked at as without a state.
  StateStore* state = nullptr;
};
SMSBACKUP_EXPORT Report restore(Source& archive, Sink& phone, const RestoreOptions& options = {},
                                Observer* observer = nullptr, const CancelToken& cancel = {});

}  // namespace smsbackup
