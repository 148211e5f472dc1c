// The columns of a row as attributes, by CPython's own descriptors: a program that looks at millions of records does
// little else than reading them, and pybind11's properties take several times as long.
#pragma once

#include <pybind11/pybind11.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "moment.hpp"
#include "smsbackup/columns.hpp"
#include "text.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// The provider's name as a Python attribute: what record.hpp calls it.
inline std::string attribute_name(std::string_view column) {
  if (column == "new") return "is_new";
  if (column == "_data") return "data_path";
  return std::string(column.substr(column.starts_with('_') ? 1 : 0));
}

template <class Row>
py::object cell_to_python(const Row& row, const ColumnOf<Row>& column) {
  if (column.text != nullptr) {
    const Text& cell = row.*column.text;
    return cell.has_value() ? py::object(to_str(*cell)) : py::object(py::none());
  }
  const Integer& cell = row.*column.integer;
  return cell.has_value() ? py::object(py::int_(*cell)) : py::object(py::none());
}

// Calls get(row). No exception may travel through the interpreter's frames.
template <class Row, class Get>
PyObject* guarded_get(PyObject* self, Get&& get) noexcept {
  // The descriptor has checked the type, which is final and has one base.
  const auto* row = reinterpret_cast<py::detail::instance*>(self)->get_value_and_holder().template value_ptr<Row>();
  if (row == nullptr) {
    PyErr_Format(PyExc_TypeError, "%s.__init__() was not called", Py_TYPE(self)->tp_name);
    return nullptr;
  }
  try {
    return get(*row).release().ptr();
  } catch (py::error_already_set& raised) {
    raised.restore();
  } catch (...) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

template <class Row>
PyObject* get_column(PyObject* self, void* column) noexcept {
  return guarded_get<Row>(
      self, [&](const Row& row) { return cell_to_python(row, *static_cast<const ColumnOf<Row>*>(column)); });
}

template <class Row>
PyObject* get_moment(PyObject* self, void* column) noexcept {
  return guarded_get<Row>(self, [&](const Row& row) {
    const Integer& cell = row.*static_cast<const ColumnOf<Row>*>(column)->integer;
    return to_datetime(cell.has_value() ? std::optional(*cell) : std::nullopt);
  });
}

// Names and docstrings that the interpreter points to as long as it runs.
template <class Row>
class ColumnGetters {
 public:
  static PyGetSetDef* all() {
    static ColumnGetters getters;
    return getters.all_.data();
  }

 private:
  ColumnGetters() {
    for (const ColumnOf<Row>& column : columns_of<Row>()) {
      const std::string name = attribute_name(column.name);
      const bool is_time = column.unit != Unit::none;
      add(name, get_column<Row>, column,
          "Android's column `" + std::string(column.name) + "`" + (is_time ? ", in UTC milliseconds since 1970" : "") +
              "; None if NULL or absent.");
      if (!is_time) continue;
      // date -> datetime, date_sent -> datetime_sent, last_modified -> datetime_last_modified
      add("datetime" + (name == "last_modified" ? "_last_modified" : name.substr(4)), get_moment<Row>, column,
          "`" + name +
              "` as an aware datetime in UTC; None where it has no value, or one outside of the years 1 to 9999.");
    }
    all_.push_back({});
  }
  void add(std::string name, getter get, const ColumnOf<Row>& column, std::string doc) {
    const char* const kept_name = texts_.emplace_back(std::move(name)).c_str();
    const char* const kept_doc = texts_.emplace_back(std::move(doc)).c_str();
    all_.push_back({kept_name, get, nullptr, kept_doc, const_cast<ColumnOf<Row>*>(&column)});
  }

  std::deque<std::string> texts_;
  std::vector<PyGetSetDef> all_;
};

// For py::class_<Row>.
template <class Row>
py::custom_type_setup column_getters() {
  return py::custom_type_setup([](PyHeapTypeObject* type) { type->ht_type.tp_getset = ColumnGetters<Row>::all(); });
}

}  // namespace smsbackup::python
