#include "interrupt.hpp"

#include <pthread.h>

namespace tool {
namespace {

// Wakes the waiting thread at the end; nobody else sends it, as it is blocked everywhere.
constexpr int end_signal = SIGUSR1;

bool ignored(int signal) {
  struct sigaction current {};
  sigaction(signal, nullptr, &current);
  return (current.sa_flags & SA_SIGINFO) == 0 && current.sa_handler == SIG_IGN;
}

}  // namespace

Interrupt::Interrupt(Console& console) {
  // A reader that left or a file that may not grow is an error to report, not a reason to die.
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);

  sigemptyset(&stop_signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (ignored(signal)) continue;
    sigaddset(&stop_signals_, signal);
    handle(signal, SIG_DFL);  // for the second one
  }
  sigset_t blocked = stop_signals_;
  sigaddset(&blocked, end_signal);
  pthread_sigmask(SIG_BLOCK, &blocked, &mask_before_);
  thread_ = std::thread([this, &console] { wait(console); });
}

Interrupt::~Interrupt() {
  pthread_kill(thread_.native_handle(), end_signal);
  thread_.join();
  for (const auto& [signal, handler] : handlers_before_) sigaction(signal, &handler, nullptr);
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void Interrupt::handle(int signal, void (*handler)(int)) {
  struct sigaction wanted {};
  wanted.sa_handler = handler;
  sigemptyset(&wanted.sa_mask);
  sigaction(signal, &wanted, &handlers_before_[signal]);
}

void Interrupt::wait(Console& console) {
  sigset_t awaited = stop_signals_;
  sigaddset(&awaited, end_signal);
  int signal = 0;
  if (sigwait(&awaited, &signal) != 0 || signal == end_signal) return;

  // From here on this thread takes the signals as they come, and dying is what they do by default.
  pthread_sigmask(SIG_UNBLOCK, &stop_signals_, nullptr);
  console.print("smsbackup: stopping in good order (once more to stop at once)");
  token_.cancel();

  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, end_signal);
  sigwait(&end, &signal);
}

}  // namespace tool
