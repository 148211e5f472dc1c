#include "support/cutting_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace smsbackup::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int fd, const char* bytes, std::size_t size) {
  while (size != 0) {
    const auto n = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(std::uint16_t target) : target_(target), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  const int small = 64 << 10;  // those accepted get it too: a line holds little
  ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the cutting proxy can't listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

CuttingProxy::~CuttingProxy() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
}

void CuttingProxy::serve() {
  std::vector<std::thread> lines;
  while (!ending_) {
    pollfd wait{listener_, POLLIN, 0};
    if (::poll(&wait, 1, 20) <= 0) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    ++connections_;
    lines.emplace_back([this, client] { carry(client); });
  }
  for (auto& line : lines) line.join();
}

void CuttingProxy::carry(int client) {
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = loopback(target_);
  const int one = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  bool alive = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 16384> buffer;
  while (alive && !ending_) {
    std::array<pollfd, 2> wait{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(wait.data(), wait.size(), 20) <= 0) continue;
    for (std::size_t i = 0; i < wait.size() && alive; ++i) {
      if (wait[i].revents == 0) continue;
      const auto n = ::recv(wait[i].fd, buffer.data(), buffer.size(), 0);
      if (n <= 0) {
        alive = false;
        break;
      }
      const auto left = left_.load();
      const auto now = std::min<std::int64_t>(n, left);
      if (left != INT64_MAX) left_ = left - now;
      passed_ += now;
      if (const auto rate = rate_.load(); rate != 0)
        std::this_thread::sleep_for(std::chrono::microseconds(now * 1'000'000 / rate));
      alive = send_all(wait[1 - i].fd, buffer.data(), static_cast<std::size_t>(now)) && now == n;
      if (now != n) left_ = INT64_MAX;
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace smsbackup::test
