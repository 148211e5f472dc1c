#include "moment.hpp"

#include <datetime.h>

#include <chrono>
#include <string>

namespace smsbackup::python {
namespace {

void import_datetime() {
  if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
  if (PyDateTimeAPI == nullptr) throw py::error_already_set();
}

}  // namespace

py::object to_datetime(std::optional<std::int64_t> milliseconds) {
  using namespace std::chrono;
  constexpr std::int64_t first = -62'135'596'800'000;  // the year 1
  constexpr std::int64_t end = 253'402'300'800'000;    // the year 10000
  if (!milliseconds || *milliseconds < first || *milliseconds >= end) return py::none();
  import_datetime();
  const sys_time<std::chrono::milliseconds> moment{std::chrono::milliseconds(*milliseconds)};
  const auto day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss time(moment - day);
  PyObject* made = PyDateTimeAPI->DateTime_FromDateAndTime(
      static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
      static_cast<int>(static_cast<unsigned>(date.day())), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()) * 1000, PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType);
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

std::int64_t from_int(py::handle value, const char* what) {
  if (!PyLong_Check(value.ptr())) {
    throw py::type_error(std::string(what) + " must be an int, not " + Py_TYPE(value.ptr())->tp_name);
  }
  const long long number = PyLong_AsLongLong(value.ptr());
  if (number == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  return number;
}

std::int64_t from_moment(py::handle value, const char* what) {
  import_datetime();
  if (!PyDateTime_Check(value.ptr())) return from_int(value, what);
  if (value.attr("tzinfo").is_none()) {
    throw py::value_error(std::string(what) + " must be an aware datetime: this one has no time zone");
  }
  const py::module_ datetime = py::module_::import("datetime");
  const py::object epoch = to_datetime(0);
  const py::object milliseconds = datetime.attr("timedelta")(py::arg("milliseconds") = 1);
  const py::object count = (py::reinterpret_borrow<py::object>(value) - epoch).attr("__floordiv__")(milliseconds);
  return from_int(count, what);
}

}  // namespace smsbackup::python
