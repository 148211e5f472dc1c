#include "problem.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "blob.hpp"
#include "errors.hpp"
#include "module.hpp"
#include "records.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

std::shared_ptr<Problem> make_problem(const std::string& why, const py::object& code, const std::string& where,
                                      const py::object& kind, const py::object& offset, const py::object& raw,
                                      bool raw_is_complete, bool record_kept) {
  auto made = std::make_shared<Problem>();
  made->why = why;
  made->code = error_code(code);
  made->where = where;
  if (!kind.is_none()) made->type = record_type_from(kind);
  if (!offset.is_none()) made->offset = offset.cast<std::uint64_t>();
  made->raw = blob_from(raw);
  made->raw_is_complete = raw_is_complete;
  made->record_kept = record_kept;
  return made;
}

py::object kind_of(const Problem& self) {
  return self.type ? py::object(to_str(to_string(*self.type))) : py::object(py::none());
}

}  // namespace

py::object to_python(Problem problem) { return py::cast(std::make_shared<Problem>(std::move(problem))); }
bool is_problem(py::handle object) { return py::isinstance<Problem>(object); }
const Problem& problem_from(py::handle object) { return object.cast<const Problem&>(); }

void bind_problem(py::module_& m) {
  using namespace py::literals;
  py::class_<Problem, std::shared_ptr<Problem>>(m, "Problem", py::is_final(),
                                                R"(One record that could not be read or written, beside the good ones.

`where` and `why` are for people and hold nothing private; `raw` holds the record's bytes, and is private.

>>> import smsbackup
>>> problem = smsbackup.Problem("its date is no number", where="sms.xml, row 12")
>>> problem
<smsbackup.Problem corrupt_input at sms.xml, row 12: its date is no number>
)")
      .def(py::init(&make_problem), py::arg("why"), py::kw_only(), py::arg("code") = "corrupt_input",
           py::arg("where") = "", py::arg("kind") = py::none(), py::arg("offset") = py::none(),
           py::arg("raw") = py::bytes(), py::arg("raw_is_complete") = true, py::arg("record_kept") = false)
      .def_property_readonly(
          "code", [](const Problem& self) { return to_python(self.code); }, "What kind of trouble it is: an ErrorCode.")
      .def_property_readonly(
          "where", [](const Problem& self) { return to_str(self.where); }, "Where the record is, for people.")
      .def_property_readonly(
          "why", [](const Problem& self) { return to_str(self.why); },
          "What is wrong, and what was done about it, for people.")
      .def_property_readonly("kind", &kind_of, "'sms', 'mms' or 'call' where that much is known, else None.")
      .def_property_readonly(
          "offset", [](const Problem& self) { return optional_to_python(self.offset); },
          "The byte in the input, where there is one.")
      .def_property_readonly(
          "raw", [](const Problem& self) { return PythonBlob(self.raw); },
          "The record's bytes, or as many of them as the limits allow. Private.")
      .def_property_readonly(
          "raw_is_complete", [](const Problem& self) { return self.raw_is_complete; }, "Whether `raw` is all of it.")
      .def_property_readonly(
          "record_kept", [](const Problem& self) { return self.record_kept; },
          "True where the damage was repaired: the record was read all the same.")
      .def("__repr__",
           [](const Problem& self) {
             std::string text = "<smsbackup.Problem ";
             text += to_string(self.code);
             if (!self.where.empty()) text += " at " + self.where;
             return to_str(text + ": " + self.why + ">");
           })
      .def("__reduce__", [](const py::object& self) {
        const auto& problem = self.cast<const Problem&>();
        return pickled(
            "problem",
            py::dict("why"_a = self.attr("why"), "code"_a = self.attr("code"), "where"_a = self.attr("where"),
                     "kind"_a = self.attr("kind"), "offset"_a = self.attr("offset"), "raw"_a = self.attr("raw"),
                     "raw_is_complete"_a = problem.raw_is_complete, "record_kept"_a = problem.record_kept));
      });
}

}  // namespace smsbackup::python
