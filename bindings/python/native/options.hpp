// Options of stores and codecs out of the dataclasses in _options.py. A field that is None stays as the library has it.
#pragma once

#include <pybind11/pybind11.h>

#include "smsbackup/store.hpp"

namespace smsbackup::python {

namespace py = pybind11;

Limits limits_from(const py::object& limits);
MimeOptions mime_options_from(const py::object& options);
// None, or an object with `limits`, `mime` and `imap`.
StoreOptions store_options_from(const py::object& options);

}  // namespace smsbackup::python
