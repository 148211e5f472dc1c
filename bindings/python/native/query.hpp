// Queries between the library and Python.
#pragma once

#include <pybind11/pybind11.h>

#include "smsbackup/query.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// A native Query.
Query query_from(const py::object& query);

}  // namespace smsbackup::python
