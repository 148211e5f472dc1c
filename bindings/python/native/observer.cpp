#include "observer.hpp"

#include "interruptible.hpp"
#include "problem.hpp"
#include "records.hpp"
#include "report.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

constexpr auto signal_interval = std::chrono::milliseconds(50);

HostObject callable(const py::object& object, const char* name) {
  if (object.is_none()) return {};
  if (PyCallable_Check(object.ptr()) == 0) throw py::type_error(std::string(name) + " must be callable");
  return HostObject(object);
}

}  // namespace

HostObserver::HostObserver(const py::object& progress, const py::object& on_problem, const py::object& on_duplicate)
    : progress_(callable(progress, "progress")),
      on_problem_(callable(on_problem, "on_problem")),
      on_duplicate_(callable(on_duplicate, "on_duplicate")),
      signals_checked_(Clock::now()) {}

void HostObserver::on_progress(const Progress& progress) {
  const Clock::time_point now = Clock::now();
  const bool check = now - signals_checked_ >= signal_interval;
  if (!check && !progress_) return;
  in_python([&] {
    if (check) {
      signals_checked_ = now;
      deliver_log();
      check_signals();
    }
    if (progress_) progress_.get()(to_python(progress));
  });
}

void HostObserver::on_problem(const Problem& problem) {
  if (!on_problem_) return;
  in_python([&] { on_problem_.get()(to_python(problem)); });
}

void HostObserver::on_duplicate(const Record& record, const Finding& finding, std::string_view position) {
  if (!on_duplicate_) return;
  in_python([&] {
    const py::object duplicate = py::module_::import("smsbackup._reports")
                                     .attr("Duplicate")(to_python(Record(record)), to_str(finding.explanation),
                                                        to_str(position), to_str(finding.kept));
    on_duplicate_.get()(duplicate);
  });
}

}  // namespace smsbackup::python
