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
  virtual bool wants_explanations() const { return false; }
};

struct TransferOptions {
  Query query;
  DedupPolicy dedup;
  bool dry_run = false;                   // reads and decides, writes nothing
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
struct BackupOptions : TransferOptions {
  bool drafts = false;
};
SMSBACKUP_EXPORT Report backup(Source& phone, Sink& archive, const BackupOptions& options = {},
                               Observer* observer = nullptr, const CancelToken& cancel = {});

// From an archive onto a phone. Nothing is ever put where a phone would send it: drafts, outbox and queued messages
// become `failed`, or are left out and counted as filtered. The subscription of another phone becomes -1.
struct RestoreOptions : TransferOptions {
  enum class Unsent : std::uint8_t { as_failed, skip } unsent = Unsent::as_failed;
  bool keep_sub_id = false;
  bool mark_as_read = false;
};
SMSBACKUP_EXPORT Report restore(Source& archive, Sink& phone, const RestoreOptions& options = {},
                                Observer* observer = nullptr, const CancelToken& cancel = {});

}  // namespace smsbackup
