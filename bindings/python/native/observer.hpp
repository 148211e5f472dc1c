// What Python wants to hear of a run.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>

#include "host_object.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// Also gives Python's signal handlers their turn, several times a second.
class HostObserver final : public Observer {
 public:
  // Each is None or callable: progress(Progress), on_problem(Problem), on_duplicate(Duplicate).
  HostObserver(const py::object& progress, const py::object& on_problem, const py::object& on_duplicate);

  void on_progress(const Progress& progress) override;
  void on_problem(const Problem& problem) override;
  void on_duplicate(const Record& record, const Finding& finding, std::string_view position) override;
  bool wants_explanations() const override { return static_cast<bool>(on_duplicate_); }

 private:
  using Clock = std::chrono::steady_clock;
  HostObject progress_;
  HostObject on_problem_;
  HostObject on_duplicate_;
  Clock::time_point signals_checked_;
};

}  // namespace smsbackup::python
