#include "support/scripted_peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace smsbackup::test {
namespace {

using namespace std::chrono_literals;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

std::vector<Certificate> certificates_in(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> all;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) all.emplace_back(one);
  ERR_clear_error();
  return all;
}

using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

Context server_context(const PeerTls& tls) {
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (tls.newest_version != 0) {
    // Old versions are only to be had with weak signatures.
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), tls.newest_version);
  }
  const auto own = certificates_in(tls.identity.certificate);
  SSL_CTX_use_certificate(context.get(), own.front().get());
  for (const Certificate& one : certificates_in(tls.more_certificates)) {
    SSL_CTX_add1_chain_cert(context.get(), one.get());
  }
  const Bio bio(BIO_new_mem_buf(tls.identity.key.data(), -1));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) throw std::runtime_error("the peer's key does not fit");
  if (!tls.client_ca.empty()) {
    for (const Certificate& one : certificates_in(tls.client_ca)) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), one.get());
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

int listen_on_loopback(int backlog, std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int small = 64 << 10;  // those accepted get it too
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, backlog) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "listening for a test");
  }
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

struct PeerSession::Layers {
  Context context;
  std::unique_ptr<SSL, Freer<SSL_free>> ssl;
  bool compressed = false;
  z_stream in{};
  z_stream out{};
  ~Layers() {
    if (!compressed) return;
    ::inflateEnd(&in);
    ::deflateEnd(&out);
  }
};

PeerSession::PeerSession(int fd, const std::atomic<bool>& stopping)
    : fd_(fd), stopping_(stopping), layers_(std::make_unique<Layers>()) {
  ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  // Little fits between the two sides, so that it takes little to make one wait for the other.
  const int small = 64 << 10;
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

PeerSession::~PeerSession() {
  if (fd_ < 0) return;
  if (layers_->ssl) SSL_shutdown(layers_->ssl.get());
  ERR_clear_error();
  // What the client still sends would make the close a reset, which takes away what it has not read yet.
  ::shutdown(fd_, SHUT_WR);
  std::array<char, 65536> rest;
  const auto end = std::chrono::steady_clock::now() + 200ms;
  while (!stopping_ && std::chrono::steady_clock::now() < end) {
    pollfd polled{fd_, POLLIN, 0};
    if (::poll(&polled, 1, 10) > 0 && ::recv(fd_, rest.data(), rest.size(), 0) <= 0) break;
  }
  ::close(fd_);
}

// A test that goes wrong fails; it does not hang.
void PeerSession::wait_until_ready(int returned, short events) {
  if (layers_->ssl) {
    const int error = SSL_get_error(layers_->ssl.get(), returned);
    ERR_clear_error();
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) throw Gone();
    events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
  } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
    throw Gone();
  }
  for (int tries = 0; tries < 400; ++tries) {
    pollfd polled{fd_, events, 0};
    if (::poll(&polled, 1, 50) > 0) return;
    if (stopping_) throw Gone();
  }
  throw std::runtime_error("the client does nothing");
}

void PeerSession::raw_send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (stopping_ || fd_ < 0) throw Gone();
    std::size_t put = 0;
    if (layers_->ssl) {
      const int returned = SSL_write_ex(layers_->ssl.get(), bytes.data(), bytes.size(), &put);
      if (returned != 1) {
        wait_until_ready(returned, 0);
        continue;
      }
    } else {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        wait_until_ready(0, POLLOUT);
        continue;
      }
      put = static_cast<std::size_t>(sent);
    }
    bytes.remove_prefix(put);
  }
}

void PeerSession::send(std::string_view bytes) {
  if (!layers_->compressed) return raw_send(bytes);
  z_stream& z = layers_->out;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  std::array<char, 16384> room;
  do {
    z.next_out = reinterpret_cast<Bytef*>(room.data());
    z.avail_out = room.size();
    ::deflate(&z, Z_SYNC_FLUSH);
    raw_send({room.data(), room.size() - z.avail_out});
  } while (z.avail_out == 0);
}

void PeerSession::send_bytewise(std::string_view bytes, std::chrono::milliseconds pause) {
  for (const char& byte : bytes) {
    send({&byte, 1});
    wait(pause);
  }
}

std::uint64_t PeerSession::send_for_ever(std::string_view bytes, std::uint64_t most) {
  std::uint64_t times = 0;
  try {
    for (; times < most; ++times) send(bytes);
  } catch (const Gone&) {
    return times;
  }
  return times;
}

