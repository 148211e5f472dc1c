// A Problem is one record that could not be read or written: where it is, why, and its raw bytes for a quarantine.
// It stands beside the good records; it never aborts them and is never skipped silently.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "smsbackup/blob.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

struct Problem {
  ErrorCode code = ErrorCode::corrupt_input;
  std::string where;                    // "sms.xml, row 12, byte 3456": for people, without private data
  std::string why;                      // what is wrong and what was done about it, without private data
  std::optional<RecordType> type;       // where that much is known
  std::optional<std::uint64_t> offset;  // in the input
  Blob raw;                             // the record's bytes, or as many as Limits::problem_raw; private
  bool raw_is_complete = true;
  bool record_kept = false;  // the record was read all the same (damage that was repaired): it does not count as failed
};

}  // namespace smsbackup
