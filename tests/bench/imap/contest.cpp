#include "contest.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace smsbackup::bench {
namespace {

struct Results {
  std::vector<double> rate;
  std::vector<double> ratio;  // of the bound's rate in the same turn
  std::vector<double> processor;
  double peak_mib = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double told_seconds(const std::string& output) {
  const auto end = output.find_last_not_of('\n');
  const auto begin = output.rfind('\n', end);
  return std::atof(output.c_str() + (begin == output.npos ? 0 : begin + 1));
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 100 ? "%.1f" : "%.0f", value);
  return text;
}

}  // namespace

void run(const Contest& contest, Launcher& launcher, const std::filesystem::path& output) {
  std::vector<Results> results(contest.clients.size());
  for (std::size_t turn = 0; turn < contest.turns; ++turn) {
    for (std::size_t i = 0; i < contest.clients.size(); ++i) {
      const auto& client = contest.clients[i];
      if (client.before) client.before();
      const auto usage = launcher.run(client.command(), output);
      if (client.check) client.check();
      const double seconds = client.tells_time ? told_seconds(usage.output) : usage.seconds;
      auto& result = results[i];
      result.rate.push_back(static_cast<double>(client.messages) / seconds);
      result.ratio.push_back(result.rate.back() / results.front().rate.back());
      result.processor.push_back(usage.processor);
      result.peak_mib = std::max(result.peak_mib, usage.peak_mib);
    }
  }
  std::printf(
      "\n%s\n\n| client | messages/s | range | of the bound | best of best | CPU s | peak MiB "
      "|\n|---|--:|--:|--:|--:|--:|--:|\n",
      contest.title.c_str());
  const double bound = *std::max_element(results.front().rate.begin(), results.front().rate.end());
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    const auto [least, most] = std::minmax_element(result.rate.begin(), result.rate.end());
    std::printf("| %s | %s | %s to %s | %.3g | %.3g | %.2f | %.1f |\n", contest.clients[i].name.c_str(),
                number(median(result.rate)).c_str(), number(*least).c_str(), number(*most).c_str(),
                median(result.ratio), *most / bound, median(result.processor), result.peak_mib);
  }
  std::fflush(stdout);
}

}  // namespace smsbackup::bench
