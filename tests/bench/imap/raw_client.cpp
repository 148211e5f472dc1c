#include "raw_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "corpus.hpp"

namespace smsbackup::bench {
namespace {

constexpr std::size_t piece_size = 256 << 10;
constexpr std::size_t literal_minus_limit = 4096;  // RFC 7888 section 5

class Wire {
 public:
  Wire(std::uint16_t port, const std::string& ca) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connecting");
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (ca != "-") start_tls(ca);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~Wire() {
    SSL_free(tls_);
    SSL_CTX_free(context_);
    ::close(fd_);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void put(std::string_view bytes) {
    if (out_begin_ >= out_.size() / 2) {
      out_.erase(0, out_begin_);
      out_begin_ = 0;
    }
    out_ += bytes;
    while (unsent() > piece_size) step();
  }

  // Until so many commands have their OK, and all is sent.
  void wait_for(int commands) {
    while (done_ < commands || unsent() != 0) step();
  }
  void wait_for_go_ahead() {
    for (go_ahead_ = false; !go_ahead_;) step();
  }

 private:
  std::size_t unsent() const { return out_.size() - out_begin_; }

  void start_tls(const std::string& ca) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_load_verify_locations(context_, ca.c_str(), nullptr) != 1) throw std::runtime_error("reading the CA");
    tls_ = SSL_new(context_);
    SSL_set_fd(tls_, fd_);
    if (SSL_connect(tls_) != 1) throw std::runtime_error("the TLS handshake");
  }

  // Writes and reads once, as far as that goes without waiting.
  void step() {
    if (tls_ == nullptr || SSL_pending(tls_) == 0) {
      pollfd wait{fd_, static_cast<short>(POLLIN | (unsent() != 0 ? POLLOUT : 0)), 0};
      if (::poll(&wait, 1, 60'000) <= 0) throw std::runtime_error("the server says nothing");
    }
    if (unsent() != 0) {
      const auto n = send(out_.data() + out_begin_, std::min(unsent(), piece_size));
      if (n > 0) out_begin_ += static_cast<std::size_t>(n);
    }
    const auto n = receive();
    if (n == 0) throw std::runtime_error("the server closed the connection");
    if (n > 0) scan({in_.data(), static_cast<std::size_t>(n)});
  }

  ssize_t send(const char* bytes, std::size_t size) {
    return tls_ != nullptr ? SSL_write(tls_, bytes, static_cast<int>(size)) : ::send(fd_, bytes, size, MSG_NOSIGNAL);
  }

  ssize_t receive() {
    if (tls_ == nullptr) return ::recv(fd_, in_.data(), in_.size(), 0);
    const int n = SSL_read(tls_, in_.data(), static_cast<int>(in_.size()));
    if (n > 0) return n;
    return SSL_get_error(tls_, n) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
  }

  // Looks at the beginning of each line. Those of mails are looked at as well: none begins as an answer does.
  void scan(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      const auto piece = bytes.substr(0, end == bytes.npos ? bytes.size() : end + 1);
      if (line_.size() < most_of_line) line_ += piece.substr(0, most_of_line - line_.size());
      bytes.remove_prefix(piece.size());
      if (end == bytes.npos) return;
      if (line_.front() == '+') go_ahead_ = true;
      if (line_.starts_with("T~")) {
        const auto status = std::string_view(line_).substr(std::min(line_.size(), line_.find(' ')));
        if (!status.starts_with(" OK")) throw std::runtime_error("the server said" + std::string(status));
        ++done_;
      }
      line_.clear();
    }
  }

  static constexpr std::size_t most_of_line = 200;

  int fd_;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
  std::string out_;
  std::size_t out_begin_ = 0;
  std::vector<char> in_ = std::vector<char>(piece_size);
  std::string line_;
  int done_ = 0;
  bool go_ahead_ = false;
};

class Commands {
 public:
  explicit Commands(Wire& wire) : wire_(wire) {}
  void open(std::string_view start) {
    wire_.put("T~" + std::to_string(++sent_) + ' ');
    wire_.put(start);
  }
  void run(std::string_view command) {
    open(command);
    wire_.put("\r\n");
    wait();
  }
  void wait() { wire_.wait_for(sent_); }

 private:
  Wire& wire_;
  int sent_ = 0;
};

void upload(Wire& wire, Commands& commands, const std::string& box, const std::string& mails, std::size_t batch) {
  commands.run("CREATE \"" + box + '"');
  const bool literal_minus = batch == 0;
  std::size_t in_batch = 0;
  MailFile file(mails);
  for (std::string mail; file.next(mail);) {
    if (in_batch == 0) commands.open("APPEND \"" + box + '"');
    const bool wait = literal_minus && mail.size() > literal_minus_limit;
    wire.put(" (\\Seen) \"13-Sep-2020 12:26:40 +0000\" {" + std::to_string(mail.size()) + (wait ? "}\r\n" : "+}\r\n"));
    if (wait) wire.wait_for_go_ahead();
    wire.put(mail);
    if (++in_batch < batch) continue;
    in_batch = 0;
    wire.put("\r\n");
  }
  if (in_batch != 0) wire.put("\r\n");
  commands.wait();
}

void talk(const std::vector<std::string>& arguments) {
  Wire wire(static_cast<std::uint16_t>(std::stoi(arguments.at(1))), arguments.at(2));
  Commands commands(wire);
  commands.run("LOGIN " + arguments.at(3) + " pass");
  const auto& box = arguments.at(4);
  if (arguments.at(0) == "upload") {
    upload(wire, commands, box, arguments.at(5), std::stoul(arguments.at(6)));
  } else {
    commands.run("EXAMINE \"" + box + '"');
    commands.run("UID FETCH 1:* (" + arguments.at(5) + ')');
  }
  commands.run("LOGOUT");
}

}  // namespace

int raw_client(const std::vector<std::string>& arguments) {
  try {
    talk(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "raw client: %s\n", error.what());
    return 1;
  }
}

}  // namespace smsbackup::bench
