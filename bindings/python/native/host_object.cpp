#include "host_object.hpp"

#include <memory>
#include <string>

#include "errors.hpp"

namespace smsbackup::python {

HostObject::HostObject(py::object object)
    : object_(object.release().ptr(), [](PyObject* owned) {
        // An interpreter that is gone has no objects to give back.
        if (owned == nullptr || Py_IsInitialized() == 0) return;
        const py::gil_scoped_acquire gil;
        Py_DECREF(owned);
      }) {}

HostError::HostError(ErrorCode code, const std::string& message, const std::string& hint, py::error_already_set raised)
    : Error(code, message, hint), raised_(std::make_shared<py::error_already_set>(std::move(raised))) {}

void rethrow_as_host_error(py::error_already_set& raised) {
  if (!raised.matches(error_class())) return;
  const py::object& value = raised.value();
  const ErrorCode code = error_code(value.attr("code"));
  const auto message = py::str(value.attr("message")).cast<std::string>();
  const auto hint = py::str(value.attr("hint")).cast<std::string>();
  throw HostError(code, message, hint, raised);
}

}  // namespace smsbackup::python
