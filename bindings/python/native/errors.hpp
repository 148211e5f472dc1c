// Between smsbackup::Error and the exception classes of the Python package.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "smsbackup/error.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// The class smsbackup.Error.
py::object error_class();

// From a smsbackup.ErrorCode or its name. Throws ValueError.
ErrorCode error_code(py::handle code);
py::object to_python(ErrorCode code);

// Sets Python's current exception.
void set_python_error(const Error& error);

}  // namespace smsbackup::python
