// Reports for people: a table, what went wrong, and one sentence that says how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "smsbackup/report.hpp"
#include "smsbackup/verify.hpp"
#include "terminal.hpp"
#include "watched_store.hpp"

namespace tool {

// What a report doesn't say about a run.
struct RunNotes {
  std::optional<std::int64_t> interrupted;  // when the last run began, if it did not come to its end
  std::uint64_t skipped = 0;                // records that now count as done, as a first run skips them
  std::optional<std::uint64_t> limit;
};

std::string report_text(const smsbackup::Report& report, const RunNotes& notes, const Trouble& trouble,
                        const std::string& output, const Terminal& terminal);
// One sentence on what merging that many inputs came to.
std::string merge_text(const smsbackup::Report& report, std::size_t inputs, const std::string& log);
std::string verify_text(const smsbackup::VerifyReport& report, const Trouble& trouble, const std::string& a,
                        const std::string& b, bool both_ways, const Terminal& terminal);
std::string stats_text(const smsbackup::Stats& stats, const Terminal& terminal);

// "1 record", "2,000 records"
std::string counted(std::uint64_t number, const std::string& thing);

}  // namespace tool
