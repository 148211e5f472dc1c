// Compares two places by content: is everything of `a` in `b`?
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "smsbackup/cancel.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/report.hpp"
#include "smsbackup/sink.hpp"
#include "smsbackup/source.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {

struct VerifyReport {
  Counts sms, mms, call;         // read; duplicate = found in b; failed = missing in b
  std::uint64_t unreadable = 0;  // problems met in a
  std::uint64_t total() const noexcept { return sms.read + mms.read + call.read; }
  std::uint64_t missing() const noexcept { return sms.failed + mms.failed + call.failed; }
  bool all_there() const noexcept { return missing() == 0 && unreadable == 0; }
};

// Calls `on_missing` for each record of `a` that `b` lacks, with its position in `a`. With dedup level off the level is
// taken as exact. Throws what the two places throw, and Error(cancelled).
SMSBACKUP_EXPORT VerifyReport verify(Source& a, Sink& b, const TransferOptions& options = {},
                                     const std::function<void(const Record&, std::string_view)>& on_missing = {},
                                     Observer* observer = nullptr, const CancelToken& cancel = {});

// What a store holds.
struct Stats {
  struct PerType {
    std::uint64_t records = 0;
    std::uint64_t incoming = 0;
    std::uint64_t outgoing = 0;
    std::uint64_t undated = 0;
    std::optional<std::int64_t> oldest;  // ms
    std::optional<std::int64_t> newest;  // ms
  };
  PerType sms, mms, call;
  std::uint64_t parties = 0;  // different ones, by address_bucket()
  std::uint64_t parts = 0;    // MMS parts
  std::uint64_t part_bytes = 0;
  std::uint64_t foreign = 0;
  std::uint64_t problems = 0;
  std::uint64_t duplicates = 0;  // records that another one in the store repeats, by `dedup`
  std::uint64_t filtered = 0;
};
// Throws what the source throws, and Error(cancelled).
SMSBACKUP_EXPORT Stats stats(Source& source, const TransferOptions& options = {}, Observer* observer = nullptr,
                             const CancelToken& cancel = {});

}  // namespace smsbackup
