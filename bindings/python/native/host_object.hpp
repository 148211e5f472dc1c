// Python objects that C++ code holds while it runs without the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <utility>

#include "log.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// Owns a Python object; may be copied, moved and destroyed by a thread without the GIL. A copy shares one reference.
class HostObject {
 public:
  HostObject() = default;
  explicit HostObject(py::object object);

  // Only with the GIL.
  py::object get() const { return py::reinterpret_borrow<py::object>(object_.get()); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  std::shared_ptr<PyObject> object_;
};

// A smsbackup.Error that host code raised: the library takes it for what it says, and where it reaches Python again it
// is the very same object.
class HostError final : public Error {
 public:
  HostError(ErrorCode code, const std::string& message, const std::string& hint, py::error_already_set raised);
  const py::error_already_set& raised() const noexcept { return *raised_; }

 private:
  std::shared_ptr<py::error_already_set> raised_;
};

// Runs host code with the GIL. What it raises goes on as a C++ exception: a smsbackup.Error as HostError, all else as
// py::error_already_set, which the library lets through untouched.
template <class Work>
auto in_python(Work&& work) {
  py::gil_scoped_acquire gil;
  void rethrow_as_host_error(py::error_already_set & raised);
  try {
    return work();
  } catch (py::error_already_set& raised) {
    rethrow_as_host_error(raised);
    throw;
  }
}

// Throws HostError if it is a smsbackup.Error, else nothing.
void rethrow_as_host_error(py::error_already_set& raised);

// Runs the library's work without the GIL; then Python gets what it logged.
template <class Work>
auto without_gil(Work&& work) {
  const LogDelivery delivery;
  py::gil_scoped_release released;
  return work();
}

}  // namespace smsbackup::python
