// Waiting for sockets, that a CancelToken ends at once.
#pragma once

#include <poll.h>

#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include "smsbackup/cancel.hpp"

namespace smsbackup::net {

using Clock = std::chrono::steady_clock;

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

// A pipe that wakes up whoever polls its read end. Neither end blocks, and no child process gets them.
struct WakePipe {
  Descriptor read_end;
  Descriptor write_end;
  WakePipe();
  void wake() const noexcept;
};

// For one thread at a time; the token may be cancelled by any other.
class Waiter {
 public:
  explicit Waiter(CancelToken cancel);

  // Waits until one of them has something; their revents say which. False if the deadline passes first. Throws
  // Error(cancelled) as soon as the token is.
  bool wait(std::span<pollfd> descriptors, Clock::time_point deadline) const;
  void check() const { cancel_.check(); }

 private:
  CancelToken cancel_;
  std::unique_ptr<WakePipe> pipe_;
  std::unique_ptr<CancelToken::Subscription> subscription_;  // ends before the pipe does
};

}  // namespace smsbackup::net
