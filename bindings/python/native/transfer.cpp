#include "smsbackup/transfer.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cancel.hpp"
#include "contacts.hpp"
#include "host_object.hpp"
#include "host_state.hpp"
#include "interruptible.hpp"
#include "keys.hpp"
#include "module.hpp"
#include "observer.hpp"
#include "place.hpp"
#include "query.hpp"
#include "records.hpp"
#include "report.hpp"
#include "smsbackup/verify.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

// The fields of RunOptions in _options.py.
template <class Options>
void take_options(const py::object& from, Options& options) {
  options.query = query_from(from.attr("query"));
  options.dedup.level = dedup_level_from(from.attr("dedup").cast<std::string>());
  options.dedup.own_numbers = strings_from(from.attr("own_numbers"), "own_numbers");
  options.dry_run = py::bool_(from.attr("dry_run"));
  const py::object limit = from.attr("limit");
  if (!limit.is_none()) options.limit = limit.cast<std::uint64_t>();
  options.contacts = contact_book_from(from.attr("contacts"));
  const py::object quarantine = from.attr("quarantine");
  if (!quarantine.is_none()) options.quarantine = std::filesystem::path(from_str(quarantine, "quarantine"));
}

// Everything that takes part in a run, leased for as long as it lasts.
class Run {
 public:
  Run(const py::iterable& sources, const py::object& sink, const py::object& options)
      : observer_(options.attr("progress"), options.attr("on_problem"), options.attr("on_duplicate")),
        cancel_(options.attr("cancel")) {
    for (const py::handle source : sources) sources_.push_back(&lease(py::reinterpret_borrow<py::object>(source)));
    if (!sink.is_none()) sink_ = &lease(sink);
  }

  const std::vector<Source*>& sources() const noexcept { return sources_; }
  Source& only_source() const { return *sources_.at(0); }
  Store& sink() const noexcept { return *sink_; }
  Observer* observer() noexcept { return &observer_; }
  const CancelToken& token() const noexcept { return cancel_.token(); }

  // Runs it without the GIL. Ctrl-C ends it: a KeyboardInterrupt then takes the place of its result.
  template <class Work>
  auto go(Work&& work) {
    const Interruptible interruptible({token()});
    try {
      auto result = without_gil(work);
      check_signals();
      return result;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) check_signals();
      throw;
    }
  }

 private:
  Store& lease(const py::object& store) {
    places_.push_back(place_of(store));
    leases_.emplace_back(places_.back());
    if (places_.back()->waits()) {
      linked_.push_back(token().on_cancel([waits = places_.back()->cancel()]() mutable { waits.cancel(); }));
    }
    return leases_.back().store();
  }

  HostObserver observer_;
  LinkedToken cancel_;
  std::vector<std::shared_ptr<Place>> places_;
  std::vector<std::unique_ptr<CancelToken::Subscription>> linked_;
  std::vector<Lease> leases_;
  std::vector<Source*> sources_;
  Store* sink_ = nullptr;
};

py::object run_transfer(const py::iterable& sources, const py::object& sink, const py::object& from) {
  TransferOptions options;
  take_options(from, options);
  Run run(sources, sink, from);
  return to_python(run.go([&] { return transfer(run.sources(), run.sink(), options, run.observer(), run.token()); }));
}

py::object run_backup(const py::object& source, const py::object& sink, const py::object& from, bool drafts,
                      const py::object& state, const std::string& first_run) {
  BackupOptions options;
  take_options(from, options);
  options.drafts = drafts;
  if (first_run != "backup" && first_run != "skip") {
    throw py::value_error("first_run is backup or skip, not " + first_run);
  }
  options.first_run = first_run == "skip" ? BackupOptions::FirstRun::skip : BackupOptions::FirstRun::backup;
  const auto remembered = host_state(state);
  options.state = remembered.get();
  Run run(py::make_tuple(source), sink, from);
  return to_python(run.go([&] { return backup(run.only_source(), run.sink(), options, run.observer(), run.token()); }));
}

py::object run_restore(const py::object& source, const py::object& sink, const py::object& from,
                       const std::string& unsent, bool keep_sub_id, bool mark_as_read, const py::object& state) {
  RestoreOptions options;
  take_options(from, options);
  if (unsent != "as_failed" && unsent != "skip") {
    throw py::value_error("unsent is as_failed or skip, not " + unsent);
  }
  options.unsent = unsent == "skip" ? RestoreOptions::Unsent::skip : RestoreOptions::Unsent::as_failed;
  options.keep_sub_id = keep_sub_id;
  options.mark_as_read = mark_as_read;
  const auto remembered = host_state(state);
  options.state = remembered.get();
  Run run(py::make_tuple(source), sink, from);
  return to_python(
      run.go([&] { return restore(run.only_source(), run.sink(), options, run.observer(), run.token()); }));
}

py::object run_verify(const py::object& a, const py::object& b, const py::object& from,
                      const py::object& on_difference) {
  TransferOptions options;
  take_options(from, options);
  std::function<void(const Difference&)> tell;
  if (!on_difference.is_none()) {
    tell = [host = HostObject(on_difference)](const Difference& difference) {
      in_python([&] { host.get()(to_python(difference)); });
    };
  }
  Run run(py::make_tuple(a), b, from);
  return to_python(
      run.go([&] { return verify(run.only_source(), run.sink(), options, tell, run.observer(), run.token()); }));
}

py::object run_stats(const py::object& source, const py::object& from) {
  TransferOptions options;
  take_options(from, options);
  Run run(py::make_tuple(source), py::none(), from);
  return to_python(run.go([&] { return stats(run.only_source(), options, run.observer(), run.token()); }));
}

}  // namespace

void bind_transfer(py::module_& m) {
  m.def("transfer", &run_transfer, py::arg("sources"), py::arg("sink"), py::arg("options"));
  m.def("backup", &run_backup, py::arg("source"), py::arg("sink"), py::arg("options"), py::arg("drafts"),
        py::arg("state"), py::arg("first_run"));
  m.def("restore", &run_restore, py::arg("source"), py::arg("sink"), py::arg("options"), py::arg("unsent"),
        py::arg("keep_sub_id"), py::arg("mark_as_read"), py::arg("state"));
  m.def("verify", &run_verify, py::arg("a"), py::arg("b"), py::arg("options"), py::arg("on_difference"));
  m.def("stats", &run_stats, py::arg("source"), py::arg("options"));
}

}  // namespace smsbackup::python
