// The progress line:  Copying  ███████████░░░░░░░░░  54%  108,000 records  9,800/s  0:12 left
//
// Drawn on standard error at most ten times a second, and as wide as the terminal is at that moment. Where standard
// error is no terminal it is silent, unless it was asked for: then each stage ends with one plain line.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "arguments.hpp"
#include "console.hpp"
#include "smsbackup/transfer.hpp"

namespace tool {

class ProgressLine {
 public:
  // `work` is what is done with the sources: "Copying".
  ProgressLine(Console& console, ProgressMode mode, std::string work, std::size_t sources = 1);

  void update(const smsbackup::Progress& progress);
  // The last state stays on the screen. `complete`: the work is done, whatever the last position said.
  void close(bool complete);

 private:
  using Clock = std::chrono::steady_clock;

  std::string render(int width, Clock::time_point now) const;

  Console& console_;
  enum class Style { off, redrawn, plain } style_;
  std::string work_;
  std::size_t sources_;
  bool complete_ = false;

  smsbackup::Progress last_;
  std::string source_name_;
  std::size_t source_number_ = 0;
  bool started_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point source_start_ = start_;
  Clock::time_point drawn_ = start_;  // a run shorter than the first interval shows its end only
};

}  // namespace tool
