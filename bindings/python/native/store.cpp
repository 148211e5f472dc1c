#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host_object.hpp"
#include "host_store.hpp"
#include "interruptible.hpp"
#include "keys.hpp"
#include "module.hpp"
#include "options.hpp"
#include "place.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "reading.hpp"
#include "records.hpp"
#include "smsbackup/imap_store.hpp"
#include "text.hpp"

namespace smsbackup::python {

Place::Place(std::unique_ptr<Store> store, CancelToken cancel, bool waits, std::vector<std::shared_ptr<Place>> parts)
    : parts_(std::move(parts)),
      store_(std::move(store)),
      cancel_(std::move(cancel)),
      waits_(waits),
      name_(store_->name()) {}

Store& Place::store() const {
  if (!store_) throw Error(ErrorCode::invalid_argument, "using " + name_ + ": it is closed");
  return *store_;
}

void Place::begin_pass(const std::shared_ptr<Reading>& reading) {
  store();
  if (const auto before = pass_.lock()) before->end("another pass over its source has begun");
  pass_ = reading;
}

void Place::close() {
  if (in_use_.exchange(true)) throw Error(ErrorCode::busy, "closing " + name_ + ": somebody is using it");
  if (const auto pass = pass_.lock()) pass->end("its source was closed");
  pass_.reset();
  auto store = std::move(store_);
  without_gil([&] { store.reset(); });
  in_use_ = false;
}

Lease::Lease(std::shared_ptr<Place> place) : place_(std::move(place)) {
  if (place_->in_use_.exchange(true)) {
    const std::string name = place_->name();
    place_ = nullptr;
    throw Error(ErrorCode::busy, "using " + name + ": another thread, or the work that called back, is using it",
                "Open it once more for the other thread.");
  }
  try {
    for (const auto& part : place_->parts_) {
      parts_.emplace_back(part);
      parts_.back().store();
    }
  } catch (...) {
    place_->in_use_ = false;
    throw;
  }
}

Lease::~Lease() {
  if (place_) place_->in_use_ = false;
}

namespace {

// What Python holds of a native store.
class NativeStore {
 public:
  explicit NativeStore(std::shared_ptr<Place> place) : place_(std::move(place)) {}
  const std::shared_ptr<Place>& place() const noexcept { return place_; }

 private:
  std::shared_ptr<Place> place_;
};

NativeStore open_native(const py::object& address, const std::string& mode, const py::object& options) {
  CancelToken cancel;
  const std::string uri = from_str(address, "the address of a store");
  StoreOptions store_options = store_options_from(options);
  store_options.imap.cancel = cancel;
  const Access access = mode == "r" ? Access::read : Access::write;
  const bool waits = uri.starts_with("imap");
  auto store = without_gil([&] { return open_store(uri, access, store_options); });
  return NativeStore(std::make_shared<Place>(std::move(store), cancel, waits));
}

template <class Work>
auto work_with(const NativeStore& self, Work&& work) {
  const Lease lease(self.place());
  std::optional<Interruptible> interruptible;
  if (self.place()->waits()) interruptible.emplace(std::vector<CancelToken>{self.place()->cancel()});
  try {
    return without_gil([&] { return work(lease.store()); });
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) check_signals();
    throw;
  }
}

py::list keys(const NativeStore& self, const py::object& query, const std::string& level,
              const py::object& own_numbers) {
  const Query wanted = query_from(query);
  const DedupPolicy policy{dedup_level_from(level), strings_from(own_numbers, "own_numbers")};
  std::vector<RecordKey> found;
  work_with(self,
            [&](Store& store) { store.keys(wanted, policy, [&](const RecordKey& key) { found.push_back(key); }); });
  py::list list(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) list[i] = py::cast(std::move(found[i]));
  return list;
}

py::list write(const NativeStore& self, const py::object& records) {
  std::vector<Record> copies;
  for (const py::handle record : py::reinterpret_borrow<py::iterable>(records)) copies.push_back(record_from(record));
  Outcomes outcomes = work_with(self, [&](Store& store) { return store.write(copies); });
  py::list list;
  for (Outcome& outcome : outcomes) {
    list.append(outcome.written ? py::object(py::none()) : to_python(outcome.problem.value_or(Problem())));
  }
  return list;
}

py::object check(const NativeStore& self) {
  using namespace py::literals;
  const ImapServerInfo info = work_with(self, [&](Store& store) {
    auto* server = dynamic_cast<ImapStore*>(&store);
    if (server == nullptr)
      throw Error(ErrorCode::invalid_argument, "checking " + store.name() + ": it is no mail server");
    return server->check();
  });
  py::list folders;
  for (const auto& folder : info.folders) {
    folders.append(py::dict("name"_a = to_str(folder.name), "exists"_a = folder.exists, "messages"_a = folder.messages,
                            "uid_validity"_a = folder.uid_validity));
  }
  return py::dict("greeting"_a = to_str(info.greeting), "software"_a = to_str(info.software),
                  "capabilities"_a = to_tuple(info.capabilities), "tls_version"_a = to_str(info.tls_version),
                  "mechanism"_a = to_str(info.mechanism), "compression"_a = info.compression,
                  "append_limit"_a = optional_to_python(info.append_limit), "folders"_a = folders);
}

}  // namespace

