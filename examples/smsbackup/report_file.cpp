#include "report_file.hpp"

#include <fmt/format.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "exit_code.hpp"
#include "file_beside.hpp"
#include "smsbackup/time.hpp"
#include "terminal.hpp"

namespace tool {
namespace {

std::string time_or_null(const std::optional<std::int64_t>& ms) {
  return ms ? fmt::format("\"{}\"", smsbackup::format_iso8601(*ms)) : "null";
}

std::string with_type(std::string_view name, const smsbackup::Stats::PerType& type) {
  return fmt::format(R"("{}":{{"records":{},"incoming":{},"outgoing":{},"undated":{},"oldest":{},"newest":{}}})", name,
                     type.records, type.incoming, type.outgoing, type.undated, time_or_null(type.oldest),
                     time_or_null(type.newest));
}

}  // namespace

void write_report(const std::string& destination, const std::string& json) {
  if (destination.empty()) return;
  if (destination == "-") return print_out(json + "\n");
  FileBeside file("the report", destination);
  file.write(json);
  file.write("\n");
  file.commit();
}

void print_out(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Failure(ExitCode::output, fmt::format("writing to standard output failed: {}", std::strerror(errno)));
  }
}

std::string to_json(const smsbackup::Stats& stats) {
  return fmt::format(
      R"({{{},{},{},"parties":{},"parts":{},"part_bytes":{},"foreign":{},"problems":{},"duplicates":{},"filtered":{}}})",
      with_type("sms", stats.sms), with_type("mms", stats.mms), with_type("call", stats.call), stats.parties,
      stats.parts, stats.part_bytes, stats.foreign, stats.problems, stats.duplicates, stats.filtered);
}

}  // namespace tool
