// Record keys and dedup policies between the library and Python.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "smsbackup/dedup.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// "exact", "tolerant" or "off".
DedupLevel dedup_level_from(const std::string& name);

// "incoming", "outgoing" or None.
py::object direction_name(Direction direction);

// Any iterable of str; a single str is refused, as it is one, too.
std::vector<std::string> strings_from(py::handle strings, const char* what);
py::tuple to_tuple(const std::vector<std::string>& strings);

}  // namespace smsbackup::python
