#include "run_observer.hpp"

#include <fmt/format.h>

#include "smsbackup/time.hpp"

namespace tool {

void RunObserver::on_duplicate(const smsbackup::Record& record, const smsbackup::Finding& finding,
                               std::string_view position) {
  if (log_ != nullptr) log(smsbackup::duplicate_to_json(record, finding, position));
  if (!explain_) return;
  console_.print(fmt::format("duplicate: {} repeats {}: {}", describe(record, position), printable(finding.kept),
                             printable(finding.explanation)));
}

void RunObserver::on_problem(const smsbackup::Problem& problem) {
  if (log_ != nullptr && !problem.record_kept) log(smsbackup::problem_to_json(problem));
}

void RunObserver::log(const std::string& line) {
  if (log_failure_) return;
  try {
    log_->write(line + "\n");
  } catch (const Failure& failure) {
    log_failure_ = failure;
  }
}

std::string describe(const smsbackup::Record& record, std::string_view position) {
  return describe(smsbackup::type_of(record), smsbackup::direction_of(record), smsbackup::date_of(record), position);
}

std::string describe(smsbackup::RecordType type, smsbackup::Direction direction, std::optional<std::int64_t> date,
                     std::string_view position) {
  std::string text;
  switch (direction) {
    case smsbackup::Direction::incoming:
      text = "incoming ";
      break;
    case smsbackup::Direction::outgoing:
      text = "outgoing ";
      break;
    case smsbackup::Direction::unknown:
      break;
  }
  text += smsbackup::to_string(type);
  text += date ? fmt::format(" of {}", smsbackup::format_iso8601(*date)) : " without a date";
  if (!position.empty()) text += fmt::format(" ({})", printable(position));
  return text;
}

}  // namespace tool
