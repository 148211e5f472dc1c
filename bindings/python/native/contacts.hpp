// Contact books between the library and Python.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "smsbackup/contacts.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// None, a native book, or any object with lookup(address) -> Contact | None and, perhaps, in_group(contact, group).
std::shared_ptr<ContactBook> contact_book_from(const py::object& book);

}  // namespace smsbackup::python
