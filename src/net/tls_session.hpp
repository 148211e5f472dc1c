// TLS over a non-blocking socket, one step at a time: nothing here waits.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/certificate_check.hpp"
#include "net/tls_context.hpp"

namespace smsbackup::net {

struct WireCounters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

// What came of a step on a socket.
struct Step {
  enum class Kind : std::uint8_t { moved, want_read, want_write, end } kind = Kind::moved;
  std::size_t bytes = 0;
};

// The same for a socket without TLS. Throws connection_lost.
Step receive_some(int fd, char* into, std::size_t size, WireCounters& counters);
Step send_some(int fd, std::string_view bytes, WireCounters& counters);

class TlsSession {
 public:
  // The socket and the counters stay the caller's and must live longer.
  TlsSession(int fd, const std::string& host, const TlsOptions& options, WireCounters& counters);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // `moved` when it is done, and the server is who it should be. Throws certificate_rejected, tls_failed or
  // connection_lost.
  Step handshake();
  Step receive(char* into, std::size_t size);
  Step send(std::string_view bytes);
  // Tells the other side that nothing more comes, if that can be done at once.
  void say_goodbye() noexcept;

  std::string_view version() const noexcept;
  std::string_view cipher() const noexcept;

  // What the BIO's callbacks work on.
  struct Wire {
    int fd;
    WireCounters* counters;
    int error;  // errno of the last failure
  };

 private:
  Step result(int returned, std::string_view doing);
  Error failure(std::string_view doing);

  struct SslFree {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  std::string host_;
  CertificateCheck check_;
  Wire wire_;
  SslContext context_;
  std::unique_ptr<SSL, SslFree> ssl_;
};

}  // namespace smsbackup::net
