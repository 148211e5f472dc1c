// Standard error, which the progress line shares with log messages and explanations: a message goes above the line.
// Any thread may use it.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "terminal.hpp"

namespace tool {

class Console {
 public:
  Console();

  const Terminal& terminal() const noexcept { return terminal_; }

  // One line, above the status.
  void print(std::string_view line);
  // Redraws the line at the bottom; only on an interactive terminal.
  void set_status(std::string line);
  // Leaves the status where it is; what comes next goes below it.
  void keep_status();

 private:
  Terminal terminal_;
  std::mutex mutex_;
  std::string status_;
};

}  // namespace tool
