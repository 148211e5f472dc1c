// Reports and progress between the library and Python.
#pragma once

#include <pybind11/pybind11.h>

#include "smsbackup/report.hpp"
#include "smsbackup/transfer.hpp"
#include "smsbackup/verify.hpp"

namespace smsbackup::python {

namespace py = pybind11;

py::object to_python(Report report);
py::object to_python(const Progress& progress);
py::object to_python(const VerifyReport& report);
py::object to_python(const Difference& difference);
py::object to_python(const Stats& stats);

}  // namespace smsbackup::python
