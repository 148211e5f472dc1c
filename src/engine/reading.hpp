// One pass over a source as the pipeline sees it: every record that the query wants, with where it was, and a word
// about everything else.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "smsbackup/cancel.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/source.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::engine {

// Told what is met, in the order of the source. What it throws ends the pass.
class Reader {
 public:
  virtual ~Reader() = default;
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

// Reads all of a source, from a cursor for that `pushed` query. With Query::newest the source is read twice, so that
// only dates are kept in memory; one that can't be opened again is read once, and the wanted records are kept.
// Throws Error(cancelled) when cancelled.
void read_all(Source& source, std::unique_ptr<Cursor> cursor, const Query& pushed, const TransferOptions& options,
              const CancelToken& cancel, Reader& reader);

}  // namespace smsbackup::engine
