// Makes Ctrl-C end work that runs without the GIL.
//
// Python runs signal handlers on its main thread only, and not before C++ code returns to it. While an Interruptible
// lives there, a small thread listens on Python's wake-up descriptor, and cancels the work when SIGINT arrives; the
// KeyboardInterrupt itself is raised afterwards, by check_signals(). Where SIGINT has another handler than Python's
// own, the work goes on, and that handler runs between two batches.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "smsbackup/cancel.hpp"

namespace smsbackup::python {

namespace py = pybind11;

// Runs pending signal handlers, if this is the main thread. Throws what they raise.
void check_signals();

// Made and destroyed with the GIL, around work without it. Does nothing on other threads.
class Interruptible {
 public:
  explicit Interruptible(std::vector<CancelToken> tokens);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  void listen();

  std::vector<CancelToken> tokens_;
  std::array<int, 2> pipe_{-1, -1};
  int outer_descriptor_ = -1;
  std::string arrived_;
  std::thread listener_;
};

}  // namespace smsbackup::python
