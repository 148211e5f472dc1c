// Problems between the library and Python.
#pragma once

#include <pybind11/pybind11.h>

#include "smsbackup/problem.hpp"

namespace smsbackup::python {

namespace py = pybind11;

py::object to_python(Problem problem);
bool is_problem(py::handle object);
const Problem& problem_from(py::handle object);

}  // namespace smsbackup::python
