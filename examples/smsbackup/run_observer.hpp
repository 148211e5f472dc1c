// Listens to a run: moves the progress line, and with --explain says where each duplicate was and why it is one. Never
// what a message says or who wrote it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "arguments.hpp"
#include "console.hpp"
#include "progress.hpp"
#include "smsbackup/transfer.hpp"

namespace tool {

class RunObserver final : public smsbackup::Observer {
 public:
  RunObserver(Console& console, ProgressLine& progress, bool explain)
      : console_(console), progress_(progress), explain_(explain) {}

  void on_progress(const smsbackup::Progress& progress) override { progress_.update(progress); }
  void on_duplicate(const smsbackup::Record& record, const smsbackup::Finding& finding,
                    std::string_view position) override;
  bool wants_explanations() const override { return explain_; }

 private:
  Console& console_;
  ProgressLine& progress_;
  bool explain_;
};

// "incoming sms of 2024-02-03T10:15:00Z (sms.xml, row 12)"
std::string describe(const smsbackup::Record& record, std::string_view position);
std::string describe(smsbackup::RecordType type, smsbackup::Direction direction, std::optional<std::int64_t> date,
                     std::string_view position);

}  // namespace tool
