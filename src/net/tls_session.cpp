#include "net/tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <system_error>
#include <utility>

namespace smsbackup::net {
namespace {

#ifdef MSG_NOSIGNAL
constexpr int no_signal = MSG_NOSIGNAL;
#else
constexpr int no_signal = 0;  // SO_NOSIGPIPE is set on the socket instead
#endif

ssize_t receive_bytes(int fd, char* into, std::size_t size, WireCounters& counters) {
  ssize_t got = 0;
  do {
    got = ::recv(fd, into, size, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) counters.received += static_cast<std::uint64_t>(got);
  return got;
}

ssize_t send_bytes(int fd, const char* bytes, std::size_t size, WireCounters& counters) {
  ssize_t put = 0;
  do {
    put = ::send(fd, bytes, size, no_signal);
  } while (put < 0 && errno == EINTR);
  if (put > 0) counters.sent += static_cast<std::uint64_t>(put);
  return put;
}

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

Error lost(std::string_view doing, int error) {
  return {ErrorCode::connection_lost,
          std::string(doing) +
              " the server: " + (error == 0 ? "it closed the connection" : std::generic_category().message(error)),
          "try again"};
}

// OpenSSL's own socket BIO would let a closed connection raise SIGPIPE, and counts nothing.
int bio_read(BIO* bio, char* into, std::size_t size, std::size_t* got) {
  auto& wire = *static_cast<TlsSession::Wire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ssize_t bytes = receive_bytes(wire.fd, into, size, *wire.counters);
  if (bytes > 0) {
    *got = static_cast<std::size_t>(bytes);
    return 1;
  }
  if (bytes == 0) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return 0;
  }
  if (would_block(errno)) {
    BIO_set_retry_read(bio);
  } else {
    wire.error = errno;
  }
  return 0;
}

int bio_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* put) {
  auto& wire = *static_cast<TlsSession::Wire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ssize_t sent = send_bytes(wire.fd, bytes, size, *wire.counters);
  if (sent >= 0) {
    *put = static_cast<std::size_t>(sent);
    return 1;
  }
  if (would_block(errno)) {
    BIO_set_retry_write(bio);
  } else {
    wire.error = errno;
  }
  return 0;
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return 0;
}

struct BioMethodFree {
  void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

BIO_METHOD* method() {
  static const std::unique_ptr<BIO_METHOD, BioMethodFree> instance = [] {
    std::unique_ptr<BIO_METHOD, BioMethodFree> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "smsbackup socket"));
    if (!made) throw std::bad_alloc();
    BIO_meth_set_read_ex(made.get(), bio_read);
    BIO_meth_set_write_ex(made.get(), bio_write);
    BIO_meth_set_ctrl(made.get(), bio_control);
    return made;
  }();
  return instance.get();
}

struct Words {
  std::string why;
  std::string hint;
};

Words words_for(unsigned long code) {
  switch (ERR_GET_REASON(code)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return {"it speaks no TLS version that is safe (1.2 or newer)", "the server needs an update"};
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return {"what it sends is not TLS", "check the port: 993 speaks TLS from the start, 143 only after STARTTLS"};
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_NO_SHARED_CIPHER:
      return {"the two sides have no cipher in common", "the server needs an update"};
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return {"it wants a client certificate", "give a client certificate and its key"};
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return {"it refuses the client certificate", "check the client certificate"};
    default:
      return {"the encrypted connection failed",
              "try again; if it stays, the server or somebody on the line breaks TLS"};
  }
}

}  // namespace

Step receive_some(int fd, char* into, std::size_t size, WireCounters& counters) {
  const ssize_t got = receive_bytes(fd, into, size, counters);
  if (got > 0) return {Step::Kind::moved, static_cast<std::size_t>(got)};
  if (got == 0) return {Step::Kind::end};
  if (would_block(errno)) return {Step::Kind::want_read};
  throw lost("reading from", errno);
}

Step send_some(int fd, std::string_view bytes, WireCounters& counters) {
  const ssize_t put = send_bytes(fd, bytes.data(), bytes.size(), counters);
  if (put >= 0) return {Step::Kind::moved, static_cast<std::size_t>(put)};
  if (would_block(errno)) return {Step::Kind::want_write};
  throw lost("writing to", errno);
}

TlsSession::TlsSession(int fd, const std::string& host, const TlsOptions& options, WireCounters& counters)
    : host_(host),
      check_(host, options),
      wire_{fd, &counters, 0},
      context_(make_client_context(options)),
      ssl_(SSL_new(context_.get())) {
  if (!ssl_) throw Error(ErrorCode::tls_failed, "starting OpenSSL").with_detail(openssl_words());
  BIO* const bio = BIO_new(method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &wire_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_connect_state(ssl_.get());
  check_.watch(ssl_.get());
}

TlsSession::~TlsSession() = default;

Step TlsSession::handshake() {
  ERR_clear_error();
  const int returned = SSL_do_handshake(ssl_.get());
  if (returned == 1) {
    check_.check_pins(ssl_.get());
    return {Step::Kind::moved};
  }
  const Step step = result(returned, "connecting to");
  if (step.kind == Step::Kind::end) throw lost("starting TLS with", 0);
  return step;
}

Step TlsSession::receive(char* into, std::size_t size) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int returned = SSL_read_ex(ssl_.get(), into, size, &bytes);
  if (returned == 1) return {Step::Kind::moved, bytes};
  return result(returned, "reading from");
}

Step TlsSession::send(std::string_view bytes) {
  ERR_clear_error();
  std::size_t put = 0;
  const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &put);
  if (returned == 1) return {Step::Kind::moved, put};
  const Step step = result(returned, "writing to");
  if (step.kind == Step::Kind::end) throw lost("writing to", 0);
  return step;
}

void TlsSession::say_goodbye() noexcept {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Step TlsSession::result(int returned, std::string_view doing) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {Step::Kind::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {Step::Kind::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {Step::Kind::end};
    case SSL_ERROR_SYSCALL:
      throw lost(doing, wire_.error);
    default:
      throw failure(doing);
  }
}

Error TlsSession::failure(std::string_view doing) {
  if (std::optional<Error> rejection = check_.rejection()) {
    ERR_clear_error();
    return *rejection;
  }
  const unsigned long code = ERR_peek_error();
  if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    ERR_clear_error();
    return lost(doing, 0);
  }
  const Words words = words_for(code);
  return Error(ErrorCode::tls_failed, std::string(doing) + " " + host_ + ": " + words.why, words.hint)
      .with_detail(openssl_words());
}

std::string_view TlsSession::version() const noexcept { return SSL_get_version(ssl_.get()); }
std::string_view TlsSession::cipher() const noexcept {
  const char* const name = SSL_get_cipher_name(ssl_.get());
  return name != nullptr ? name : "";
}

}  // namespace smsbackup::net
