// A line to a server that breaks after so many bytes, and from then on works: what a phone in a tunnel has.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace smsbackup::test {

class CuttingProxy {
 public:
  explicit CuttingProxy(std::uint16_t target);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::uint16_t port() const noexcept { return port_; }

  // After so many bytes more in either direction together the connection is cut, once.
  void cut_after(std::int64_t bytes) { left_ = bytes; }
  // From now on no more than so many bytes a second go through, in either direction together.
  void slow_down_to(std::int64_t bytes_a_second) { rate_ = bytes_a_second; }
  // How many bytes have gone through so far.
  std::int64_t passed() const { return passed_; }
  int connections() const { return connections_; }

 private:
  void serve();
  void carry(int client);

  std::uint16_t target_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::int64_t> left_{INT64_MAX};
  std::atomic<std::int64_t> passed_{0};
  std::atomic<std::int64_t> rate_{0};  // 0: as fast as it can
  std::atomic<int> connections_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace smsbackup::test
