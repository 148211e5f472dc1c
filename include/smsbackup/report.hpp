// A Report says exactly what a run did. Its counts always add up, for each type and in total:
// read = filtered + duplicate + written + failed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/problem.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

struct Counts {
  std::uint64_t read = 0;       // met in the source, readable or not
  std::uint64_t filtered = 0;   // left out because of the query
  std::uint64_t duplicate = 0;  // there already
  std::uint64_t written = 0;    // durable in the sink; in a dry run: would have been written
  // Not readable, or refused by the sink: one Problem each. Or on its way when an Error ended the run: Report::error.
  std::uint64_t failed = 0;

  SMSBACKUP_EXPORT Counts& operator+=(const Counts& other) noexcept;
  bool adds_up() const noexcept { return read == filtered + duplicate + written + failed; }
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct SMSBACKUP_EXPORT Report {
  Counts sms;
  Counts mms;
  Counts call;
  Counts
      unknown;  // of rows so damaged that not even the type is known, and rows that the source filtered before looking
  std::uint64_t foreign = 0;   // what is not ours in the source: other people's mail
  std::uint64_t repaired = 0;  // records that were read in spite of damage: one Problem each, but not failed
  // Of the duplicates: those that the state knew to be done, so that nobody looked for them in the sink.
  std::uint64_t remembered = 0;

  bool dry_run = false;
  bool cancelled = false;            // stopped early by the host; what is written is good
  bool limited = false;              // stopped at TransferOptions::limit, with more to do
  std::optional<std::string> error;  // what ended the run early, for people
  std::int64_t started = 0;          // ms
  std::int64_t finished = 0;         // ms

  static constexpr std::size_t max_problems = 1000;
  std::vector<Problem> problems;     // the first max_problems, without their raw bytes
  std::uint64_t problems_total = 0;  // all

  Counts& of(RecordType type) noexcept;
  const Counts& of(RecordType type) const noexcept;
  Counts total() const noexcept;
  bool adds_up() const noexcept;
  // Whether everything that was asked for is in the sink now.
  bool complete() const noexcept { return !cancelled && !limited && !error && total().failed == 0; }

  // One JSON object, documented in docs/report.md. Holds no private data.
  std::string to_json() const;
};

}  // namespace smsbackup
