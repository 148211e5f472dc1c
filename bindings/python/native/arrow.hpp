// Tables for whatever reads Arrow, by the PyCapsule protocol: no Arrow library is needed here.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "host_object.hpp"
#include "smsbackup/arrow.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// What making that table looks at; everything where it is None.
Needs needs_from(const py::object& table, const py::object& columns);

// What could not be read on the way into a table, on whatever thread that was: told to a callback, or kept in a list.
class ProblemLog {
 public:
  ProblemLog(const py::object& callback, const py::list& kept);

  void tell(Problem problem);
  std::uint64_t total() const noexcept { return total_; }

 private:
  static constexpr std::size_t most_kept = 1000;
  HostObject callback_;
  HostObject kept_;
  std::atomic<std::uint64_t> total_ = 0;
};

// A table on its way: handed over once, as a whole or batch by batch.
class ArrowStream {
 public:
  ArrowStream(std::unique_ptr<Cursor> cursor, ArrowOptions options, std::shared_ptr<ProblemLog> problems);

  py::capsule schema() const;
  py::capsule stream();
  // A pair of capsules, or None at the end.
  py::object next_batch();
  std::uint64_t problems_total() const noexcept { return problems_->total(); }

 private:
  ArrowReader& reader();

  ArrowOptions options_;
  std::unique_ptr<ArrowReader> reader_;  // null once handed over
  std::shared_ptr<ProblemLog> problems_;
};

}  // namespace smsbackup::python
