// Listens to a run: moves the progress line, with --explain says where each duplicate was and why it is one, and with
// --log writes down what was left out. Never what a message says or who wrote it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "arguments.hpp"
#include "console.hpp"
#include "exit_code.hpp"
#include "file_beside.hpp"
#include "progress.hpp"
#include "smsbackup/transfer.hpp"

namespace tool {

class RunObserver final : public smsbackup::Observer {
 public:
  RunObserver(Console& console, ProgressLine& progress, bool explain)
      : console_(console), progress_(progress), explain_(explain) {}

  // One line for each record that is dropped or fails, from now on. The log must outlive the run.
  void write_to(FileBeside& log) { log_ = &log; }
  // What went wrong with the log; the run went on without it.
  const std::optional<Failure>& log_failure() const noexcept { return log_failure_; }

  void on_progress(const smsbackup::Progress& progress) override { progress_.update(progress); }
  void on_duplicate(const smsbackup::Record& record, const smsbackup::Finding& finding,
                    std::string_view position) override;
  void on_problem(const smsbackup::Problem& problem) override;
  bool wants_explanations() const override { return explain_ || log_ != nullptr; }

 private:
  void log(const std::string& line);

  Console& console_;
  ProgressLine& progress_;
  bool explain_;
  FileBeside* log_ = nullptr;
  std::optional<Failure> log_failure_;
};

// "incoming sms of 2024-02-03T10:15:00Z (sms.xml, row 12)"
std::string describe(const smsbackup::Record& record, std::string_view position);
std::string describe(smsbackup::RecordType type, smsbackup::Direction direction, std::optional<std::int64_t> date,
                     std::string_view position);

}  // namespace tool
