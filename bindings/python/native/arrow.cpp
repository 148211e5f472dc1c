#include "arrow.hpp"

#include <optional>
#include <string>
#include <utility>

#include "interruptible.hpp"
#include "module.hpp"
#include "place.hpp"
#include "problem.hpp"
#include "reading.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

template <class Structure>
void release_capsule(PyObject* capsule) {
  const char* name = PyCapsule_GetName(capsule);
  auto* structure = static_cast<Structure*>(PyCapsule_GetPointer(capsule, name));
  if (structure == nullptr) {
    PyErr_Clear();
    return;
  }
  if (structure->release != nullptr) structure->release(structure);
  delete structure;
}

// The capsule owns the structure, and releases it unless somebody has moved it out.
template <class Structure>
py::capsule capsule_of(std::unique_ptr<Structure> structure, const char* name) {
  PyObject* made = PyCapsule_New(structure.get(), name, release_capsule<Structure>);
  if (made == nullptr) throw py::error_already_set();
  structure.release();
  return py::reinterpret_steal<py::capsule>(made);
}

ArrowTable table_from(const std::string& name) {
  if (name == "messages") return ArrowTable::messages;
  if (name == "parts") return ArrowTable::parts;
  if (name == "parties") return ArrowTable::parties;
  throw Error(ErrorCode::invalid_argument, "making a table: there is none of that name",
              "There are messages, parts and parties.");
}

// Records that somebody else's table holds, as a store that can only be read.
class TableStore final : public Store {
 public:
  explicit TableStore(std::unique_ptr<Source> source) : source_(std::move(source)) {}

  std::unique_ptr<Cursor> open(const Query& query) override { return source_->open(query); }
  bool reopenable() const override { return source_->reopenable(); }
  std::string name() const override { return source_->name(); }
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    const auto cursor = open(query);
    for (Batch batch; cursor->next(batch); batch.clear()) {
      for (const Record& record : batch.records) visit(key_of(record, policy.level, policy.own_numbers));
    }
  }
  Outcomes write(std::span<const Record>) override {
    throw Error(ErrorCode::unsupported, "writing to " + name() + ": a table can't be written to",
                "Make a store, and a table of that.");
  }

 private:
  std::unique_ptr<Source> source_;
};

std::vector<std::string> columns_from(const py::object& columns) {
  std::vector<std::string> names;
  if (columns.is_none()) return names;
  for (const py::handle name : py::reinterpret_borrow<py::iterable>(columns))
    names.push_back(from_str(name, "a column"));
  if (names.empty()) throw Error(ErrorCode::invalid_argument, "making a table: it has no columns");
  return names;
}

ArrowOptions options_from(const std::string& table, const py::object& columns, std::size_t batch_rows,
                          std::size_t batch_bytes, std::int64_t first_row) {
  ArrowOptions options;
  options.table = table_from(table);
  options.columns = columns_from(columns);
  options.batch_rows = batch_rows;
  options.batch_bytes = batch_bytes;
  options.first_row = first_row;
  return options;
}

std::shared_ptr<ArrowStream> make_stream(Reading& reading, const py::object& name, const std::string& table,
                                         const py::object& columns, std::size_t batch_rows, std::size_t batch_bytes,
                                         std::int64_t first_row, const py::object& on_problem, const py::list& kept) {
  ArrowOptions options = options_from(table, columns, batch_rows, batch_bytes, first_row);
  options.source = from_str(name, "name");
  export_arrow_schema(options, std::make_unique<ArrowSchema>().get());
  auto problems = std::make_shared<ProblemLog>(on_problem, kept);
  options.on_problem = [problems](Problem problem) { problems->tell(std::move(problem)); };
  return std::make_shared<ArrowStream>(reading.release(), std::move(options), std::move(problems));
}

py::list fields_of(const std::string& table) {
  py::list fields;
  for (const ArrowField& field : arrow_fields(table_from(table))) {
    fields.append(py::make_tuple(to_str(field.name), to_str(field.format), field.by_default, to_str(field.meaning)));
  }
  return fields;
}

}  // namespace

Needs needs_from(const py::object& table, const py::object& columns) {
  if (table.is_none()) return {};
  ArrowOptions options;
  options.table = table_from(from_str(table, "a table"));
  options.columns = columns_from(columns);
  return arrow_needs(options);
}

ProblemLog::ProblemLog(const py::object& callback, const py::list& kept) : kept_(kept) {
  if (!callback.is_none()) callback_ = HostObject(callback);
}

void ProblemLog::tell(Problem problem) {
  ++total_;
  in_python([&] {
    if (callback_) {
      callback_.get()(to_python(std::move(problem)));
    } else if (py::list kept(kept_.get()); kept.size() < most_kept) {
      kept.append(to_python(std::move(problem)));
    }
  });
}

ArrowStream::ArrowStream(std::unique_ptr<Cursor> cursor, ArrowOptions options, std::shared_ptr<ProblemLog> problems)
    : options_(options),
      reader_(std::make_unique<ArrowReader>(std::move(cursor), std::move(options))),
      problems_(std::move(problems)) {}

ArrowReader& ArrowStream::reader() {
  if (!reader_) {
    throw Error(ErrorCode::invalid_argument, "reading a table: it was handed over already",
                "Each stream is read once; make another one.");
  }
  return *reader_;
}

py::capsule ArrowStream::schema() const {
  auto schema = std::make_unique<ArrowSchema>();
  export_arrow_schema(options_, schema.get());
  return capsule_of(std::move(schema), "arrow_schema");
}

py::capsule ArrowStream::stream() {
  reader();
  auto stream = std::make_unique<ArrowArrayStream>();
  export_arrow(std::move(reader_), stream.get());
  return capsule_of(std::move(stream), "arrow_array_stream");
}

py::object ArrowStream::next_batch() {
  ArrowReader& from = reader();
  auto array = std::make_unique<ArrowArray>();
  bool more = false;
  {
    const Interruptible interruptible({options_.cancel});
    try {
      more = without_gil([&] { return from.next(array.get()); });
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) check_signals();
      throw;
    }
  }
  if (!more) return py::none();
  py::capsule owned = capsule_of(std::move(array), "arrow_array");
  return py::make_tuple(schema(), std::move(owned));
}

void bind_arrow(py::module_& m) {
  py::class_<ArrowStream, std::shared_ptr<ArrowStream>>(m, "ArrowStream", py::is_final(), "A table on its way.")
      .def("schema", &ArrowStream::schema)
      .def("stream", &ArrowStream::stream)
      .def("next_batch", &ArrowStream::next_batch)
      .def_property_readonly("problems_total", &ArrowStream::problems_total);
  m.def("make_arrow_stream", &make_stream, py::arg("reading"), py::arg("name"), py::arg("table"), py::arg("columns"),
        py::arg("batch_rows"), py::arg("batch_bytes"), py::arg("first_row"), py::arg("on_problem"), py::arg("kept"));
  m.def("arrow_fields", &fields_of, py::arg("table"));
  m.def(
      "open_arrow",
      [](const py::object& capsule, const py::object& name) {
        auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
        if (stream == nullptr) throw py::error_already_set();
        if (stream->release == nullptr)
          throw Error(ErrorCode::invalid_argument, "reading a table: it was read already");
        const std::string shown = from_str(name, "name");
        auto source = without_gil([&] { return import_arrow(stream, shown); });
        return native_store(
            std::make_shared<Place>(std::make_unique<TableStore>(std::move(source)), CancelToken(), false));
      },
      py::arg("stream"), py::arg("name"));
}

}  // namespace smsbackup::python
