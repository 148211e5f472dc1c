#include "report_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "places.hpp"
#include "smsbackup/time.hpp"
#include "table.hpp"

namespace tool {
namespace {

using smsbackup::Counts;
using smsbackup::Report;

constexpr std::size_t problems_shown = 10;

struct Ending {
  Colour colour;
  std::string sentence;
};

Ending ending_of(const Report& report, const RunNotes& notes, const Trouble& trouble, const std::string& output) {
  const Counts total = report.total();
  const std::string verb = report.dry_run ? "would be written" : total.written == 1 ? "was written" : "were written";
  const std::string kept = fmt::format("{} {}", counted(total.written, "record"), verb);
  if (trouble.writing) return {Colour::red, fmt::format("Failed: not everything could be written; {}.", kept)};
  if (report.cancelled) {
    return {Colour::yellow, fmt::format("Stopped: {}, and {} is usable. Run it again to go on.", kept, output)};
  }
  if (trouble.cut_off) {
    return {Colour::yellow,
            fmt::format("Incomplete: the input ends in the middle; {} before the cut {} kept.",
                        counted(total.read - total.failed, "record"), total.read - total.failed == 1 ? "was" : "were")};
  }
  if (report.error) return {Colour::red, fmt::format("Incomplete: the input could not be read to its end; {}.", kept)};
  if (trouble.unreadable > 0 || trouble.refused > 0) {
    return {Colour::yellow,
            fmt::format("Incomplete: {} could not be {}; {}.", counted(trouble.unreadable + trouble.refused, "record"),
                        trouble.refused == 0      ? "read"
                        : trouble.unreadable == 0 ? "written"
                                                  : "read or written",
                        kept)};
  }
  if (report.limited) {
    return {Colour::yellow, fmt::format("Stopped at the limit of {}: {}. Run it again to go on.",
                                        counted(notes.limit.value_or(0), "record"), kept)};
  }
  if (notes.skipped > 0) {
    return {Colour::green,
            fmt::format("{} counted as done from now on, and nothing was written, as asked. The next run backs up "
                        "what is new.",
                        notes.skipped == 1 ? "1 record is" : grouped(notes.skipped) + " records are")};
  }
  if (report.dry_run) return {Colour::green, fmt::format("Dry run: {}; nothing was changed.", kept)};
  if (total.read == 0) return {Colour::green, "There was nothing to copy."};
  if (total.read == total.filtered) return {Colour::green, "Nothing matched; nothing was written."};
  if (total.written == 0) return {Colour::green, fmt::format("Nothing new: everything was in {} already.", output)};
  return {Colour::green, fmt::format("Everything is in {}.", output)};
}

std::string problem_lines(const Report& report, const Terminal& terminal) {
  std::string out;
  const std::size_t shown = std::min(report.problems.size(), problems_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const smsbackup::Problem& problem = report.problems[i];
    out += fmt::format("  {} {}: {}\n", paint(terminal, problem.record_kept ? Colour::yellow : Colour::red, "!"),
                       printable(problem.where), printable(problem.why));
  }
  if (report.problems_total > shown) {
    out += fmt::format("  … and {} more\n", grouped(report.problems_total - shown));
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace

std::string counted(std::uint64_t number, const std::string& thing) {
  return fmt::format("{} {}{}", grouped(number), thing, number == 1 ? "" : "s");
}

std::string report_text(const Report& report, const RunNotes& notes, const Trouble& trouble, const std::string& output,
                        const Terminal& terminal) {
  Table table({"read", "filtered", "duplicate", report.dry_run ? "would write" : "written", "failed"});
  const auto add = [&table](const char* title, const Counts& counts) {
    table.add_row(title, {count_cell(counts.read), count_cell(counts.filtered), count_cell(counts.duplicate),
                          count_cell(counts.written, Colour::green), count_cell(counts.failed, Colour::red)});
  };
  const Counts total = report.total();
  add("SMS", report.sms);
  add("MMS", report.mms);
  add("Calls", report.call);
  if (report.unknown.read > 0) add("Other", report.unknown);
  add("Total", total);

  std::string out = table.text(terminal) + "\n" + problem_lines(report, terminal);
  if (report.repaired > 0) {
    out += fmt::format("  {} read in spite of damage.\n", counted(report.repaired, "record"));
  }
  if (report.foreign > 0) out += fmt::format("  {} left alone.\n", counted(report.foreign, "other mail"));
  if (report.remembered > 0) {
    out += fmt::format("  {} done by earlier runs and not looked up.\n", counted(report.remembered, "record"));
  }
  if (notes.interrupted) {
    out += fmt::format("  The last run, of {}, did not come to its end; this one looked for what it left.\n",
                       smsbackup::format_iso8601(*notes.interrupted));
  }
  const double seconds = static_cast<double>(std::max<std::int64_t>(1, report.finished - report.started)) / 1000;
  out += fmt::format("  {} in {:.2f} s, {} a second\n", counted(total.read, "record"), seconds,
                     grouped(static_cast<std::uint64_t>(static_cast<double>(total.read) / seconds)));
  const Ending ending = ending_of(report, notes, trouble, printable(output));
  return out + fmt::format("  {}\n", paint(terminal, ending.colour, ending.sentence));
}

std::string merge_text(const Report& report, std::size_t inputs, const std::string& log) {
  const Counts total = report.total();
  std::string text = fmt::format("  {} held {}; {} repeated another and {} left out", counted(inputs, "input"),
                                 counted(total.read - total.filtered - total.failed, "record"),
                                 grouped(total.duplicate), total.duplicate == 1 ? "was" : "were");
  if (!log.empty()) text += fmt::format(", {} says where and why", printable(log));
  return text + ".\n";
}

namespace {

Ending ending_of(const smsbackup::VerifyReport& report, const Trouble& trouble, const std::string& a,
                 const std::string& b, bool both_ways) {
  const smsbackup::VerifyReport::PerType total = report.total();
  std::string sentence;
  const auto add = [&sentence](const std::string& words) { sentence += (sentence.empty() ? "" : "; ") + words; };
  const auto is = [](std::uint64_t number) { return number == 1 ? "is" : "are"; };
  if (total.missing > 0) {
    add(fmt::format("{} of {} {} missing in {}", counted(total.missing, "record"), a, is(total.missing), b));
  }
  if (total.changed > 0) {
    add(fmt::format("{} of {} {} changed in {}", counted(total.changed, "record"), a, is(total.changed), b));
  }
  if (both_ways && total.extra > 0) {
    add(fmt::format("{} {} in {} only", counted(total.extra, "record"), is(total.extra), b));
  }
  if (!sentence.empty()) return {Colour::red, sentence + "."};
  if (report.unreadable > 0) {
    return {Colour::yellow,
            fmt::format("What could be read of {} is in {}, but {}.", a, b,
                        trouble.cut_off ? "the input ends in the middle"
                                        : fmt::format("{} could not be read", counted(report.unreadable, "record")))};
  }
  if (report.same()) return {Colour::green, fmt::format("Everything of {} is in {}, and nothing else.", a, b)};
  if (total.extra > 0) {
    return {Colour::green, fmt::format("Everything of {} is in {}, which has {} more.", a, b, grouped(total.extra))};
  }
  return {Colour::green, fmt::format("Everything of {} is in {}.", a, b)};
}

}  // namespace

std::string verify_text(const smsbackup::VerifyReport& report, const Trouble& trouble, const std::string& a,
                        const std::string& b, bool both_ways, const Terminal& terminal) {
  Table table({"compared", "found", "changed", "missing", "extra"});
  const auto add = [&](const char* title, const smsbackup::VerifyReport::PerType& counts) {
    table.add_row(title, {count_cell(counts.compared), count_cell(counts.found, Colour::green),
                          count_cell(counts.changed, Colour::red), count_cell(counts.missing, Colour::red),
                          count_cell(counts.extra, both_ways ? Colour::red : Colour::none)});
  };
  add("SMS", report.sms);
  add("MMS", report.mms);
  add("Calls", report.call);
  add("Total", report.total());
  const Ending ending = ending_of(report, trouble, printable(a), printable(b), both_ways);
  return table.text(terminal) + fmt::format("\n  {}\n", paint(terminal, ending.colour, ending.sentence));
}

std::string stats_text(const smsbackup::Stats& stats, const Terminal& terminal) {
  Table table({"records", "incoming", "outgoing", "oldest", "newest"});
  const auto day = [](const std::optional<std::int64_t>& ms) {
    return ms ? Cell{smsbackup::format_iso8601(*ms).substr(0, 10)} : Cell{"-", Colour::dim};
  };
  const auto add = [&](const char* title, const smsbackup::Stats::PerType& type) {
    table.add_row(title, {count_cell(type.records), count_cell(type.incoming), count_cell(type.outgoing),
                          day(type.oldest), day(type.newest)});
  };
  add("SMS", stats.sms);
  add("MMS", stats.mms);
  add("Calls", stats.call);

  std::string out = table.text(terminal) + "\n";
  out += fmt::format("  with {} different {}", grouped(stats.parties), stats.parties == 1 ? "party" : "parties");
  if (stats.parts > 0)
    out += fmt::format(", {} of {}", counted(stats.parts, "MMS part"), human_bytes(stats.part_bytes));
  out += ".\n";
  const std::uint64_t undated = stats.sms.undated + stats.mms.undated + stats.call.undated;
  if (undated > 0) out += fmt::format("  {} without a date.\n", counted(undated, "record"));
  if (stats.filtered > 0) out += fmt::format("  {} not counted, as asked.\n", counted(stats.filtered, "record"));
  if (stats.duplicates > 0) {
    out += fmt::format("  {} {} another one of the store.\n", counted(stats.duplicates, "record"),
                       stats.duplicates == 1 ? "repeats" : "repeat");
  }
  if (stats.foreign > 0) out += fmt::format("  {} left alone.\n", counted(stats.foreign, "other mail"));
  if (stats.problems > 0) {
    out +=
        fmt::format("  {}\n", paint(terminal, Colour::yellow, counted(stats.problems, "problem") + " while reading."));
  }
  return out;
}

}  // namespace tool
