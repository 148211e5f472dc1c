// Runs programs and says what they took.
//
// A process starts with the peak memory of whoever made it, so a small process, split off before this one grows, does
// the starting.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace smsbackup::bench {

struct Command {
  std::vector<std::string> words;
  std::vector<std::string> environment;  // "NAME=value", added to our own
};

struct Usage {
  double seconds = 0;    // from its start to its end
  double processor = 0;  // seconds, system and user
  double peak_mib = 0;   // resident, at most
  std::string output;    // what it printed, errors too
};

class Launcher {
 public:
  // Before the first thread, and before anything large is in memory.
  Launcher();
  ~Launcher();
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  // Throws std::runtime_error with what it printed when it fails.
  Usage run(const Command& command, const std::filesystem::path& output);

 private:
  pid_t child_ = -1;
  int requests_ = -1;
  int answers_ = -1;
};

}  // namespace smsbackup::bench
