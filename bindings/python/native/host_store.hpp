// Sources, sinks and stores that are written in Python, as the library sees them.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "smsbackup/store.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// Any object with open(query) and/or keys(), write(), finish(): see Source and Sink in _places.py.
std::unique_ptr<Store> host_store(const py::object& object);

}  // namespace smsbackup::python
