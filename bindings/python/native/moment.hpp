// Milliseconds since 1970 as an aware datetime in UTC, and back.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>

namespace smsbackup::python {

namespace py = pybind11;

// None where there is no time, or one outside of the years 1 to 9999, which a datetime can't hold.
py::object to_datetime(std::optional<std::int64_t> milliseconds);

// From an int of milliseconds, or an aware datetime (rounded down). Throws TypeError, ValueError (naive) or
// OverflowError; `what` names the value.
std::int64_t from_moment(py::handle value, const char* what);

// An int of 64 bits. Throws TypeError or OverflowError.
std::int64_t from_int(py::handle value, const char* what);

}  // namespace smsbackup::python
