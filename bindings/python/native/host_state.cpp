#include "host_state.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host_object.hpp"
#include "module.hpp"
#include "places.hpp"
#include "records.hpp"
#include "smsbackup/state_file.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

py::module_ state_module() { return py::module_::import("smsbackup._state"); }

Digest digest_from(py::handle fingerprint) {
  const auto bytes = fingerprint.cast<std::string>();
  Digest digest;
  if (bytes.size() != digest.bytes.size()) throw py::value_error("a fingerprint has 16 bytes");
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

py::bytes bytes_of(const Digest& digest) {
  return py::bytes(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
}

constexpr const char* count_names[] = {"read", "filtered", "duplicate", "written", "failed"};
constexpr std::uint64_t Counts::*count_members[] = {&Counts::read, &Counts::filtered, &Counts::duplicate,
                                                    &Counts::written, &Counts::failed};

py::object run_to_python(const StateRun& run) {
  using namespace py::literals;
  py::dict counts;
  for (std::size_t i = 0; i < std::size(count_names); ++i) counts[count_names[i]] = run.counts.*count_members[i];
  return state_module().attr("StateRun")("started"_a = run.started, "finished"_a = optional_to_python(run.finished),
                                         "complete"_a = run.complete, "runs_before"_a = run.runs_before,
                                         "skipped"_a = run.skipped, **counts);
}

StateRun run_from(const py::object& object) {
  StateRun run;
  run.started = object.attr("started").cast<std::int64_t>();
  const py::object finished = object.attr("finished");
  if (!finished.is_none()) run.finished = finished.cast<std::int64_t>();
  run.complete = py::bool_(object.attr("complete"));
  run.runs_before = object.attr("runs_before").cast<std::uint64_t>();
  run.skipped = object.attr("skipped").cast<std::uint64_t>();
  for (std::size_t i = 0; i < std::size(count_names); ++i) {
    run.counts.*count_members[i] = object.attr(count_names[i]).cast<std::uint64_t>();
  }
  return run;
}

class HostState final : public StateStore {
 public:
  explicit HostState(py::object state) : state_(std::move(state)) {}

  void visit_done(const Visitor& visit) override {
    in_python([&] {
      const py::object done = state_.get().attr("done")();
      for (const py::handle fingerprint : py::reinterpret_borrow<py::iterable>(done)) visit(digest_from(fingerprint));
    });
  }
  void mark_done(std::span<const Digest> fingerprints) override {
    in_python([&] {
      py::list list(fingerprints.size());
      for (std::size_t i = 0; i < fingerprints.size(); ++i) list[i] = bytes_of(fingerprints[i]);
      state_.get().attr("mark_done")(list);
    });
  }
  std::optional<StateRun> last_run() override {
    return in_python([&]() -> std::optional<StateRun> {
      const py::object run = state_.get().attr("last_run")();
      if (run.is_none()) return std::nullopt;
      return run_from(run);
    });
  }
  void save_run(const StateRun& run) override {
    in_python([&] { state_.get().attr("save_run")(run_to_python(run)); });
  }
  void reset() override {
    in_python([&] { state_.get().attr("reset")(); });
  }

 private:
  HostObject state_;
};

// A state file as Python holds it: closed when told, used by one run or thread at a time.
class NativeState {
 public:
  explicit NativeState(std::unique_ptr<StateStore> store) : store_(std::move(store)) {}

  bool is_closed() const noexcept { return store_ == nullptr; }
  void close() {
    if (in_use_.exchange(true)) throw Error(ErrorCode::busy, "closing a state file: somebody is using it");
    auto store = std::move(store_);
    without_gil([&] { store.reset(); });
    in_use_ = false;
  }

 private:
  friend class StateLease;
  std::unique_ptr<StateStore> store_;
  std::atomic<bool> in_use_ = false;
};

// The right to use it, for as long as it lives.
class StateLease final : public StateStore {
 public:
  explicit StateLease(std::shared_ptr<NativeState> state) : state_(std::move(state)) {
    if (state_->in_use_.exchange(true)) throw Error(ErrorCode::busy, "using a state file: somebody else is using it");
    if (!state_->is_closed()) return;
    state_->in_use_ = false;
    throw Error(ErrorCode::invalid_argument, "using a state file: it is closed");
  }
  ~StateLease() override { state_->in_use_ = false; }

  void visit_done(const Visitor& visit) override { state_->store_->visit_done(visit); }
  void mark_done(std::span<const Digest> fingerprints) override { state_->store_->mark_done(fingerprints); }
  std::optional<StateRun> last_run() override { return state_->store_->last_run(); }
  void save_run(const StateRun& run) override { state_->store_->save_run(run); }
  void reset() override { state_->store_->reset(); }

 private:
  std::shared_ptr<NativeState> state_;
};

py::object optional_run(const std::optional<StateRun>& run) {
  return run ? run_to_python(*run) : py::object(py::none());
}

Digest state_name_from(const py::object& name) {
  const auto digest = Digest::from_hex(from_str(name, "the name of a state"));
  if (!digest) throw py::value_error("the name of a state is 32 hexadecimal digits: see state_name()");
  return *digest;
}

std::shared_ptr<NativeState> open_state(const py::object& path, const py::object& name, bool anew) {
  const std::filesystem::path file(from_str(path, "path"));
  const Digest digest = state_name_from(name);
  const auto opening = anew ? StateOpening::anew : StateOpening::as_it_is;
  return std::make_shared<NativeState>(without_gil([&] { return open_state_file(file, digest, opening); }));
}

py::list done_in(const std::shared_ptr<NativeState>& state) {
  StateLease lease(state);
  std::vector<Digest> done;
  without_gil([&] { lease.visit_done([&](const Digest& fingerprint) { done.push_back(fingerprint); }); });
  py::list list(done.size());
  for (std::size_t i = 0; i < done.size(); ++i) list[i] = bytes_of(done[i]);
  return list;
}

void mark_done_in(const std::shared_ptr<NativeState>& state, const py::iterable& fingerprints) {
  std::vector<Digest> done;
  for (const py::handle fingerprint : fingerprints) done.push_back(digest_from(fingerprint));
  StateLease lease(state);
  without_gil([&] { lease.mark_done(done); });
}

void bind_state_file(py::module_& m) {
  using Shared = std::shared_ptr<NativeState>;
  py::class_<NativeState, Shared>(m, "NativeState", py::is_final(), "A state in a file.")
      .def(py::init(&open_state), py::arg("path"), py::arg("name"), py::arg("anew"))
      .def_property_readonly("closed", &NativeState::is_closed)
      .def("close", &NativeState::close)
      .def("done", &done_in)
      .def("mark_done", &mark_done_in, py::arg("fingerprints"))
      .def("last_run",
           [](const Shared& self) {
             StateLease lease(self);
             return optional_run(without_gil([&] { return lease.last_run(); }));
           })
      .def(
          "save_run",
          [](const Shared& self, const py::object& run) {
            const StateRun saved = run_from(run);
            StateLease lease(self);
            without_gil([&] { lease.save_run(saved); });
          },
          py::arg("run"))
      .def("reset", [](const Shared& self) {
        StateLease lease(self);
        without_gil([&] { lease.reset(); });
      });
  m.def(
      "last_run_in_state_file",
      [](const py::object& path, const py::object& name) {
        const std::filesystem::path file(from_str(path, "path"));
        const Digest digest = state_name_from(name);
        return optional_run(without_gil([&] { return last_run_in_state_file(file, digest); }));
      },
      py::arg("path"), py::arg("name"));
  m.def(
      "last_runs_in_state_file",
      [](const py::object& path) {
        const std::filesystem::path file(from_str(path, "path"));
        py::list runs;
        for (const StateRun& run : without_gil([&] { return last_runs_in_state_file(file); })) {
          runs.append(run_to_python(run));
        }
        return runs;
      },
      py::arg("path"));
  m.def(
      "place_identity",
      [](const py::object& address) { return to_str(tool::identity_of(from_str(address, "the address of a store"))); },
      py::arg("address"));
}

}  // namespace

std::unique_ptr<StateStore> host_state(const py::object& state) {
  if (state.is_none()) return nullptr;
  if (py::hasattr(state, "_native_state")) {
    return std::make_unique<StateLease>(state.attr("_native_state").cast<std::shared_ptr<NativeState>>());
  }
  return std::make_unique<HostState>(state);
}

void bind_state(py::module_& m) {
  bind_state_file(m);
  m.def(
      "state_fingerprint", [](const py::object& record) { return bytes_of(state_fingerprint(record_from(record))); },
      R"(What a state knows a record by: 16 bytes (docs/state.md).

>>> import smsbackup
>>> len(smsbackup.state_fingerprint(smsbackup.Sms(body="see you")))
16
)",
      py::arg("record"), py::pos_only());
  m.def(
      "state_name",
      [](const py::object& phone, const py::object& archive) {
        return state_name(from_str(phone, "phone"), from_str(archive, "archive")).hex();
      },
      R"(A name for the state of one phone and one archive that tells neither: 32 hexadecimal digits.

>>> import smsbackup
>>> smsbackup.state_name("my phone", "imaps://me@host/SMS") == smsbackup.state_name("my phone", "maildir:archive")
False
)",
      py::arg("phone"), py::arg("archive"), py::pos_only());
}

}  // namespace smsbackup::python
