#include "records.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "blob.hpp"
#include "host_object.hpp"
#include "keys.hpp"
#include "module.hpp"
#include "moment.hpp"
#include "row_getters.hpp"
#include "smsbackup/columns.hpp"
#include "smsbackup/jsonl.hpp"
#include "smsbackup/time.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

template <class Row>
struct Attributes {
  struct Attribute {
    std::string name;
    const ColumnOf<Row>* column;
  };
  std::vector<Attribute> in_order;
  std::unordered_map<std::string_view, const ColumnOf<Row>*> by_name;

  Attributes() {
    for (const ColumnOf<Row>& column : columns_of<Row>()) in_order.push_back({attribute_name(column.name), &column});
    for (const Attribute& attribute : in_order) by_name[attribute.name] = attribute.column;
  }
  static const Attributes& get() {
    static const Attributes attributes;
    return attributes;
  }
};

py::object absent() {
  static PyObject* const absent = py::object(py::module_::import("smsbackup._absent").attr("ABSENT")).release().ptr();
  return py::reinterpret_borrow<py::object>(absent);
}

template <class Row>
bool is_absent(const Row& row, const ColumnOf<Row>& column) {
  return column.text != nullptr ? (row.*column.text).is_absent() : (row.*column.integer).is_absent();
}

template <class Row>
void set_cell(Row& row, const ColumnOf<Row>& column, const char* name, py::handle value) {
  const bool sql_null = value.is_none();
  const bool no_column = value.is(absent());
  if (column.text != nullptr) {
    Text& cell = row.*column.text;
    cell = no_column ? Text() : sql_null ? Text(null) : Text(from_str(value, name));
    return;
  }
  Integer& cell = row.*column.integer;
  if (no_column || sql_null) {
    cell = no_column ? Integer() : Integer(null);
  } else {
    cell = column.unit == Unit::none ? from_int(value, name) : from_moment(value, name);
  }
}

py::object extras_to_python(const Extras& extras) {
  py::dict copy;
  for (const auto& [name, value] : extras) {
    copy[to_str(name)] = value ? py::object(to_str(*value)) : py::object(py::none());
  }
  return py::reinterpret_steal<py::object>(PyDictProxy_New(copy.ptr()));
}

Extras extras_from(py::handle mapping) {
  Extras extras;
  for (const auto item : py::dict(py::reinterpret_borrow<py::object>(mapping))) {
    std::string name = from_str(item.first, "the name of an extra column");
    extras[std::move(name)] =
        item.second.is_none() ? std::nullopt : std::optional(from_str(item.second, "an extra column"));
  }
  return extras;
}

// Whole rows, to be members of an MMS.
template <class Row>
std::vector<Row> rows_from(py::handle rows) {
  std::vector<Row> copies;
  for (const py::handle row : py::reinterpret_borrow<py::iterable>(rows)) copies.push_back(row.cast<const Row&>());
  return copies;
}

template <class Row>
bool set_other(Row& row, std::string_view name, py::handle value) {
  if (name == "extras") {
    row.extras = extras_from(value);
    return true;
  }
  if constexpr (std::is_same_v<Row, Mms>) {
    if (name == "addresses") {
      row.addresses = rows_from<MmsAddress>(value);
      return true;
    }
    if (name == "parts") {
      row.parts = rows_from<MmsPart>(value);
      return true;
    }
  }
  if constexpr (std::is_same_v<Row, MmsPart>) {
    if (name == "data") {
      row.data = value.is_none() ? std::nullopt : std::optional(blob_from(value));
      return true;
    }
  }
  return false;
}

template <class Row>
void set_from_keywords(Row& row, const py::kwargs& keywords, const char* type) {
  const auto& attributes = Attributes<Row>::get();
  for (const auto item : keywords) {
    const auto name = item.first.cast<std::string>();
    const auto column = attributes.by_name.find(name);
    if (column != attributes.by_name.end()) {
      set_cell(row, *column->second, name.c_str(), item.second);
    } else if (!set_other(row, name, item.second)) {
      throw py::type_error(std::string(type) + " has no column " + name +
                           "; columns that only some phones have go into extras");
    }
  }
}

