#include "host_store.hpp"

#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "host_object.hpp"
#include "keys.hpp"
#include "problem.hpp"
#include "reading.hpp"
#include "records.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

// KeyboardInterrupt, SystemExit and their like.
bool is_exit(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const py::error_already_set& error) {
    const py::gil_scoped_acquire gil;
    return !error.matches(PyExc_Exception);
  } catch (...) {
    return false;
  }
}

// Pulls what a Python iterator yields into batches.
class HostCursor final : public Cursor {
 public:
  explicit HostCursor(const py::object& iterable) {
    const Py_ssize_t hint = PyObject_LengthHint(iterable.ptr(), -1);
    if (hint == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    if (hint >= 0) total_ = static_cast<std::uint64_t>(hint);
    iterator_ = HostObject(py::iter(iterable));
  }

  bool next(Batch& out) override {
    if (raised_) std::rethrow_exception(std::exchange(raised_, nullptr));
    if (at_end_) return false;
    const std::uint64_t done_before = done_;
    try {
      in_python([&] { fill(out); });
    } catch (...) {
      at_end_ = true;
      // After what came before it; but Ctrl-C, which cancels the run as well, must not get lost by waiting.
      if (done_ == done_before || is_exit(std::current_exception())) throw;
      raised_ = std::current_exception();
    }
    return done_ > done_before;
  }

  Position position() const override { return {done_, total_}; }

 private:
  void fill(Batch& out) {
    const py::object iterator = iterator_.get();
    for (; !out.full(); ++done_) {
      PyObject* item = PyIter_Next(iterator.ptr());
      if (item == nullptr) {
        if (PyErr_Occurred() != nullptr) throw py::error_already_set();
        at_end_ = true;
        return;
      }
      take(py::reinterpret_steal<py::object>(item), out);
    }
  }

  static void take(const py::object& item, Batch& out) {
    if (is_record(item)) {
      add(item, {}, out);
    } else if (is_problem(item)) {
      out.problems.push_back(problem_from(item));
    } else if (py::isinstance<py::tuple>(item) && py::len(item) == 2) {
      const py::tuple pair = item;
      add(pair[0], from_str(pair[1], "a position"), out);
    } else if (py::hasattr(item, "foreign") && py::hasattr(item, "filtered")) {
      out.filtered += item.attr("filtered").cast<std::uint64_t>();
      out.foreign += item.attr("foreign").cast<std::uint64_t>();
    } else {
      throw py::type_error(std::string("a source yields records, (record, position), Problem or Skipped, not ") +
                           Py_TYPE(item.ptr())->tp_name);
    }
  }

  static void add(const py::object& record, const std::string& position, Batch& out) {
    out.add(record_from(record));
    // Either every record has a position or none has.
    if (position.empty() && out.positions.empty()) return;
    while (out.positions.size() + 1 < out.records.size()) out.positions.push_back({});
    out.positions.push_back(position);
  }

  HostObject iterator_;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> total_;
  bool at_end_ = false;
  std::exception_ptr raised_;
};

class HostStore final : public Store {
 public:
  explicit HostStore(const py::object& object) : object_(object) {
    name_ = from_str(object.attr("name"), "name");
    if (py::hasattr(object, "reopenable")) reopenable_ = py::bool_(object.attr("reopenable"));
    if (!py::hasattr(object, "durability")) return;
    const auto durability = object.attr("durability").cast<std::string>();
    if (durability != "each_write" && durability != "at_finish") {
      throw py::value_error("durability is each_write or at_finish, not " + durability);
    }
    if (durability == "at_finish") durability_ = Durability::at_finish;
  }

  std::unique_ptr<Cursor> open(const Query& query) override {
    return in_python([&]() -> std::unique_ptr<Cursor> {
      Query own = query;
      own.known = nullptr;  // lives only as long as this run
      const py::object iterable = object_.get().attr("open")(py::cast(std::move(own)));
      if (std::unique_ptr<Cursor> native = cursor_of_reading(iterable)) return native;
      return std::make_unique<HostCursor>(iterable);
    });
  }
  bool reopenable() const override { return reopenable_; }

  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    in_python([&] {
      Query own = query;
      own.known = nullptr;
      const py::object keys =
          object_.get().attr("keys")(py::cast(std::move(own)), level_name(policy.level), to_tuple(policy.own_numbers));
      for (const py::handle key : py::reinterpret_borrow<py::iterable>(keys)) visit(key.cast<const RecordKey&>());
    });
  }

  std::optional<Record> fetch(std::string_view locator) override {
    return in_python([&]() -> std::optional<Record> {
      const py::object found = object_.get().attr("fetch")(to_str(locator));
      if (found.is_none()) return std::nullopt;
      return record_from(found);
    });
  }

  Outcomes write(std::span<const Record> records) override {
    return in_python([&] {
      py::list list(records.size());
      for (std::size_t i = 0; i < records.size(); ++i) list[i] = to_python(Record(records[i]));
      return outcomes_from(object_.get().attr("write")(list), records.size());
    });
  }

  void finish() override {
    in_python([&] { object_.get().attr("finish")(); });
  }

  bool is_empty() override {
    return in_python([&] {
      const py::object object = object_.get();
      return py::hasattr(object, "is_empty") && py::bool_(object.attr("is_empty")()).cast<bool>();
    });
  }
  bool takes(RecordType type) const override {
    return in_python([&] {
      const py::object object = object_.get();
      return !py::hasattr(object, "takes") || py::bool_(object.attr("takes")(to_str(to_string(type)))).cast<bool>();
    });
  }
  Durability durability() const override { return durability_; }
  std::string name() const override { return name_; }

 private:
  static const char* level_name(DedupLevel level) {
    if (level == DedupLevel::off) return "off";
    return level == DedupLevel::exact ? "exact" : "tolerant";
  }

  static Outcomes outcomes_from(const py::object& answer, std::size_t count) {
    Outcomes outcomes;
    if (answer.is_none()) {
      outcomes.resize(count, Outcome{true, std::nullopt});
      return outcomes;
    }
    for (const py::handle one : py::reinterpret_borrow<py::iterable>(answer)) {
      if (one.is_none()) {
        outcomes.push_back({true, std::nullopt});
      } else {
        outcomes.push_back({false, problem_from(one)});
      }
    }
    if (outcomes.size() != count) {
      throw py::value_error("write() must answer with None, or with one None or Problem for each record");
    }
    return outcomes;
  }

  HostObject object_;
  std::string name_;
  bool reopenable_ = true;
  Durability durability_ = Durability::each_write;
};

}  // namespace

std::unique_ptr<Store> host_store(const py::object& object) { return std::make_unique<HostStore>(object); }

}  // namespace smsbackup::python
