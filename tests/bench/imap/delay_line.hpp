// A long line to a server on this machine: every byte arrives half a round trip later, in either direction. What is in
// flight stays in flight, so pipelining works as on a real line. With a width, bytes also leave no faster than that.
//
// Not modelled: the round trip that making a connection takes, slow start, losses, jitter.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace smsbackup::bench {

class DelayLine {
 public:
  struct Options {
    std::uint16_t target = 0;
    std::chrono::microseconds round_trip{0};
    std::uint64_t bytes_per_second = 0;  // in each direction; 0: no limit
  };

  explicit DelayLine(Options options);
  ~DelayLine();
  DelayLine(const DelayLine&) = delete;
  DelayLine& operator=(const DelayLine&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::uint64_t sent() const noexcept { return sent_; }          // bytes to the server, so far
  std::uint64_t received() const noexcept { return received_; }  // bytes from it

 private:
  struct Lane;
  struct Line;

  void serve();
  void accept_line(std::vector<std::unique_ptr<Line>>& lines);

  Options options_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> received_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace smsbackup::bench
