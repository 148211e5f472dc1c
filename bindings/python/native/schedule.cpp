#include "smsbackup/schedule.hpp"

#include <array>
#include <optional>
#include <string>

#include "module.hpp"
#include "moment.hpp"
#include "records.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

using Milliseconds = std::optional<std::int64_t>;

py::module_ schedule_module() { return py::module_::import("smsbackup._schedule"); }

// The value of an enumeration whose names are in the order of its numbers.
template <class Enum, std::size_t Count>
Enum from_name(const py::object& name, const std::array<const char*, Count>& names, const char* what) {
  const std::string wanted = from_str(name, what);
  for (std::size_t i = 0; i < Count; ++i) {
    if (wanted == names[i]) return static_cast<Enum>(i);
  }
  throw py::value_error(std::string("there is no ") + what + " " + wanted);
}

constexpr std::array networks{"none", "metered", "unmetered"};
constexpr std::array run_ends{"complete", "failed", "needs_user", "cancelled"};
constexpr std::array reasons{"none", "asked", "message", "call", "regular", "first_run", "retry"};
constexpr std::array waits{"nothing", "time", "network", "unmetered_network", "user", "event"};
static_assert(networks[static_cast<int>(Network::unmetered)] == networks.back());
static_assert(run_ends[static_cast<int>(RunEnd::cancelled)] == run_ends.back());
static_assert(reasons[static_cast<int>(RunReason::retry)] == reasons.back());
static_assert(waits[static_cast<int>(WaitsFor::event)] == waits.back());

Milliseconds milliseconds(const py::object& object, const char* name) {
  const py::object value = object.attr(name);
  if (value.is_none()) return std::nullopt;
  return from_int(value, name);
}

ScheduleOptions options_from(const py::object& object) {
  ScheduleOptions options;
  options.regular_interval = milliseconds(object, "regular_interval");
  options.after_message = milliseconds(object, "after_message");
  options.after_call = milliseconds(object, "after_call");
  options.unmetered_only = py::bool_(object.attr("unmetered_only"));
  options.first_retry = from_int(object.attr("first_retry"), "first_retry");
  options.longest_retry = from_int(object.attr("longest_retry"), "longest_retry");
  options.retry_for = milliseconds(object, "retry_for");
  options.longest_run = milliseconds(object, "longest_run");
  return options;
}

py::dict default_options() {
  using namespace py::literals;
  const ScheduleOptions options;
  return py::dict("regular_interval"_a = options.regular_interval.value(),
                  "after_message"_a = options.after_message.value(), "first_retry"_a = options.first_retry,
                  "longest_retry"_a = options.longest_retry);
}

ScheduleState state_from(const py::object& object) {
  ScheduleState state;
  state.last_run = milliseconds(object, "last_run");
  state.failures = object.attr("failures").cast<std::uint32_t>();
  state.failing_since = milliseconds(object, "failing_since");
  state.needs_user = py::bool_(object.attr("needs_user"));
  state.asked = py::bool_(object.attr("asked"));
  state.messages = {milliseconds(object, "first_message"), milliseconds(object, "last_message")};
  state.calls = {milliseconds(object, "first_call"), milliseconds(object, "last_call")};
  return state;
}

py::object state_to_python(const ScheduleState& state) {
  using namespace py::literals;
  return schedule_module().attr("ScheduleState")(
      "last_run"_a = optional_to_python(state.last_run), "failures"_a = state.failures,
      "failing_since"_a = optional_to_python(state.failing_since), "needs_user"_a = state.needs_user,
      "asked"_a = state.asked, "first_message"_a = optional_to_python(state.messages.first),
      "last_message"_a = optional_to_python(state.messages.last),
      "first_call"_a = optional_to_python(state.calls.first), "last_call"_a = optional_to_python(state.calls.last));
}

// Hands a function a copy to change.
template <class Change>
py::object changed(const py::object& object, Change&& change) {
  ScheduleState state = state_from(object);
  change(state);
  return state_to_python(state);
}

}  // namespace

void bind_schedule(py::module_& m) {
  m.def("schedule_defaults", &default_options);
  m.def(
      "next_run",
      [](const py::object& options, const py::object& state, std::int64_t now, const py::object& network,
         double jitter) {
        using namespace py::literals;
        const NextRun next = next_run(options_from(options), state_from(state),
                                      {now, from_name<Network>(network, networks, "network"), jitter});
        return schedule_module().attr("NextRun")("due"_a = optional_to_python(next.due),
                                                 "reason"_a = reasons[static_cast<std::size_t>(next.reason)],
                                                 "waits_for"_a = waits[static_cast<std::size_t>(next.waits_for)],
                                                 "cancel_at"_a = optional_to_python(next.cancel_at));
      },
      py::arg("options"), py::arg("state"), py::arg("now"), py::arg("network"), py::arg("jitter"));
  m.def(
      "message_came",
      [](const py::object& object, std::int64_t when) {
        return changed(object, [&](ScheduleState& state) { message_came(state, when); });
      },
      py::arg("state"), py::arg("when"));
  m.def(
      "call_ended",
      [](const py::object& object, std::int64_t when) {
        return changed(object, [&](ScheduleState& state) { call_ended(state, when); });
      },
      py::arg("state"), py::arg("when"));
  m.def(
      "run_ended",
      [](const py::object& object, std::int64_t started, std::int64_t ended, const py::object& end) {
        const auto how = from_name<RunEnd>(end, run_ends, "end of a run");
        return changed(object, [&](ScheduleState& state) { run_ended(state, started, ended, how); });
      },
      py::arg("state"), py::arg("started"), py::arg("ended"), py::arg("end"));
}

}  // namespace smsbackup::python
