// Records between the library and Python. A Python record owns a C++ one that never changes; its columns become Python
// objects when asked for.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>

#include "smsbackup/record.hpp"

namespace smsbackup::python {

namespace py = pybind11;

py::object to_python(Record&& record);

bool is_record(py::handle object);
// The record inside of a Python one. Throws TypeError if it is none. Valid as long as the object.
Record record_from(py::handle object);

// A record's line, out of a str or bytes. Throws TypeError.
std::string json_line_from(py::handle line);

// "sms", "mms" and "call".
RecordType record_type_from(py::handle name);

// For __reduce__: a function of _pickling.py, and what it makes the object of.
py::tuple pickled(const char* loader, const py::object& value);

// None or a value.
template <class T>
py::object optional_to_python(const std::optional<T>& value) {
  return value ? py::cast(*value) : py::object(py::none());
}

}  // namespace smsbackup::python
