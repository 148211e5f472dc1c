// Compares two places by content: what of `a` is missing or changed in `b`, and what does only `b` have?
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "smsbackup/cancel.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/report.hpp"
#include "smsbackup/source.hpp"
#include "smsbackup/store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {

// One record in which a and b differ. Holds nothing that the record says.
struct SMSBACKUP_EXPORT Difference {
  enum class Kind : std::uint8_t { missing, changed, extra } kind = Kind::missing;
  RecordType type = RecordType::sms;
  Direction direction = Direction::unknown;
  std::optional<std::int64_t> date;  // ms; as a has it, of an extra one as b has it
  std::string in_a;                  // where it is in a; "" of an extra one
  std::string in_b;                  // where it is in b; "" of a missing one
  // Of a changed one, for people: "text", "subject", "parts", "number of parts", "duration", "kind of call",
  // "message id", "milliseconds", "spelling of the number", or else "content".
  std::vector<std::string> what;

  // One JSON object, documented in docs/report.md.
  std::string to_json() const;
};

struct SMSBACKUP_EXPORT VerifyReport {
  struct PerType {
    std::uint64_t compared = 0;  // records of a; found + changed + missing
    std::uint64_t found = 0;     // in b, too
    std::uint64_t changed = 0;   // b has one of the same type, direction, second and parties, but with another content
    std::uint64_t missing = 0;   // b has nothing like it
    std::uint64_t extra = 0;     // in b only; what counts as changed does not count here
    friend bool operator==(const PerType&, const PerType&) = default;
  };
  PerType sms, mms, call;
  std::uint64_t unreadable = 0;       // records of a that can't be read
  std::uint64_t unreadable_in_b = 0;  // of b

  static constexpr std::size_t max_differences = 1000;
  std::vector<Difference> differences;  // the first max_differences
  std::uint64_t differences_total = 0;  // all

  PerType& of(RecordType type) noexcept;
  PerType total() const noexcept;
  // Everything of a is in b, unchanged.
  bool all_there() const noexcept { return total().changed == 0 && total().missing == 0 && unreadable == 0; }
  // And nothing else is.
  bool same() const noexcept { return all_there() && total().extra == 0 && unreadable_in_b == 0; }

  // One JSON object, documented in docs/report.md. Holds no private data.
  std::string to_json() const;
};

// Compares by `options.dedup`; level off is taken as exact. Both are read: a once, b's keys and then what of b is not
// in a, so b must be reopenable(). Memory is bounded by the two key indexes and eight bytes for each record of b; a
// changed or perhaps changed record takes about 200 bytes more while b is read. A record that a or b holds twice counts
// as found twice if the other one holds it at all.
//
// `on_difference` is called in the order of a for what is missing beyond doubt, then in the order of b for what changed
// or is extra, then in the order of a for what turned out to be missing. Throws what the two places throw,
// Error(unsupported) when b can be read once only, and Error(cancelled).
SMSBACKUP_EXPORT VerifyReport verify(Source& a, Store& b, const TransferOptions& options = {},
                                     const std::function<void(const Difference&)>& on_difference = {},
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
