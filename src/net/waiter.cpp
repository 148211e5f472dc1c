#include "net/waiter.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "model/os_error.hpp"

namespace smsbackup::net {

void Descriptor::reset() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

WakePipe::WakePipe() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw model::os_error(errno, "making a pipe");
  read_end = Descriptor(ends[0]);
  write_end = Descriptor(ends[1]);
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
}

void WakePipe::wake() const noexcept {
  // When the pipe is full, the other side wakes up anyway.
  [[maybe_unused]] const auto written = ::write(write_end.get(), "!", 1);
}

Waiter::Waiter(CancelToken cancel)
    : cancel_(std::move(cancel)),
      pipe_(std::make_unique<WakePipe>()),
      subscription_(cancel_.on_cancel([pipe = pipe_.get()] { pipe->wake(); })) {}

bool Waiter::wait(std::span<pollfd> descriptors, Clock::time_point deadline) const {
  std::vector<pollfd> all(descriptors.begin(), descriptors.end());
  all.push_back({pipe_->read_end.get(), POLLIN, 0});
  while (true) {
    cancel_.check();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const int ready = ::poll(all.data(), static_cast<nfds_t>(all.size()),
                             static_cast<int>(std::clamp<long long>(left, 0, 1'000'000)));
    if (ready < 0 && errno != EINTR) throw model::os_error(errno, "waiting for a server");
    if (ready > 0) {
      cancel_.check();
      std::copy_n(all.begin(), descriptors.size(), descriptors.begin());
      return true;
    }
    if (ready == 0 && Clock::now() >= deadline) return false;
  }
}

}  // namespace smsbackup::net
