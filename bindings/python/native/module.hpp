// What the native module is made of: one bind_…() for each file of this folder. The module only converts; idiom lives
// in the Python modules around it.
#pragma once

#include <pybind11/pybind11.h>

namespace smsbackup::python {

namespace py = pybind11;

void bind_errors(py::module_& m);
void bind_cancel(py::module_& m);
void bind_blob(py::module_& m);
void bind_records(py::module_& m);
void bind_problem(py::module_& m);
void bind_keys(py::module_& m);
void bind_contacts(py::module_& m);
void bind_query(py::module_& m);
void bind_options(py::module_& m);
void bind_report(py::module_& m);
void bind_state(py::module_& m);
void bind_reading(py::module_& m);
void bind_store(py::module_& m);
void bind_transfer(py::module_& m);
void bind_mime(py::module_& m);
void bind_arrow(py::module_& m);
void bind_tee(py::module_& m);
void bind_schedule(py::module_& m);
void bind_log(py::module_& m);
void bind_tool(py::module_& m);

}  // namespace smsbackup::python
