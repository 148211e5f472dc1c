#include "reading.hpp"

#include <utility>

#include "arrow.hpp"
#include "contacts.hpp"
#include "interruptible.hpp"
#include "module.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "records.hpp"
#include "smsbackup/read.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

// The cursor of a pass that Python began and the library goes on with.
class ReleasedCursor final : public Cursor {
 public:
  ReleasedCursor(std::shared_ptr<Place> place, std::unique_ptr<Cursor> cursor)
      : place_(std::move(place)), cursor_(std::move(cursor)) {}

  bool next(Batch& out) override {
    const Lease lease(place_);
    return cursor_->next(out);
  }
  Position position() const override { return cursor_->position(); }

 private:
  std::shared_ptr<Place> place_;
  std::unique_ptr<Cursor> cursor_;  // ends before the place may
};

// Runs work of a place without the GIL, so that Ctrl-C ends it if it may take long.
template <class Work>
auto work_at(const Place& place, const CancelToken& token, bool takes_long, Work&& work) {
  std::optional<Interruptible> interruptible;
  if (takes_long || place.waits()) interruptible.emplace(std::vector<CancelToken>{token, place.cancel()});
  try {
    return without_gil(work);
  } catch (const Error& error) {
    if (interruptible && error.code() == ErrorCode::cancelled) check_signals();
    throw;
  }
}

}  // namespace

Reading::Reading(std::shared_ptr<Place> place, py::object on_problem, py::list kept)
    : place_(std::move(place)), on_problem_(std::move(on_problem)), kept_(std::move(kept)) {}

std::shared_ptr<Reading> Reading::begin(
    std::shared_ptr<Place> place, const py::object& on_problem, py::list kept,
    const std::function<std::unique_ptr<Cursor>(Source&, const CancelToken&)>& open) {
  const std::shared_ptr<Reading> reading(new Reading(place, on_problem, std::move(kept)));
  place->begin_pass(reading);
  const Lease lease(place);
  reading->cursor_ = work_at(*place, reading->token_, true, [&] { return open(lease.store(), reading->token_); });
  return reading;
}

bool Reading::fetch() {
  check_signals();  // list(reading) runs no Python code in between that would
  if (ended_ != nullptr) throw Error(ErrorCode::invalid_argument, std::string("reading on: ") + ended_);
  if (!cursor_) return false;
  batch_.clear();
  at_ = 0;
  bool more = false;
  {
    const Lease lease(place_);
    lease.store();  // not closed
    try {
      more = work_at(*place_, token_, false, [&] { return cursor_->next(batch_); });
      position_ = cursor_->position();
    } catch (...) {
      batch_.clear();
      without_gil([&] { cursor_.reset(); });
      throw;
    }
    if (!more) {
      without_gil([&] { cursor_.reset(); });
    }
  }
  filtered_ += batch_.filtered;
  foreign_ += batch_.foreign;
  take_problems();
  return more;
}

void Reading::take_problems() {
  problems_total_ += batch_.problems.size();
  for (Problem& problem : batch_.problems) {
    if (on_problem_.is_none() && kept_.size() >= max_problems) break;
    const py::object converted = to_python(std::move(problem));
    if (on_problem_.is_none()) {
      kept_.append(converted);
    } else {
      on_problem_(converted);
    }
  }
  batch_.problems.clear();
}

const Batch* Reading::next_batch() {
  while (fetch()) {
    if (!batch_.records.empty()) {
      at_ = batch_.records.size();
      return &batch_;
    }
  }
  return nullptr;
}

Record* Reading::next() {
  while (at_ == batch_.records.size()) {
    if (!fetch()) return nullptr;
  }
  if (ended_ != nullptr) throw Error(ErrorCode::invalid_argument, std::string("reading on: ") + ended_);
  return &batch_.records[at_++];
}

std::string Reading::where() const {
  return at_ > 0 && at_ <= batch_.positions.size() ? std::string(batch_.positions[at_ - 1]) : std::string();
}

