// The sources as the pipeline sees them: every record that the query wants, with where it was, and a word about
// everything else.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "smsbackup/cancel.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/source.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::engine {

// Told what is met, in the order of the sources. What it throws ends the reading.
class Reader {
 public:
  virtual ~Reader() = default;
  // What comes now is of that source.
  virtual void on_source(Source&) {}
  virtual void on_record(Record record, const std::string& position) = 0;
  // A record that was read and that the query leaves out.
  virtual void on_filtered(RecordType type) = 0;
  // Rows that the source left out by itself, because of the query or as known already, and what is not ours.
  virtual void on_skipped(std::uint64_t filtered, std::uint64_t known, std::uint64_t foreign) = 0;
  virtual void on_problem(Problem problem) = 0;
  virtual void after_batch(const Position& position) = 0;
};

// The query as a source may see it: without what it can't check.
Query pushed_down(const Query& query);

// Reads one source after the other; `first` is a cursor of the first one for that `pushed` query. With Query::newest
// the sources are read twice, so that only dates are kept in memory; one that can't be opened again is read once, and
// as many of its records are kept. Throws Error(cancelled) when cancelled.
void read_all(std::span<Source* const> sources, std::unique_ptr<Cursor> first, const Query& pushed,
              const TransferOptions& options, const CancelToken& cancel, Reader& reader);

}  // namespace smsbackup::engine
