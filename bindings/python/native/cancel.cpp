#include "cancel.hpp"

#include "host_object.hpp"
#include "module.hpp"

namespace smsbackup::python {

LinkedToken::LinkedToken(const CancelToken* outer) {
  if (outer != nullptr) subscription_ = outer->on_cancel([token = token_]() mutable { token.cancel(); });
}

LinkedToken::LinkedToken(const py::object& outer)
    : LinkedToken(outer.is_none() ? nullptr : outer.cast<const CancelToken*>()) {}

void bind_cancel(py::module_& m) {
  py::class_<CancelToken>(m, "CancelToken", py::is_final(),
                          R"(Tells running work to stop soon. cancel() may be called from any thread.

Stopping is good order: what was decided is written and finished, and the report says so.

>>> import smsbackup
>>> token = smsbackup.CancelToken()
>>> token.cancel()
>>> token.is_cancelled
True
)")
      .def(py::init<>())
      .def(
          "cancel", [](CancelToken& token) { without_gil([&] { token.cancel(); }); },
          "Stops the work. Returns at once.")
      .def_property_readonly("is_cancelled", &CancelToken::is_cancelled, "Whether cancel() was called.");
}

}  // namespace smsbackup::python
