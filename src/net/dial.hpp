// From a host's name to a TCP connection.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "net/waiter.hpp"

namespace smsbackup::net {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family() const noexcept { return storage.ss_family; }
};

// The addresses behind a name, in the order to try them (RFC 6724, families in turn as RFC 8305 says). The system's
// look-up can't be interrupted, so for names it runs on a thread of its own; after a time-out or a cancellation that
// thread ends when the system's own patience does, and touches nothing of the caller's.
std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port, const Waiter& waiter,
                                   Clock::time_point deadline);

// A connected, non-blocking socket to the first address that answers. An address gets a head start before the next is
// tried beside it, so that one that swallows packets costs a quarter of a second, not the whole time-out.
Descriptor dial(const std::string& host, std::uint16_t port, const Waiter& waiter, Clock::time_point deadline);

}  // namespace smsbackup::net