template <class Row>
py::dict columns_to_python(const Row& row) {
  py::dict columns;
  for (const auto& [name, column] : Attributes<Row>::get().in_order) {
    if (!is_absent(row, *column)) columns[py::str(name)] = cell_to_python(row, *column);
  }
  return columns;
}

template <class Row>
std::size_t hash_of(const Row& row) {
  std::size_t hash = 0;
  const auto mix = [&](std::size_t more) { hash = (hash ^ more) * 0x9e3779b97f4a7c15ULL; };
  for (const ColumnOf<Row>& column : columns_of<Row>()) {
    if (column.text != nullptr) {
      mix((row.*column.text).has_value() ? std::hash<std::string>()(*(row.*column.text)) : 1);
    } else {
      mix((row.*column.integer).has_value() ? std::hash<std::int64_t>()(*(row.*column.integer)) : 2);
    }
  }
  return hash;
}

std::string json_of(const Record& record) {
  return without_gil([&] {
    std::string line;
    to_json(record, line);
    return line;
  });
}

Record from_json_text(py::handle line) {
  const std::string text = json_line_from(line);
  return without_gil([&] { return from_json(text); });
}

// In words that tell nothing private: "incoming 2023-11-02T08:01:12Z".
std::string when_and_which_way(const Record& record) {
  std::string text;
  const Direction direction = direction_of(record);
  if (direction != Direction::unknown) text += direction == Direction::incoming ? "incoming " : "outgoing ";
  const auto date = date_of(record);
  return text + (date ? format_iso8601(*date) : "without a date");
}

template <class Row>
std::string representation(const Row& row, const std::string& type) {
  if constexpr (std::is_same_v<Row, MmsAddress>) {
    return "<smsbackup.MmsAddress of type " + (row.type.has_value() ? std::to_string(*row.type) : "?") + ">";
  } else if constexpr (std::is_same_v<Row, MmsPart>) {
    const std::string size = row.data ? ", " + std::to_string(row.data->size()) + " bytes" : "";
    return "<smsbackup.MmsPart" + (row.seq.has_value() ? " " + std::to_string(*row.seq) : "") + size + ">";
  } else {
    std::string text = "<smsbackup." + type + " " + when_and_which_way(row);
    if constexpr (std::is_same_v<Row, Mms>) text += ", parts: " + std::to_string(row.parts.size());
    return text + ">";
  }
}

template <class Row>
using RowClass = py::class_<Row, std::shared_ptr<Row>>;

