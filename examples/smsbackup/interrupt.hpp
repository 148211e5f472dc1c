// Turns the first Ctrl-C (SIGINT), SIGTERM or SIGHUP into a cancellation, so that the archive is finished properly. The
// second one kills at once. Signals that the parent process chose to ignore stay ignored.
//
// Made before any other thread, since threads inherit which signals they leave to it. Afterwards every signal is
// handled as before.
#pragma once

#include <csignal>
#include <map>
#include <thread>

#include "console.hpp"
#include "smsbackup/cancel.hpp"

namespace tool {

class Interrupt {
 public:
  explicit Interrupt(Console& console);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  const smsbackup::CancelToken& token() const noexcept { return token_; }

 private:
  void handle(int signal, void (*handler)(int));
  void wait(Console& console);

  smsbackup::CancelToken token_;
  sigset_t stop_signals_{};
  sigset_t mask_before_{};
  std::map<int, struct sigaction> handlers_before_;
  std::thread thread_;
};

}  // namespace tool
