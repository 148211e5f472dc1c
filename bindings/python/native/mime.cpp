#include "smsbackup/mime.hpp"

#include <optional>
#include <string>
#include <utility>

#include "host_object.hpp"
#include "keys.hpp"
#include "module.hpp"
#include "moment.hpp"
#include "options.hpp"
#include "problem.hpp"
#include "records.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

std::string bytes_from(const py::object& bytes) {
  if (PyBytes_Check(bytes.ptr()) != 0) return bytes.cast<std::string>();
  PyObject* copy = PyBytes_FromObject(bytes.ptr());
  if (copy == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::bytes>(copy).cast<std::string>();
}

py::tuple encode(MimeEncoder& self, const py::object& record) {
  const Record copy = record_from(record);
  std::string mail;
  const MailHead head = without_gil([&] { return self.encode(copy, mail); });
  return py::make_tuple(py::bytes(mail), to_str(head.message_id), head.seen, head.internal_date);
}

py::tuple decode(MimeDecoder& self, const py::object& mail) {
  const std::string bytes = bytes_from(mail);
  DecodedMail decoded = without_gil([&] { return self.decode(bytes); });
  const char* kind = decoded.kind == MailKind::record    ? "record"
                     : decoded.kind == MailKind::foreign ? "foreign"
                                                         : "damaged";
  py::object record = decoded.kind == MailKind::record ? to_python(std::move(decoded.record)) : py::object(py::none());
  py::object problem = decoded.problem ? to_python(std::move(*decoded.problem)) : py::object(py::none());
  return py::make_tuple(kind, record, problem, to_str(decoded.message_id));
}

}  // namespace

void bind_mime(py::module_& m) {
  py::class_<MimeEncoder>(m, "MimeEncoder", py::is_final(), "Records as mails.")
      .def(py::init([](const py::object& options) { return MimeEncoder(mime_options_from(options)); }),
           py::arg("options"))
      .def("encode", &encode, py::arg("record"))
      .def(
          "remember",
          [](MimeEncoder& self, const py::object& message_id, const py::object& record) {
            const Record copy = record_from(record);
            const std::string id = from_str(message_id, "message_id");
            self.remember(id, content_digest(copy, DedupLevel::exact));
          },
          py::arg("message_id"), py::arg("record"));
  py::class_<MimeDecoder>(m, "MimeDecoder", py::is_final(), "Mails as records.")
      .def(py::init([](const py::object& limits) { return MimeDecoder(limits_from(limits)); }), py::arg("limits"))
      .def("decode", &decode, py::arg("mail"))
      .def(
          "key_from_headers",
          [](MimeDecoder& self, const py::object& headers, const std::string& level) -> py::object {
            const std::string bytes = bytes_from(headers);
            auto key = self.key_from_headers(bytes, dedup_level_from(level));
            return key ? py::cast(std::move(*key)) : py::object(py::none());
          },
          py::arg("headers"), py::arg("level"));
}

}  // namespace smsbackup::python