// What rows of every kind have.
template <class Row>
RowClass<Row> bind_row(py::module_& m, const char* name, const char* doc) {
  RowClass<Row> row(m, name, py::is_final(), column_getters<Row>(), doc);
  row.def(py::init([name](const py::kwargs& keywords) {
    auto made = std::make_shared<Row>();
    set_from_keywords(*made, keywords, name);
    return made;
  }));
  row.def_property_readonly(
      "extras", [](const Row& self) { return extras_to_python(self.extras); },
      "Columns that only some phones have, by name: text, or None for NULL. Read-only.");
  row.def_property_readonly(
      "columns",
      [](const Row& self) { return py::reinterpret_steal<py::object>(PyDictProxy_New(columns_to_python(self).ptr())); },
      "The columns that are there, by name, in the provider's order; None is NULL. Read-only.");
  row.def(
      "replace",
      [name](const Row& self, const py::kwargs& keywords) {
        auto changed = std::make_shared<Row>(self);
        set_from_keywords(*changed, keywords, name);
        return changed;
      },
      "The same with some columns changed. None makes one NULL, ABSENT takes it away.");
  row.def("__eq__", [](const Row& self, const py::object& other) -> py::object {
    if (!py::isinstance<Row>(other)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
    const Row& theirs = other.cast<const Row&>();
    return py::bool_(without_gil([&] { return self == theirs; }));
  });
  row.def("__hash__", [](const Row& self) { return static_cast<Py_hash_t>(hash_of(self) >> 1); });
  row.def("__repr__", [name](const Row& self) { return representation(self, name); });
  row.def("__copy__", [](py::object self) { return self; });
  row.def(
      "__deepcopy__", [](py::object self, const py::object&) { return self; }, py::arg("memo"));
  return row;
}

// What the three kinds of records have beyond that.
template <class Row>
void bind_record(RowClass<Row>& row, const char* kind) {
  row.attr("kind") = kind;
  row.def_property_readonly(
      "direction", [](const Row& self) { return direction_name(direction_of(self)); },
      "'incoming', 'outgoing', or None where it isn't known.");
  row.def_property_readonly(
      "parties",
      [](const Row& self) {
        const Record record(self);
        const auto parties = parties_of(record);
        py::tuple names(parties.size());
        for (std::size_t i = 0; i < parties.size(); ++i) names[i] = to_str(parties[i]);
        return names;
      },
      "The other parties, as stored.");
  row.def(
      "to_json", [](const Row& self) { return to_str(json_of(self)); },
      "One JSON line, lossless (docs/stores/jsonl.md).");
  row.def_static(
      "from_json",
      [](const py::object& line) {
        Record record = from_json_text(line);
        if (!std::holds_alternative<Row>(record)) {
          throw Error(ErrorCode::invalid_argument, "reading JSON: this is another kind of record");
        }
        return std::make_shared<Row>(std::get<Row>(std::move(record)));
      },
      "Reads one JSON line. Raises InputError, or ArgumentError if it is another kind of record.", py::arg("line"),
      py::pos_only());
  row.def("__reduce__", [](const py::object& self) {
    const std::string line = json_of(self.cast<const Row&>());
    return pickled("record", py::bytes(line));
  });
}

// Rows inside of an MMS travel inside of one.
template <class Row>
void bind_inner_row_pickling(RowClass<Row>& row, const char* name, std::vector<Row> Mms::*rows) {
  row.def("__reduce__", [name, rows](const py::object& self) {
    Mms carrier;
    (carrier.*rows).push_back(self.cast<const Row&>());
    return pickled(name, py::bytes(json_of(carrier)));
  });
}

// A new object of Python's that owns the row. As py::cast() makes it, but without looking for the type again, and
// without entering it where pybind11 finds the object of a known pointer: this one nobody else knows.
template <class Row>
py::object new_row(Row&& row) {
  static auto* const type = reinterpret_cast<PyTypeObject*>(py::type::of<Row>().release().ptr());
  auto owner = std::make_shared<Row>(std::move(row));
  auto made = py::reinterpret_steal<py::object>(py::detail::make_new_instance(type));
  auto place = reinterpret_cast<py::detail::instance*>(made.ptr())->get_value_and_holder();
  place.value_ptr() = owner.get();
  new (std::addressof(place.template holder<std::shared_ptr<Row>>())) std::shared_ptr<Row>(std::move(owner));
  place.set_holder_constructed();
  return made;
}

// Members of the MMS, which they keep alive: nothing is copied.
template <class Row>
py::tuple inner_rows(const std::shared_ptr<Mms>& mms, std::vector<Row>& rows) {
  py::tuple made(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) made[i] = py::cast(std::shared_ptr<Row>(mms, &rows[i]));
  return made;
}

}  // namespace

py::tuple pickled(const char* loader, const py::object& value) {
  return py::make_tuple(py::module_::import("smsbackup._pickling").attr(loader), py::make_tuple(value));
}

py::object to_python(Record&& record) {
  return std::visit([](auto&& row) { return new_row(std::move(row)); }, std::move(record));
}

std::string json_line_from(py::handle line) {
  if (PyUnicode_Check(line.ptr())) return from_str(line, "a line of JSON");
  try {
    return line.cast<std::string>();
  } catch (const py::cast_error&) {
    throw py::type_error(std::string("a line of JSON must be str or bytes, not ") + Py_TYPE(line.ptr())->tp_name);
  }
}

bool is_record(py::handle object) {
  return py::isinstance<Sms>(object) || py::isinstance<Mms>(object) || py::isinstance<Call>(object);
}

Record record_from(py::handle object) {
  if (py::isinstance<Sms>(object)) return object.cast<const Sms&>();
  if (py::isinstance<Mms>(object)) return object.cast<const Mms&>();
  if (py::isinstance<Call>(object)) return object.cast<const Call&>();
  throw py::type_error(std::string("a record (Sms, Mms or Call) is needed, not ") + Py_TYPE(object.ptr())->tp_name);
}