bool PeerSession::fill() {
  std::array<char, 65536> piece;
  std::size_t got = 0;
  while (got == 0) {
    if (fd_ < 0) return false;
    if (layers_->ssl) {
      const int returned = SSL_read_ex(layers_->ssl.get(), piece.data(), piece.size(), &got);
      if (returned != 1) wait_until_ready(returned, 0);
    } else {
      const ssize_t bytes = ::recv(fd_, piece.data(), piece.size(), 0);
      if (bytes == 0) return false;
      if (bytes < 0) wait_until_ready(0, POLLIN);
      got = static_cast<std::size_t>(std::max<ssize_t>(bytes, 0));
    }
  }
  if (!layers_->compressed) {
    buffer_.append(piece.data(), got);
    return true;
  }
  z_stream& z = layers_->in;
  z.next_in = reinterpret_cast<Bytef*>(piece.data());
  z.avail_in = static_cast<uInt>(got);
  std::array<char, 65536> room;
  do {
    z.next_out = reinterpret_cast<Bytef*>(room.data());
    z.avail_out = room.size();
    const int result = ::inflate(&z, Z_SYNC_FLUSH);
    if (result != Z_OK && result != Z_BUF_ERROR) throw std::runtime_error("the client does not compress as agreed");
    buffer_.append(room.data(), room.size() - z.avail_out);
  } while (z.avail_out == 0);
  return true;
}

std::string PeerSession::read(std::size_t size) {
  while (buffer_.size() < size) {
    if (!fill()) throw Gone();
  }
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

std::string PeerSession::read_line() {
  std::size_t looked_at = 0;
  while (true) {
    const std::size_t end = buffer_.find("\r\n", looked_at);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 2);
      return line;
    }
    looked_at = buffer_.empty() ? 0 : buffer_.size() - 1;
    if (!fill()) throw Gone();
  }
}

std::string PeerSession::expect(const std::string& expression) {
  const std::string line = read_line();
  if (!std::regex_match(line, std::regex(expression, std::regex::icase))) {
    throw std::runtime_error("expected " + expression + ", got " + line.substr(0, 200));
  }
  return line.substr(0, line.find(' '));
}

std::string PeerSession::read_all() {
  try {
    while (fill()) {
    }
  } catch (const Gone&) {
    // As good an end as any.
  }
  return std::move(buffer_);
}

void PeerSession::start_tls(const PeerTls& tls) {
  layers_->context = server_context(tls);
  layers_->ssl.reset(SSL_new(layers_->context.get()));
  SSL_set_fd(layers_->ssl.get(), fd_);
  ERR_clear_error();
  for (int returned = 0; (returned = SSL_accept(layers_->ssl.get())) != 1;) wait_until_ready(returned, 0);
}

void PeerSession::start_deflate() {
  ::inflateInit2(&layers_->in, -15);
  ::deflateInit2(&layers_->out, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  layers_->compressed = true;
}

void PeerSession::wait(std::chrono::milliseconds time) const {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!stopping_ && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(10ms, end - std::chrono::steady_clock::now()));
  }
}

bool PeerSession::is_idle_for(std::chrono::milliseconds time) const {
  pollfd polled{fd_, POLLIN, 0};
  return buffer_.empty() && ::poll(&polled, 1, static_cast<int>(time.count())) == 0;
}

void PeerSession::stay_silent() {
  while (!stopping_) {
    pollfd polled{fd_, POLLRDHUP, 0};
    if (::poll(&polled, 1, 20) > 0) return;
  }
}

void PeerSession::end_sending() { ::shutdown(fd_, SHUT_WR); }

void PeerSession::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(fd_);
  fd_ = -1;
}

ScriptedPeer::ScriptedPeer(Script script, std::optional<PeerTls> tls_from_start)
    : script_(std::move(script)),
      tls_(std::move(tls_from_start)),
      listener_(listen_on_loopback(16, port_)),
      thread_([this] { serve(); }) {}

ScriptedPeer::~ScriptedPeer() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  ::close(listener_);
}

std::string ScriptedPeer::trouble() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void ScriptedPeer::serve() {
  // OpenSSL writes without MSG_NOSIGNAL. Only here: the client must do without.
  sigset_t pipe_signal;
  ::sigemptyset(&pipe_signal);
  ::sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
  while (!stopping_) {
    pollfd polled{listener_, POLLIN, 0};
    if (::poll(&polled, 1, 10) <= 0) continue;
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) continue;
    try {
      PeerSession session(fd, stopping_);
      if (tls_) session.start_tls(*tls_);
      script_(session);
    } catch (const PeerSession::Gone&) {
      // Its right; what it should have done first is for the test to know.
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      trouble_ += std::string(trouble_.empty() ? "" : "; ") + error.what();
    }
  }
}

FullListener::FullListener() : listener_(listen_on_loopback(0, port_)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < 8; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    waiting_.push_back(fd);
  }
}

FullListener::~FullListener() {
  for (const int fd : waiting_) ::close(fd);
  ::close(listener_);
}

}  // namespace smsbackup::test
