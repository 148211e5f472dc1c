#include "report.hpp"

#include <optional>
#include <string>
#include <utility>

#include "keys.hpp"
#include "module.hpp"
#include "moment.hpp"
#include "problem.hpp"
#include "records.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

struct PythonProgress {
  Progress progress;
  std::string source;
};

const char* stage_name(Progress::Stage stage) {
  switch (stage) {
    case Progress::Stage::reading_keys:
      return "reading_keys";
    case Progress::Stage::copying:
      return "copying";
    case Progress::Stage::finishing:
      break;
  }
  return "finishing";
}

py::tuple problems_of(const Report& report) {
  py::tuple problems(report.problems.size());
  for (std::size_t i = 0; i < problems.size(); ++i) problems[i] = to_python(report.problems[i]);
  return problems;
}

std::string summary(const Report& report) {
  const Counts total = report.total();
  std::string text = "<smsbackup.Report read " + std::to_string(total.read) + ", written " +
                     std::to_string(total.written) + ", duplicate " + std::to_string(total.duplicate) + ", filtered " +
                     std::to_string(total.filtered) + ", failed " + std::to_string(total.failed);
  if (report.cancelled) text += ", cancelled";
  if (report.error) text += ", ended by an error";
  return text + ">";
}

py::object stats_of_type(const Stats::PerType& stats) {
  using namespace py::literals;
  return py::module_::import("smsbackup._reports")
      .attr("TypeStats")("records"_a = stats.records, "incoming"_a = stats.incoming, "outgoing"_a = stats.outgoing,
                         "undated"_a = stats.undated, "oldest"_a = to_datetime(stats.oldest),
                         "newest"_a = to_datetime(stats.newest));
}

}  // namespace

py::object to_python(Report report) { return py::cast(std::move(report)); }

py::object to_python(const Progress& progress) {
  PythonProgress copy{progress, std::string(progress.source)};
  copy.progress.source = {};
  return py::cast(std::move(copy));
}

py::object to_python(const Difference& difference) {
  using namespace py::literals;
  const char* kind = difference.kind == Difference::Kind::missing   ? "missing"
                     : difference.kind == Difference::Kind::changed ? "changed"
                                                                    : "extra";
  return py::module_::import("smsbackup._reports")
      .attr("Difference")("kind"_a = kind, "type"_a = to_str(to_string(difference.type)),
                          "direction"_a = direction_name(difference.direction),
                          "datetime"_a = to_datetime(difference.date), "in_a"_a = to_str(difference.in_a),
                          "in_b"_a = to_str(difference.in_b), "what"_a = to_tuple(difference.what));
}

py::object to_python(const VerifyReport& report) {
  using namespace py::literals;
  const auto reports = py::module_::import("smsbackup._reports");
  const auto per_type = [&](const VerifyReport::PerType& counts) {
    return reports.attr("VerifyCounts")("compared"_a = counts.compared, "found"_a = counts.found,
                                        "changed"_a = counts.changed, "missing"_a = counts.missing,
                                        "extra"_a = counts.extra);
  };
  py::tuple differences(report.differences.size());
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = to_python(report.differences[i]);
  return reports.attr("VerifyReport")("sms"_a = per_type(report.sms), "mms"_a = per_type(report.mms),
                                      "call"_a = per_type(report.call), "total"_a = per_type(report.total()),
                                      "unreadable"_a = report.unreadable, "unreadable_in_b"_a = report.unreadable_in_b,
                                      "differences"_a = differences, "differences_total"_a = report.differences_total,
                                      "all_there"_a = report.all_there(), "same"_a = report.same());
}

py::object to_python(const Stats& stats) {
  using namespace py::literals;
  return py::module_::import("smsbackup._reports")
      .attr("Stats")("sms"_a = stats_of_type(stats.sms), "mms"_a = stats_of_type(stats.mms),
                     "call"_a = stats_of_type(stats.call), "parties"_a = stats.parties, "parts"_a = stats.parts,
                     "part_bytes"_a = stats.part_bytes, "foreign"_a = stats.foreign, "problems"_a = stats.problems,
                     "duplicates"_a = stats.duplicates, "filtered"_a = stats.filtered);
}

