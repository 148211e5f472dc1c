#include "net/dial.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>

#include "smsbackup/error.hpp"

namespace smsbackup::net {
namespace {

using namespace std::chrono_literals;

constexpr auto head_start = 250ms;  // RFC 8305 section 8, "Connection Attempt Delay"
constexpr std::size_t most_addresses = 32;

std::string place(const std::string& host, std::uint16_t port) { return host + " port " + std::to_string(port); }

struct Answer {
  int error = 0;
  std::vector<SocketAddress> addresses;
};

Answer ask_system(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  Answer answer;
  answer.error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  for (const addrinfo* one = list; one != nullptr && answer.error == 0; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(sockaddr_storage) || answer.addresses.size() == most_addresses) continue;
    SocketAddress address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    answer.addresses.push_back(address);
  }
  return answer;
}

// What the look-up's thread and its caller share; whoever ends last destroys it.
struct LookUp {
  WakePipe done;
  std::atomic<bool> ready{false};
  Answer answer;
};

std::vector<SocketAddress> families_in_turn(const std::vector<SocketAddress>& addresses) {
  std::vector<SocketAddress> first;
  std::vector<SocketAddress> other;
  for (const SocketAddress& address : addresses) {
    (address.family() == addresses.front().family() ? first : other).push_back(address);
  }
  std::vector<SocketAddress> in_turn;
  for (std::size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
    if (i < first.size()) in_turn.push_back(first[i]);
    if (i < other.size()) in_turn.push_back(other[i]);
  }
  return in_turn;
}

Descriptor open_socket(int family) {
  Descriptor fd(::socket(family, SOCK_STREAM, 0));
  if (!fd) return fd;
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef SO_NOSIGPIPE
  ::setsockopt(fd.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return fd;
}

int pending_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Error refused(const std::string& host, std::uint16_t port, int error) {
  const std::string why = std::generic_category().message(error);
  if (error == ETIMEDOUT) {
    return {ErrorCode::timed_out, "connecting to " + place(host, port) + ": " + why,
            "check that this machine is online, and the server's name and port"};
  }
  return {ErrorCode::connection_refused, "connecting to " + place(host, port) + ": " + why,
          error == ECONNREFUSED ? "check the port, and that the server is running"
                                : "check that this machine is online, and that no firewall is in the way"};
}

Error too_slow(const std::string& host, std::uint16_t port, std::string_view doing) {
  return {ErrorCode::timed_out, std::string(doing) + " " + place(host, port) + ": no answer in time",
          "check that this machine is online, and the server's name and port"};
}

}  // namespace

std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port, const Waiter& waiter,
                                   Clock::time_point deadline) {
  Answer answer = ask_system(host, port, AI_NUMERICHOST);
  if (answer.error != 0) {
    waiter.check();
    const auto shared = std::make_shared<LookUp>();
    std::thread([shared, host, port] {
      shared->answer = ask_system(host, port, 0);
      shared->ready.store(true, std::memory_order_release);
      shared->done.wake();
    }).detach();
    std::array<pollfd, 1> done{{{shared->done.read_end.get(), POLLIN, 0}}};
    if (!waiter.wait(done, deadline)) throw too_slow(host, port, "looking up");
    if (!shared->ready.load(std::memory_order_acquire)) throw too_slow(host, port, "looking up");
    answer = std::move(shared->answer);
  }
  if (answer.error == EAI_AGAIN) {
    throw Error(ErrorCode::host_not_found, "looking up " + host + ": no name server answers",
                "check that this machine is online, and try again");
  }
  if (answer.error != 0 || answer.addresses.empty()) {
    Error error(ErrorCode::host_not_found, "looking up " + host + ": no such host", "check the server's name");
    if (answer.error != 0) error.with_detail(::gai_strerror(answer.error));
    throw error;
  }
  return families_in_turn(answer.addresses);
}

Descriptor dial(const std::string& host, std::uint16_t port, const Waiter& waiter, Clock::time_point deadline) {
  const std::vector<SocketAddress> addresses = look_up(host, port, waiter, deadline);
  std::vector<Descriptor> trying;
  std::size_t next = 0;
  Clock::time_point next_start = Clock::now();
  int last_error = ECONNREFUSED;
  while (true) {
    if (next < addresses.size() && (trying.empty() || Clock::now() >= next_start)) {
      const SocketAddress& address = addresses[next++];
      next_start = Clock::now() + head_start;
      Descriptor fd = open_socket(address.family());
      if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) return fd;
      if (fd && errno == EINPROGRESS) {
        trying.push_back(std::move(fd));
      } else {
        last_error = errno;
      }
      continue;
    }
    if (trying.empty()) throw refused(host, port, last_error);

    std::vector<pollfd> polled;
    for (const Descriptor& fd : trying) polled.push_back({fd.get(), POLLOUT, 0});
    const bool more = next < addresses.size();
    if (!waiter.wait(polled, more ? std::min(next_start, deadline) : deadline)) {
      if (Clock::now() >= deadline) throw too_slow(host, port, "connecting to");
      continue;
    }
    for (std::size_t i = polled.size(); i-- > 0;) {
      if (polled[i].revents == 0) continue;
      const int error = pending_error(trying[i].get());
      if (error == 0) return std::move(trying[i]);
      last_error = error;
      trying.erase(trying.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace smsbackup::net
