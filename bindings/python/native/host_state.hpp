// A StateStore that is written in Python.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "smsbackup/state_store.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// None, or any object with the methods of StateStore in _state.py.
std::unique_ptr<StateStore> host_state(const py::object& state);

}  // namespace smsbackup::python
