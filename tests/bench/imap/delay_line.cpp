#include "delay_line.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>

namespace smsbackup::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t piece_size = 64 << 10;
// What a line without a limit may hold; with one, what its length times its width is, and a router's buffer.
constexpr std::size_t wide_line = 64 << 20;
constexpr std::size_t router_buffer = 256 << 10;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void prepare(int fd) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

}  // namespace

// One direction of a connection.
struct DelayLine::Lane {
  struct Piece {
    Clock::time_point due;
    std::string bytes;
    std::size_t begin = 0;
  };

  int from = -1, to = -1;
  std::deque<Piece> pieces;
  std::size_t held = 0;
  Clock::time_point free_at{};
  std::optional<Clock::time_point> end;  // when the sender's end arrives
  bool full = false;                     // the receiver takes no more
  bool over = false;
  bool broken = false;

  void take(const Options& options, std::atomic<std::uint64_t>& count, std::size_t most) {
    while (!end && held < most) {
      static thread_local std::array<char, piece_size> buffer;
      const auto n = ::recv(from, buffer.data(), buffer.size(), 0);
      if (n < 0) {
        if (errno != EAGAIN) broken = true;
        return;
      }
      const auto now = Clock::now();
      const auto way = options.round_trip / 2;
      if (n == 0) {
        end = std::max(now, free_at) + way;
        return;
      }
      free_at = std::max(now, free_at);
      if (options.bytes_per_second != 0)
        free_at += std::chrono::nanoseconds(static_cast<std::uint64_t>(n) * 1'000'000'000 / options.bytes_per_second);
      count += static_cast<std::uint64_t>(n);
      held += static_cast<std::size_t>(n);
      pieces.push_back({free_at + way, std::string(buffer.data(), static_cast<std::size_t>(n))});
    }
  }

  void give() {
    full = false;
    const auto now = Clock::now();
    while (!pieces.empty() && pieces.front().due <= now) {
      auto& piece = pieces.front();
      const auto n = ::send(to, piece.bytes.data() + piece.begin, piece.bytes.size() - piece.begin, MSG_NOSIGNAL);
      if (n < 0) {
        full = errno == EAGAIN;
        broken = !full;
        return;
      }
      piece.begin += static_cast<std::size_t>(n);
      held -= static_cast<std::size_t>(n);
      if (piece.begin == piece.bytes.size()) pieces.pop_front();
    }
    if (pieces.empty() && end && !over && *end <= now) {
      ::shutdown(to, SHUT_WR);
      over = true;
    }
  }

  std::optional<Clock::time_point> next() const {
    if (full || over) return std::nullopt;
    return pieces.empty() ? end : pieces.front().due;
  }
};

struct DelayLine::Line {
  explicit Line(int client_fd, int server_fd) : client(client_fd), server(server_fd) {
    up.from = down.to = client;
    up.to = down.from = server;
  }
  ~Line() {
    ::close(client);
    ::close(server);
  }
  int client, server;
  Lane up, down;
  bool over() const { return up.broken || down.broken || (up.over && down.over); }
};

DelayLine::DelayLine(Options options) : options_(options), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the delay line can't listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

DelayLine::~DelayLine() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
}

void DelayLine::accept_line(std::vector<std::unique_ptr<Line>>& lines) {
  const int client = ::accept(listener_, nullptr, nullptr);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = loopback(options_.target);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(server);
    return;
  }
  prepare(client);
  prepare(server);
  lines.push_back(std::make_unique<Line>(client, server));
}

void DelayLine::serve() {
  const auto way = std::chrono::duration<double>(options_.round_trip).count() / 2;
  const auto most =
      options_.bytes_per_second == 0
          ? wide_line
          : router_buffer + static_cast<std::size_t>(way * static_cast<double>(options_.bytes_per_second));
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<pollfd> polled;
  while (!ending_) {
    polled.assign(1, {listener_, POLLIN, 0});
    auto next = Clock::now() + std::chrono::milliseconds(50);
    for (auto& line : lines) {
      // Where nothing is waited for, a closed socket would be reported again and again.
      const auto wait_on = [&](int fd, const Lane& in, const Lane& out) {
        const auto events = static_cast<short>((!in.end && in.held < most ? POLLIN : 0) | (out.full ? POLLOUT : 0));
        polled.push_back({events != 0 ? fd : -1, events, 0});
      };
      wait_on(line->client, line->up, line->down);
      wait_on(line->server, line->down, line->up);
      for (const Lane* lane : {&line->up, &line->down})
        if (const auto due = lane->next()) next = std::min(next, *due);
    }
    const auto wait = std::max<std::int64_t>(0, std::chrono::nanoseconds(next - Clock::now()).count());
    const timespec time{wait / 1'000'000'000, wait % 1'000'000'000};
    ::ppoll(polled.data(), polled.size(), &time, nullptr);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      auto& line = *lines[i];
      if (polled[1 + 2 * i].revents != 0) line.up.take(options_, sent_, most);
      if (polled[2 + 2 * i].revents != 0) line.down.take(options_, received_, most);
      line.up.give();
      line.down.give();
    }
    std::erase_if(lines, [](const auto& line) { return line->over(); });
    if (polled.front().revents != 0) accept_line(lines);
  }
}

}  // namespace smsbackup::bench
