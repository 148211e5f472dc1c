// One pass over a place, as a Python iterator of records.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host_object.hpp"
#include "place.hpp"
#include "smsbackup/source.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// Batch by batch, for whatever is built on top of it: the iterator of records, and tables of columns.
class Reading {
 public:
  // `open` makes the cursor. Problems are told to `on_problem`; if that is None, `kept` takes the first of them: a list
  // of the caller's, so that he needn't keep the pass for it.
  static std::shared_ptr<Reading> begin(
      std::shared_ptr<Place> place, const py::object& on_problem, py::list kept,
      const std::function<std::unique_ptr<Cursor>(Source&, const CancelToken&)>& open);

  // The next batch that holds a record. Null at the end, for ever. With the GIL, which is released for the work.
  const Batch* next_batch();
  // The next record, to be moved from. Null at the end.
  Record* next();

  // Ends the pass early; what comes next is an Error that says why.
  void end(const char* why) noexcept;

  // The cursor itself, for a library that goes on with it. The pass is over for Python.
  std::unique_ptr<Cursor> release();

  static constexpr std::size_t max_problems = 1000;
  const py::list& problems() const noexcept { return kept_; }
  std::uint64_t problems_total() const noexcept { return problems_total_; }
  std::uint64_t filtered() const noexcept { return filtered_; }
  std::uint64_t foreign() const noexcept { return foreign_; }
  // Where the record was that next() gave last, for people; empty if the source doesn't say.
  std::string where() const;
  Position position() const noexcept { return position_; }

 private:
  Reading(std::shared_ptr<Place> place, py::object on_problem, py::list kept);
  bool fetch();
  void take_problems();

  std::shared_ptr<Place> place_;
  py::object on_problem_;
  py::list kept_;
  std::unique_ptr<Cursor> cursor_;
  const char* ended_ = nullptr;
  CancelToken token_;
  Batch batch_;
  std::size_t at_ = 0;
  std::uint64_t problems_total_ = 0;
  std::uint64_t filtered_ = 0;
  std::uint64_t foreign_ = 0;
  Position position_;
};

// If the object is a Reading, its cursor, which keeps the place alive; else null.
std::unique_ptr<Cursor> cursor_of_reading(const py::object& object);

}  // namespace smsbackup::python
