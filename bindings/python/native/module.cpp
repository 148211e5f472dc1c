#include "module.hpp"

#include "smsbackup/version.hpp"

PYBIND11_MODULE(_native, m) {
  using namespace smsbackup::python;
  m.doc() = "The C++ library, converted and nothing more. Use the package smsbackup.";
  m.attr("__version__") = smsbackup::version();
  bind_errors(m);
  bind_cancel(m);
  bind_blob(m);
  bind_records(m);
  bind_problem(m);
  bind_keys(m);
  bind_contacts(m);
  bind_query(m);
  bind_options(m);
  bind_report(m);
  bind_state(m);
  bind_reading(m);
  bind_store(m);
  bind_transfer(m);
  bind_mime(m);
  bind_arrow(m);
  bind_tee(m);
  bind_schedule(m);
  bind_log(m);
  bind_tool(m);
}
