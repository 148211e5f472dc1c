#include "interruptible.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace smsbackup::python {
namespace {

constexpr char end_of_work = '\0';  // no signal has the number 0

bool on_main_thread() {
  const py::object main = py::module_::import("threading").attr("main_thread")();
  return main.attr("ident").cast<unsigned long>() == PyThread_get_thread_ident();
}

// Returns the descriptor before; -1 for none.
int set_wakeup_descriptor(int descriptor) {
  const py::module_ signal = py::module_::import("signal");
  return signal.attr("set_wakeup_fd")(descriptor, py::arg("warn_on_full_buffer") = false).cast<int>();
}

bool interrupts_by_default() {
  const py::module_ signal = py::module_::import("signal");
  return signal.attr("getsignal")(SIGINT).is(signal.attr("default_int_handler"));
}

}  // namespace

void check_signals() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

Interruptible::Interruptible(std::vector<CancelToken> tokens) : tokens_(std::move(tokens)) {
  if (!on_main_thread() || !interrupts_by_default() || ::pipe(pipe_.data()) != 0) return;
  for (const int end : pipe_) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  // Signals are for Python's threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    listener_ = std::thread([this] { listen(); });
  } catch (...) {  // without it, the work still stops between two batches
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (listener_.joinable()) outer_descriptor_ = set_wakeup_descriptor(pipe_[1]);
}

Interruptible::~Interruptible() {
  if (listener_.joinable()) {
    try {
      set_wakeup_descriptor(outer_descriptor_);
    } catch (py::error_already_set& error) {  // its owner has closed it meanwhile
      error.discard_as_unraisable("smsbackup: giving the wake-up descriptor back");
    }
    [[maybe_unused]] const auto written = ::write(pipe_[1], &end_of_work, 1);
    {
      const py::gil_scoped_release released;  // cancelling may call whoever subscribed
      listener_.join();
    }
    if (outer_descriptor_ >= 0 && !arrived_.empty()) {
      [[maybe_unused]] const auto handed_on = ::write(outer_descriptor_, arrived_.data(), arrived_.size());
    }
  }
  for (const int end : pipe_) {
    if (end >= 0) ::close(end);
  }
}

void Interruptible::listen() {
  pollfd readable{pipe_[0], POLLIN, 0};
  for (;;) {
    if (::poll(&readable, 1, -1) < 0) continue;
    std::array<char, 64> bytes{};
    const ssize_t count = ::read(pipe_[0], bytes.data(), bytes.size());
    for (ssize_t i = 0; i < count; ++i) {
      const char byte = bytes[static_cast<std::size_t>(i)];
      if (byte == end_of_work) return;
      arrived_ += byte;
      if (byte != SIGINT) continue;
      for (CancelToken& token : tokens_) token.cancel();
    }
  }
}

}  // namespace smsbackup::python
