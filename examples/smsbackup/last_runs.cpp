#include "last_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "places.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/state_file.hpp"
#include "smsbackup/time.hpp"
#include "state_files.hpp"
#include "terminal.hpp"

namespace tool {

std::vector<smsbackup::StateRun> last_runs_of(const Arguments& arguments, const std::string& store, Console& console) {
  std::vector<std::filesystem::path> files = {arguments.state};
  if (arguments.state.empty()) files = default_state_files_of(identity_of(store));
  std::vector<smsbackup::StateRun> runs;
  for (const std::filesystem::path& file : files) {
    try {
      const auto of_file = smsbackup::last_runs_in_state_file(file);
      runs.insert(runs.end(), of_file.begin(), of_file.end());
    } catch (const smsbackup::Error& error) {
      console.print(describe(error));
    }
  }
  std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.started > b.started; });
  return runs;
}

std::string last_run_text(const smsbackup::StateRun& run) {
  std::string text = smsbackup::format_iso8601(run.started);
  if (!run.finished) return text + ", did not come to its end; the next one looks for what it left";
  text += run.complete ? ", complete: " : ", not complete: ";
  text += fmt::format("{} written, {} there already", grouped(run.counts.written), grouped(run.counts.duplicate));
  if (run.counts.filtered > 0) text += fmt::format(", {} left out", grouped(run.counts.filtered));
  if (run.counts.failed > 0) text += fmt::format(", {} failed", grouped(run.counts.failed));
  return text;
}

std::string last_runs_json(const std::vector<smsbackup::StateRun>& runs) {
  std::string json = "[";
  for (const smsbackup::StateRun& run : runs) {
    const auto time = [](std::int64_t ms) { return '"' + smsbackup::format_iso8601(ms) + '"'; };
    json += fmt::format(
        R"({}{{"started":{},"finished":{},"complete":{},"read":{},"filtered":{},"duplicate":{},"written":{},"failed":{}}})",
        json.size() > 1 ? "," : "", time(run.started), run.finished ? time(*run.finished) : "null", run.complete,
        run.counts.read, run.counts.filtered, run.counts.duplicate, run.counts.written, run.counts.failed);
  }
  return json + "]";
}

}  // namespace tool