void bind_report(py::module_& m) {
  py::class_<Counts>(m, "Counts", py::is_final(), R"(How many records: read = filtered + duplicate + written + failed.

>>> import smsbackup
>>> counts = smsbackup.transfer("sms.xml", "archive").sms
>>> counts.read == counts.filtered + counts.duplicate + counts.written + counts.failed
True
)")
      .def_readonly("read", &Counts::read, "Met in the source, readable or not.")
      .def_readonly("filtered", &Counts::filtered, "Left out because of the query.")
      .def_readonly("duplicate", &Counts::duplicate, "There already.")
      .def_readonly("written", &Counts::written, "Durable in the sink; in a dry run: would have been written.")
      .def_readonly("failed", &Counts::failed, "Not readable, or refused by the sink: one Problem each.")
      .def("__eq__",
           [](const Counts& self, const py::object& other) -> py::object {
             if (!py::isinstance<Counts>(other)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             return py::bool_(self == other.cast<const Counts&>());
           })
      .def("__hash__",
           [](const Counts& self) {
             return py::hash(py::make_tuple(self.read, self.filtered, self.duplicate, self.written, self.failed));
           })
      .def("__repr__", [](const Counts& self) {
        return "<smsbackup.Counts read " + std::to_string(self.read) + ", filtered " + std::to_string(self.filtered) +
               ", duplicate " + std::to_string(self.duplicate) + ", written " + std::to_string(self.written) +
               ", failed " + std::to_string(self.failed) + ">";
      });

  const auto counts = [](Counts Report::*member) { return [member](const Report& self) { return self.*member; }; };
  py::class_<Report>(m, "Report", py::is_final(), R"(What a run did, exactly. Its counts always add up.

>>> import smsbackup
>>> report = smsbackup.transfer("sms.xml", "archive")
>>> report.complete, report.sms.written, report.mms.written
(True, 40, 5)
>>> smsbackup.transfer("sms.xml", "archive").total.duplicate
45
)")
      .def_property_readonly("sms", counts(&Report::sms), "Counts of text messages.")
      .def_property_readonly("mms", counts(&Report::mms), "Counts of multimedia messages.")
      .def_property_readonly("call", counts(&Report::call), "Counts of calls.")
      .def_property_readonly("unknown", counts(&Report::unknown),
                             "Counts of rows whose type isn't known, or that the source left out before looking.")
      .def_property_readonly("total", &Report::total, "All of these together.")
      .def_readonly("foreign", &Report::foreign, "What is not ours in the source: other people's mail.")
      .def_readonly("repaired", &Report::repaired, "Records that were read in spite of damage: one Problem each.")
      .def_readonly("remembered", &Report::remembered,
                    "Of the duplicates: those that the state knew to be done, so that nobody looked for them.")
      .def_readonly("limited", &Report::limited, "Whether the run stopped at its `limit`, with more to do.")
      .def_readonly("dry_run", &Report::dry_run, "Whether nothing was written on purpose.")
      .def_readonly("cancelled", &Report::cancelled, "Whether the run was stopped early; what is written is good.")
      .def_property_readonly(
          "error",
          [](const Report& self) { return self.error ? py::object(to_str(*self.error)) : py::object(py::none()); },
          "What ended the run early, for people, or None.")
      .def_property_readonly(
          "started", [](const Report& self) { return to_datetime(self.started); },
          "When the run began: an aware datetime.")
      .def_property_readonly(
          "finished", [](const Report& self) { return to_datetime(self.finished); },
          "When the run ended: an aware datetime.")
      .def_property_readonly("problems", &problems_of, "The first 1000 problems, without their raw bytes.")
      .def_readonly("problems_total", &Report::problems_total, "How many problems there were.")
      .def_property_readonly("complete", &Report::complete, "Whether everything that was asked for is in the sink now.")
      .def(
          "to_json", [](const Report& self) { return to_str(self.to_json()); },
          "One JSON object, as docs/report.md has it. Holds no private data.")
      .def("__repr__", [](const Report& self) { return to_str(summary(self)); });

  py::class_<PythonProgress>(m, "Progress", py::is_final(), R"(How far a run is; what the `progress` callback gets.

>>> import smsbackup
>>> seen = []
>>> report = smsbackup.transfer("sms.xml", "archive", progress=lambda step: seen.append(step.stage))
>>> seen[0], seen[-1]
('reading_keys', 'finishing')
)")
      .def_property_readonly(
          "stage", [](const PythonProgress& self) { return stage_name(self.progress.stage); },
          "'reading_keys' (looking what is there), 'copying' or 'finishing'.")
      .def_property_readonly(
          "counts", [](const PythonProgress& self) { return self.progress.counts; }, "Counts so far.")
      .def_property_readonly(
          "done", [](const PythonProgress& self) { return self.progress.position.done; },
          "How far the current source is, in whatever it counts (bytes, mails).")
      .def_property_readonly(
          "total", [](const PythonProgress& self) { return optional_to_python(self.progress.position.total); },
          "Out of how many, or None. A hint.")
      .def_property_readonly(
          "source", [](const PythonProgress& self) { return to_str(self.source); }, "The current source's name.")
      .def_property_readonly(
          "keys", [](const PythonProgress& self) { return self.progress.keys; },
          "How many records are known to be in the sink.")
      .def("__repr__", [](const PythonProgress& self) {
        return std::string("<smsbackup.Progress ") + stage_name(self.progress.stage) + ", read " +
               std::to_string(self.progress.counts.read) + ">";
      });
}

}  // namespace smsbackup::python
