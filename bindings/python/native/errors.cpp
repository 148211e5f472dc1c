#include "errors.hpp"

#include "host_object.hpp"
#include "module.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

constexpr int last_code = static_cast<int>(ErrorCode::server_refused);

py::module_ errors_module() { return py::module_::import("smsbackup._errors"); }

}  // namespace

py::object error_class() { return errors_module().attr("Error"); }

ErrorCode error_code(py::handle code) {
  const auto name = py::str(py::hasattr(code, "value") ? code.attr("value") : py::reinterpret_borrow<py::object>(code))
                        .cast<std::string>();
  for (int i = 0; i <= last_code; ++i) {
    if (to_string(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  }
  throw py::value_error("there is no error code " + name);
}

py::object to_python(ErrorCode code) { return errors_module().attr("ErrorCode")(to_str(to_string(code))); }

void set_python_error(const Error& error) {
  const py::object offset = error.offset() ? py::object(py::int_(*error.offset())) : py::object(py::none());
  const py::object made = errors_module().attr("error_from_native")(
      to_str(to_string(error.code())), to_str(error.what()), to_str(error.hint()), to_str(error.detail()), offset);
  PyErr_SetObject(py::type::handle_of(made).ptr(), made.ptr());
}

void bind_errors(py::module_& m) {
  py::list codes;
  for (int i = 0; i <= last_code; ++i) codes.append(to_str(to_string(static_cast<ErrorCode>(i))));
  m.attr("error_codes") = py::tuple(codes);

  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const HostError& error) {
      py::error_already_set raised = error.raised();
      raised.restore();
    } catch (const Error& error) {
      try {
        set_python_error(error);
      } catch (py::error_already_set& other) {
        other.restore();
      }
    }
  });
}

}  // namespace smsbackup::python
