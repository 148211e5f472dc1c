// Trying again, slower and slower, until it has gone on for too long without success.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "imap/refusals.hpp"
#include "smsbackup/cancel.hpp"

namespace smsbackup::imap {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds budget, CancelToken cancel) : budget_(budget), cancel_(std::move(cancel)) {}

  // Something worked: what fails next has the whole budget again.
  void succeeded() noexcept {
    waited_ = {};
    next_ = first;
  }

  // Waits if an Error of that code may go away and there is budget left; false if it is not worth trying again.
  bool wait(ErrorCode code) {
    if (!is_transient(code)) return false;
    auto pause = next_;
    // A server that asks for less should not be asked again within the second.
    if (code == ErrorCode::rate_limited || code == ErrorCode::too_many_connections) pause = std::max(pause, slow);
    pause = std::min(pause, budget_ - waited_);
    if (pause <= std::chrono::milliseconds(0)) return false;
    waited_ += pause;
    next_ = std::min(next_ * 2, last);
    for (const auto end = std::chrono::steady_clock::now() + pause;;) {
      cancel_.check();
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left <= std::chrono::milliseconds(0)) return true;
      std::this_thread::sleep_for(std::min(left, slice));
    }
  }

 private:
  static constexpr std::chrono::milliseconds first{250};
  static constexpr std::chrono::milliseconds slow{2'000};
  static constexpr std::chrono::milliseconds last{15'000};
  static constexpr std::chrono::milliseconds slice{50};  // how late a cancellation may be noticed

  std::chrono::milliseconds budget_;
  std::chrono::milliseconds waited_{0};
  std::chrono::milliseconds next_ = first;
  CancelToken cancel_;
};

}  // namespace smsbackup::imap