RecordType record_type_from(py::handle name) {
  const auto text = name.cast<std::string>();
  for (const RecordType type : {RecordType::sms, RecordType::mms, RecordType::call}) {
    if (to_string(type) == text) return type;
  }
  throw py::value_error("a record is sms, mms or call, not " + text);
}

void bind_records(py::module_& m) {
  auto sms = bind_row<Sms>(m, "Sms", R"(One text message: a row of Android's `sms` table (Telephony.Sms). Immutable.

Its attributes are the provider's columns. None is SQL NULL, and also a column that is not there at all: `"subject" in
sms.columns` tells the two apart. Times (`date`, `date_sent`) are UTC milliseconds since 1970; `datetime` and
`datetime_sent` are the same as aware datetimes. What only some phones have is in `extras`.

Make one of keywords: None is NULL, what isn't given is absent. Times are taken as milliseconds or aware datetimes.

>>> import smsbackup
>>> sms = smsbackup.Sms(address="+12025550143", date=1698912072418, type=1, body="see you", subject=None)
>>> sms.body, sms.datetime.isoformat()
('see you', '2023-11-02T08:01:12.418000+00:00')
>>> "subject" in sms.columns, "creator" in sms.columns
(True, False)
>>> sms
<smsbackup.Sms incoming 2023-11-02T08:01:12.418Z>
)");
  bind_record(sms, "sms");

  auto address =
      bind_row<MmsAddress>(m, "MmsAddress", R"(One party of an MMS: a row of Android's `addr` table. Immutable.

`type` is 137 for the sender, 151, 130 and 129 for To, Cc and Bcc (MmsAddressType).

>>> import smsbackup
>>> smsbackup.MmsAddress(address="+12025550143", type=137, charset=106).type
137
)");
  bind_inner_row_pickling(address, "address", &Mms::addresses);

  auto part =
      bind_row<MmsPart>(m, "MmsPart", R"(One part of an MMS: a row of Android's `part` table and its file. Immutable.

`data` is the file's bytes as a Blob, a bytes-like object, or None where there is no file; text/plain parts have `text`.

>>> import smsbackup
>>> part = smsbackup.MmsPart(seq=0, ct="image/jpeg", data=b"\xff\xd8")
>>> bytes(part.data)
b'\xff\xd8'
)");
  part.def_property_readonly(
      "data",
      [](const MmsPart& self) -> py::object {
        return self.data ? py::cast(PythonBlob(*self.data)) : py::object(py::none());
      },
      "The bytes of the part's file; None where there is no file.");
  bind_inner_row_pickling(part, "part", &Mms::parts);

  auto mms = bind_row<Mms>(
      m, "Mms", R"(One multimedia message: a row of Android's `pdu` table with its `addresses` and `parts`. Immutable.

As Sms; `date` and `date_sent` are milliseconds here, too, although the provider keeps seconds.

>>> import smsbackup
>>> mms = smsbackup.Mms(date=1698912072000, msg_box=1, parts=[smsbackup.MmsPart(ct="text/plain", text="look!")])
>>> [part.text for part in mms.parts]
['look!']
)");
  mms.def_property_readonly(
      "addresses", [](const std::shared_ptr<Mms>& self) { return inner_rows(self, self->addresses); },
      "The parties, as rows.");
  mms.def_property_readonly(
      "parts", [](const std::shared_ptr<Mms>& self) { return inner_rows(self, self->parts); }, "The parts, as rows.");
  bind_record(mms, "mms");

  auto call = bind_row<Call>(m, "Call", R"(One call: a row of Android's `calls` table (CallLog.Calls). Immutable.

As Sms; `duration` is in seconds, `is_new` is the provider's column `new`.

>>> import smsbackup
>>> call = smsbackup.Call(number="+12025550143", date=1698912072418, duration=61, type=2)
>>> call.direction, call.duration
('outgoing', 61)
)");
  bind_record(call, "call");

  m.def(
      "from_json", [](const py::object& line) { return to_python(from_json_text(line)); }, py::arg("line"),
      py::pos_only());
}

}  // namespace smsbackup::python