std::shared_ptr<Place> place_of(const py::object& store) {
  if (py::isinstance<NativeStore>(store)) return store.cast<const NativeStore&>().place();
  return std::make_shared<Place>(host_store(store), CancelToken(), false);
}

py::object native_store(std::shared_ptr<Place> place) { return py::cast(NativeStore(std::move(place))); }

void bind_store(py::module_& m) {
  py::class_<NativeStore>(m, "NativeStore", py::is_final(), "A store of the library.")
      .def_property_readonly("name", [](const NativeStore& self) { return to_str(self.place()->name()); })
      .def_property_readonly("closed", [](const NativeStore& self) { return self.place()->is_closed(); })
      .def_property_readonly("reopenable", [](const NativeStore& self) { return self.place()->store().reopenable(); })
      .def_property_readonly("durability",
                             [](const NativeStore& self) {
                               return self.place()->store().durability() == Durability::at_finish ? "at_finish"
                                                                                                  : "each_write";
                             })
      .def("close", [](const NativeStore& self) { self.place()->close(); })
      .def(
          "open",
          [](const NativeStore& self, const py::object& query, const py::list& kept) {
            return Reading::begin(
                self.place(), py::none(), kept,
                [query = query_from(query)](Source& source, const CancelToken&) { return source.open(query); });
          },
          py::arg("query"), py::arg("kept"))
      .def(
          "split",
          [](const NativeStore& self, std::size_t wanted) {
            return to_tuple(work_with(self, [&](Store& store) { return store.split(wanted); }));
          },
          py::arg("wanted"))
      .def("keys", &keys, py::arg("query"), py::arg("level"), py::arg("own_numbers"))
      .def(
          "fetch",
          [](const NativeStore& self, const py::object& locator) -> py::object {
            const std::string text = from_str(locator, "locator");
            auto found = work_with(self, [&](Store& store) { return store.fetch(text); });
            return found ? to_python(std::move(*found)) : py::object(py::none());
          },
          py::arg("locator"))
      .def("write", &write, py::arg("records"))
      .def("finish", [](const NativeStore& self) { work_with(self, [](Store& store) { store.finish(); }); })
      .def("is_empty",
           [](const NativeStore& self) { return work_with(self, [](Store& store) { return store.is_empty(); }); })
      .def(
          "takes",
          [](const NativeStore& self, const py::object& kind) {
            return self.place()->store().takes(record_type_from(kind));
          },
          py::arg("kind"))
      .def("check", &check);
  m.def("open_store", &open_native, py::arg("address"), py::arg("mode"), py::arg("options"));
  m.def(
      "detect_store",
      [](const py::object& path) {
        const std::string text = from_str(path, "path");
        return to_str(without_gil([&] { return detect_store(text); }));
      },
      py::arg("path"));
  m.def("registered_stores", [] { return to_tuple(registered_stores()); });
}

}  // namespace smsbackup::python
