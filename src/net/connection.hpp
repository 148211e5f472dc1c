// Connection is the one way in which the library talks to a mail server: TCP, TLS, DEFLATE and the guard, with
// time-outs and prompt cancellation on everything that waits, below a libetpan stream.
//
//   Connection connection({.host = "imap.example.org", .port = 993, .tls_from_start = true});
//   if (mailimap_connect(session, connection.stream()) fails) connection.rethrow_failure();
//
// One owner, one thread at a time; only the CancelToken may be used from other threads. What a session was given as
// its stream must be closed (mailimap_free) before the Connection is destroyed.
//
// libetpan's frames see no exception: its calls get -1, and the Error is kept here for rethrow_failure(). After a
// failure nothing more is read or written.
#pragma once

#include <libetpan/mailstream_types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/imap_guard.hpp"
#include "smsbackup/cancel.hpp"
#include "smsbackup/tls.hpp"

namespace smsbackup::net {

struct ConnectionOptions {
  std::string host;  // a name, an IPv4 or an IPv6 address (without brackets)
  std::uint16_t port = 993;
  bool tls_from_start = true;
  TlsOptions tls;
  std::chrono::milliseconds connect_timeout{20'000};  // name look-up, all addresses and the TLS handshake together
  std::chrono::milliseconds io_timeout{60'000};       // without a byte moving in either direction
  CancelToken cancel;
  GuardLimits guard;
  std::size_t unread_size = 16 << 20;  // what is taken in while writing, and not read yet
};

class Connection {
 public:
  // Connects, and does the TLS handshake if asked. Throws Error: host_not_found, connection_refused, timed_out,
  // cancelled, certificate_rejected, tls_failed, connection_lost, or what reading the files of TlsOptions gives.
  explicit Connection(ConnectionOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The same one at each call, made at the first. mailimap_connect() hands it to the session, which closes it;
  // otherwise the Connection does.
  mailstream* stream();

  // After the OK to STARTTLS (also: mailimap_starttls() returned no error). Throws protocol if the server sent
  // anything after its OK: that came in plain text, from whoever is on the line (CVE-2020-15953).
  void start_tls();

  // After the OK to COMPRESS DEFLATE (RFC 4978): both directions. Throws protocol if anything came after the OK.
  void start_deflate();

  // Writing past libetpan, for commands in flight. Flush libetpan's own buffer (mailstream_flush) before the first of
  // these, and flush() after the last. What the server sends meanwhile is taken in and kept for the stream, so that
  // neither side can block the other; limit_exceeded if it is more than `unread_size`.
  // A read of the stream flushes first.
  void write(std::string_view bytes);
  void flush();

  // Whether a read would find something at once: bytes that libetpan or the Connection holds already, or that are
  // there to be taken in. Never waits. True after the end of the stream too: the read then fails at once.
  bool readable();

  // A new command's answers: what may come from now on. Without any call the first budget holds for good.
  void begin_response(const ResponseBudget& budget = {});

  // Throws what made the last read or write fail, if anything did. When libetpan could not make sense of an answer,
  // nothing has failed here yet; the next write does if libetpan stopped within the answer. Do not read on.
  void rethrow_failure() const;

  // Ends it without a farewell. Whatever libetpan still tries (mailimap_free sends LOGOUT) fails at once.
  void close() noexcept;

  std::uint64_t bytes_sent() const noexcept;            // on the wire, TLS included
  std::uint64_t bytes_received() const noexcept;        // on the wire, TLS included
  std::uint64_t plain_bytes_sent() const noexcept;      // before TLS and compression
  std::uint64_t plain_bytes_received() const noexcept;  // after TLS and decompression
  std::string_view tls_version() const noexcept;        // "TLSv1.3"; empty for plain text
  bool is_compressed() const noexcept;
  // Whether start_deflate() would make the work faster, as far as the line has shown.
  bool would_gain_by_deflate() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup::net
