// A program run to its end, from the outside: what it printed, and how it ended.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace smsbackup::test {

struct Ended {
  int code = -1;     // of exit(); -1 when a signal ended it
  int signal = 0;    // 0: none
  std::string said;  // on both streams
};

// Runs it in that folder, without standard input. `environment` is added to our own ("NAME=value").
Ended run_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                  const std::vector<std::string>& environment = {});

}  // namespace smsbackup::test
