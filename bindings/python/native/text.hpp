// Text between the library and Python.
//
// The library's text is UTF-8 that may hold half surrogates (as three bytes) and bytes that are no text at all. In a
// str, a half surrogate is itself, and a byte that is no text is U+DC80 to U+DCFF, as Python has it in file names
// (PEP 383). A half surrogate that falls into that range is kept as its three bytes. So bytes -> str -> bytes is the
// identity, always.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace smsbackup::python {

namespace py = pybind11;

py::str to_str(std::string_view text);

// Two halves that belong together become the one character they are. Throws what Python throws for a wrong type:
// `what` names the value.
std::string from_str(py::handle text, const char* what);

}  // namespace smsbackup::python
