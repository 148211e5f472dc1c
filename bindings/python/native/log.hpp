// What the library logs, on its way to Python.
//
// A message may come from any thread, with or without the GIL, and the library logs under a lock of its own: waiting
// for the GIL there could wait for ever. So messages are kept, and handed over by the next piece of work that has the
// GIL again, a few times a second during a run.
#pragma once

#include <pybind11/pybind11.h>

namespace smsbackup::python {

namespace py = pybind11;

// Hands over what was logged meanwhile. With the GIL. What the host's function raises goes to sys.unraisablehook; a
// KeyboardInterrupt is raised again as soon as Python code runs.
void deliver_log() noexcept;

// Delivers at its end.
class LogDelivery {
 public:
  LogDelivery() = default;
  ~LogDelivery() { deliver_log(); }
  LogDelivery(const LogDelivery&) = delete;
  LogDelivery& operator=(const LogDelivery&) = delete;
};

}  // namespace smsbackup::python
