// What a store does that has no index: its keys are those of all its records.
#pragma once

#include "smsbackup/dedup.hpp"
#include "smsbackup/sink.hpp"
#include "smsbackup/source.hpp"

namespace smsbackup::stores {

// Of a file that is not there yet.
class NoRecords final : public Cursor {
 public:
  bool next(Batch&) override { return false; }
};

inline void visit_all_keys(Cursor& cursor, const DedupPolicy& policy, const Sink::KeyVisitor& visit) {
  for (Batch batch; cursor.next(batch); batch.clear()) {
    for (const Record& record : batch.records) visit(key_of(record, policy.level, policy.own_numbers));
  }
}

}  // namespace smsbackup::stores
