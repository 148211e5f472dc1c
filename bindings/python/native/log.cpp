#include "log.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "host_object.hpp"
#include "module.hpp"
#include "smsbackup/log.hpp"
#include "text.hpp"

namespace smsbackup::python {
namespace {

// Python's own numbers; it has none for the finest level.
int python_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return 5;
    case LogLevel::debug:
      return 10;
    case LogLevel::info:
      return 20;
    case LogLevel::warning:
      return 30;
    case LogLevel::error:
    case LogLevel::off:
      break;
  }
  return 40;
}

LogLevel level_from(int level) {
  if (level <= 5) return LogLevel::trace;
  if (level <= 10) return LogLevel::debug;
  if (level <= 20) return LogLevel::info;
  if (level <= 30) return LogLevel::warning;
  if (level <= 40) return LogLevel::error;
  return LogLevel::off;
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct LogMessage {
  LogLevel level;
  double time;
  std::string text;
};

class LogQueue {
 public:
  void add(LogLevel level, std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() == most_waiting) return;
    waiting_.push_back({level, seconds_since_1970(), std::string(text)});
    count_ = waiting_.size();
  }
  bool empty() const noexcept { return count_ == 0; }
  std::deque<LogMessage> take() {
    const std::lock_guard lock(mutex_);
    count_ = 0;
    return std::exchange(waiting_, {});
  }

 private:
  static constexpr std::size_t most_waiting = 10'000;
  std::mutex mutex_;
  std::deque<LogMessage> waiting_;
  std::atomic<std::size_t> count_ = 0;
};

// Never destroyed: a thread may log while the process ends.
LogQueue& queue() {
  static auto* const instance = new LogQueue;
  return *instance;
}

// Guarded by the GIL.
HostObject& receiver() {
  static auto* const instance = new HostObject;
  return *instance;
}

void hand_over(const py::object& function, const LogMessage& message) noexcept {
  try {
    function(python_level(message.level), message.time, to_str(message.text));
  } catch (py::error_already_set& error) {
    if (error.matches(PyExc_KeyboardInterrupt)) {
      PyErr_SetInterrupt();
    } else {
      error.discard_as_unraisable("smsbackup: handing over a log message");
    }
  } catch (const std::exception&) {  // out of memory, or text that became no str: a message less
  }
}

}  // namespace

void deliver_log() noexcept {
  if (queue().empty()) return;
  const HostObject function = receiver();
  try {
    for (const LogMessage& message : queue().take()) {
      if (function) hand_over(function.get(), message);
    }
  } catch (const std::exception&) {  // out of memory
  }
}

void bind_log(py::module_& m) {
  m.def(
      "set_log_receiver",
      [](const py::object& function, int level) {
        deliver_log();
        receiver() = function.is_none() ? HostObject() : HostObject(function);
        const bool silent = function.is_none();
        // Not with the GIL: whoever logs just now holds the lock that this takes.
        const py::gil_scoped_release released;
        if (silent) {
          set_log_sink({});
        } else {
          set_log_sink([](LogLevel said, std::string_view text) { queue().add(said, text); }, level_from(level));
        }
      },
      py::arg("function"), py::arg("level"));
}

}  // namespace smsbackup::python
