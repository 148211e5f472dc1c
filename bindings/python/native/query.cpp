#include "query.hpp"

#include <set>
#include <string>

#include "contacts.hpp"
#include "host_object.hpp"
#include "keys.hpp"
#include "module.hpp"
#include "moment.hpp"
#include "records.hpp"
#include "smsbackup/time.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

Query make_query(const py::object& types, const py::object& since, const py::object& until, const py::object& newest,
                 bool leave_out_drafts, bool starred_only, const py::object& call_types, const py::object& addresses,
                 const py::object& contact_group) {
  Query query;
  if (!types.is_none()) {
    query.types.clear();
    for (const py::handle type : py::reinterpret_borrow<py::iterable>(types))
      query.types.insert(record_type_from(type));
  }
  if (!since.is_none()) query.since = from_moment(since, "since");
  if (!until.is_none()) query.until = from_moment(until, "until");
  if (!newest.is_none()) query.newest = newest.cast<std::uint64_t>();
  query.leave_out_drafts = leave_out_drafts;
  query.starred_only = starred_only;
  for (const py::handle type : py::reinterpret_borrow<py::iterable>(call_types)) {
    query.call_types.insert(from_int(type, "call_types"));
  }
  query.addresses = strings_from(addresses, "addresses");
  query.contact_group = from_str(contact_group, "contact_group");
  return query;
}

}  // namespace

Query query_from(const py::object& query) { return query.cast<const Query&>(); }

void bind_query(py::module_& m) {
  py::class_<Query>(m, "Query", py::is_final(), R"(What a source should yield: the keywords of Source.read() as a value.

A source of your own may leave out what it can tell cheaply; the engine checks every record again. `since` (inclusive)
and `until` (exclusive) are UTC milliseconds.

>>> import smsbackup
>>> query = smsbackup.Query(types=["call"], since=1698912072418)
>>> query.types, query.since, query.matches(smsbackup.Sms(date=1698912072418))
(frozenset({'call'}), 1698912072418, False)
)")
      .def(py::init(&make_query), py::kw_only(), py::arg("types") = py::none(), py::arg("since") = py::none(),
           py::arg("until") = py::none(), py::arg("newest") = py::none(), py::arg("leave_out_drafts") = false,
           py::arg("starred_only") = false, py::arg("call_types") = py::tuple(), py::arg("addresses") = py::tuple(),
           py::arg("contact_group") = "")
      .def_property_readonly(
          "types",
          [](const Query& self) {
            py::set types;
            for (const RecordType type : self.types) types.add(to_str(to_string(type)));
            return py::frozenset(types);
          },
          "Which kinds: some of 'sms', 'mms', 'call'.")
      .def_property_readonly(
          "since", [](const Query& self) { return optional_to_python(self.since); },
          "UTC milliseconds, inclusive, or None. Records without a date count as oldest.")
      .def_property_readonly(
          "until", [](const Query& self) { return optional_to_python(self.until); },
          "UTC milliseconds, exclusive, or None.")
      .def_property_readonly(
          "newest", [](const Query& self) { return optional_to_python(self.newest); },
          "Only that many of what passes everything else, by date, or None.")
      .def_property_readonly(
          "leave_out_drafts", [](const Query& self) { return self.leave_out_drafts; },
          "Without drafts and the delivery reports of MMS, as backup() does.")
      .def_property_readonly(
          "starred_only", [](const Query& self) { return self.starred_only; },
          "Only starred mails; stores that know no stars yield nothing.")
      .def_property_readonly(
          "call_types",
          [](const Query& self) {
            py::set types;
            for (const std::int64_t type : self.call_types) types.add(py::int_(type));
            return py::frozenset(types);
          },
          "Which calls, by CallType; empty for all.")
      .def_property_readonly(
          "addresses", [](const Query& self) { return to_tuple(self.addresses); },
          "Only with one of these parties; empty for all.")
      .def_property_readonly(
          "contact_group", [](const Query& self) { return to_str(self.contact_group); },
          "Only with somebody of this group of the contact book; empty for all.")
      .def(
          "matches",
          [](const Query& self, const py::object& record, const py::object& contacts) {
            const Record copy = record_from(record);
            const auto book = contact_book_from(contacts);
            return without_gil([&] { return matches(self, copy, book.get()); });
          },
          "Whether a record passes everything but `newest` and `starred_only`.", py::arg("record"), py::pos_only(),
          py::arg("contacts") = py::none());
  m.def(
      "parse_time",
      [](const py::object& text) -> py::object {
        return optional_to_python(parse_time(from_str(text, "a time"), local_zone()));
      },
      py::arg("text"), py::pos_only());
}

}  // namespace smsbackup::python
