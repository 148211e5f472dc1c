// What the command tells the shell (docs/tool.md). When several apply, the first of this order wins:
// usage, output, cancelled, input, damaged, incomplete, done.
#pragma once

#include <stdexcept>
#include <string>

namespace tool {

enum class ExitCode : int {
  done = 0,
  incomplete = 1,  // records were refused by the output, or `verify` found some missing
  usage = 2,       // the command line makes no sense; nothing was touched
  input = 3,       // an input can't be read: not there, no permission, empty, of no known format
  output = 4,      // the output or the report can't be written
  damaged = 5,     // an input is cut off or damaged; what was good is kept
  internal = 70,   // a bug
  cancelled = 130  // Ctrl-C or SIGTERM; what was written is usable
};

// Ends the command with a message for people and an exit code.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

}  // namespace tool