void Reading::end(const char* why) noexcept {
  if (!cursor_ && at_ == batch_.records.size()) return;  // is over already
  ended_ = why;
  cursor_.reset();
}

std::unique_ptr<Cursor> Reading::release() {
  if (ended_ != nullptr || !cursor_) throw Error(ErrorCode::invalid_argument, "reading on: this pass is over");
  ended_ = "this pass was handed over to somebody else";
  return std::make_unique<ReleasedCursor>(place_, std::move(cursor_));
}

std::unique_ptr<Cursor> cursor_of_reading(const py::object& object) {
  if (!py::isinstance<Reading>(object)) return nullptr;
  return object.cast<Reading&>().release();
}

namespace {

// __next__ as the interpreter itself calls it: null without an error is the end.
PyObject* next_record(PyObject* self) noexcept {
  auto* const reading =
      reinterpret_cast<py::detail::instance*>(self)->get_value_and_holder().template value_ptr<Reading>();
  if (reading == nullptr) {
    PyErr_SetString(PyExc_TypeError, "Reading.__init__() was not called");
    return nullptr;
  }
  try {
    Record* const record = reading->next();
    return record == nullptr ? nullptr : to_python(std::move(*record)).release().ptr();
  } catch (py::error_already_set& raised) {
    raised.restore();
  } catch (...) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

}  // namespace

void bind_reading(py::module_& m) {
  const py::custom_type_setup iterates([](PyHeapTypeObject* type) {
    type->ht_type.tp_iter = PyObject_SelfIter;
    type->ht_type.tp_iternext = next_record;
  });
  py::class_<Reading, std::shared_ptr<Reading>>(
      m, "Reading", py::is_final(), iterates,
      R"(One pass over a source: an iterator of records that never stops for a bad one.

What could not be read is in `problems`, in the order met: the first 1000, or all of them through the callback that read()
takes. A source has one pass at a time: beginning another ends this one.

>>> import smsbackup
>>> reading = smsbackup.open("damaged.jsonl").read()
>>> len(list(reading)), [problem.code.value for problem in reading.problems]
(2, ['corrupt_input'])
)")
      .def_property_readonly(
          "problems", [](const Reading& self) { return py::tuple(self.problems()); },
          "The first 1000 problems met so far; empty when they go to a callback.")
      .def_property_readonly("problems_total", &Reading::problems_total, "How many problems were met so far.")
      .def_property_readonly("filtered", &Reading::filtered, "How many records were left out because of the query.")
      .def_property_readonly("foreign", &Reading::foreign,
                             "How much of what was met is not ours: other people's mail in the folder.")
      .def_property_readonly(
          "where", [](const Reading& self) { return to_str(self.where()); },
          "Where the record was that came last, for people: 'sms.xml, row 12'; may be empty.")
      .def_property_readonly(
          "done", [](const Reading& self) { return self.position().done; },
          "How far the pass is, in whatever the source counts (bytes, mails).")
      .def_property_readonly(
          "total", [](const Reading& self) { return optional_to_python(self.position().total); },
          "Out of how many, if the source knows. A hint.");

  m.def(
      "read",
      [](const py::object& source, const py::object& query, const py::object& contacts, const py::object& on_problem,
         const py::list& kept, const py::object& piece, const py::object& table, const py::object& columns) {
        auto book = contact_book_from(contacts);
        const std::string name = from_str(piece, "a piece");
        return Reading::begin(
            place_of(source), on_problem, kept,
            [query = query_from(query), book, name, needs = needs_from(table, columns)](
                Source& opened, const CancelToken& token) { return read(opened, query, book, token, name, needs); });
      },
      py::arg("source"), py::arg("query"), py::arg("contacts"), py::arg("on_problem"), py::arg("kept"),
      py::arg("piece") = "", py::arg("table") = py::none(), py::arg("columns") = py::none());
}

}  // namespace smsbackup::python
