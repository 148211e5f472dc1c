#include "host_state.hpp"

#include <optional>
#include <span>
#include <string>

#include "host_object.hpp"
#include "module.hpp"
#include "records.hpp"
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

}  // namespace

std::unique_ptr<StateStore> host_state(const py::object& state) {
  if (state.is_none()) return nullptr;
  return std::make_unique<HostState>(state);
}

void bind_state(py::module_& m) {
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
