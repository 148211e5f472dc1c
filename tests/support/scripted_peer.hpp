// A server on 127.0.0.1 that does what a script says, for what no real server would do.
//
//   ScriptedPeer peer([](PeerSession& session) {
//     session.send("* PREAUTH ready\r\n");
//     session.expect("[0-9]+ NOOP");
//     session.send("* 1 FETCH (BODY[] {100}\r\nabc");
//   });
//   ... connect to peer.port() ...
//   EXPECT_EQ(peer.trouble(), "");
//
// The script runs on a thread of its own, once for each connection, and the connection closes when it returns. When
// the client goes away before its end that is no trouble; what the client did not do as expected is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/test_ca.hpp"

namespace smsbackup::test {

struct PeerTls {
  Identity identity;
  int newest_version = 0;         // TLS1_1_VERSION and so on; 0: whatever OpenSSL has
  std::string client_ca;          // with it, a client certificate from this CA is required
  std::string more_certificates;  // sent after the own one, PEM
};

class PeerSession {
 public:
  PeerSession(int fd, const std::atomic<bool>& stopping);
  ~PeerSession();
  PeerSession(const PeerSession&) = delete;
  PeerSession& operator=(const PeerSession&) = delete;

  void send(std::string_view bytes);
  void send_bytewise(std::string_view bytes, std::chrono::milliseconds pause);
  // The same bytes again and again, until the client has had enough. Returns how many times.
  std::uint64_t send_for_ever(std::string_view bytes, std::uint64_t most = ~std::uint64_t{0});

  // The next line, without its end.
  std::string read_line();
  std::string read(std::size_t size);
  // The next line must match the (ECMAScript) expression as a whole. Returns its tag, the first word.
  std::string expect(const std::string& expression);
  // Reads until the client closes.
  std::string read_all();

  void start_tls(const PeerTls& tls);
  void start_deflate();
  void wait(std::chrono::milliseconds time) const;
  // Whether the client says nothing for so long.
  bool is_idle_for(std::chrono::milliseconds time) const;
  // Waits until the client closes or the test ends; reads nothing.
  void stay_silent();
  void end_sending();  // the client reads an end; reading goes on
  void reset();        // closes with RST

  struct Gone {};  // thrown when the client is

 private:
  struct Layers;
  void raw_send(std::string_view bytes);
  bool fill();
  void wait_until_ready(int returned, short events);

  int fd_;
  const std::atomic<bool>& stopping_;
  std::string buffer_;
  std::unique_ptr<Layers> layers_;
};

class ScriptedPeer {
 public:
  using Script = std::function<void(PeerSession&)>;

  explicit ScriptedPeer(Script script, std::optional<PeerTls> tls_from_start = std::nullopt);
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  // Waits for the script's end and says what the client did not do as expected; empty if all went by the script.
  std::string trouble();

 private:
  void serve();

  Script script_;
  std::optional<PeerTls> tls_;
  std::uint16_t port_ = 0;
  int listener_ = -1;  // after the port, which it finds out
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::string trouble_;
  std::thread thread_;
};

// Accepts nothing, and has so many connections waiting that no new one gets through.
class FullListener {
 public:
  FullListener();
  ~FullListener();
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;
  std::uint16_t port() const noexcept { return port_; }

 private:
  std::uint16_t port_ = 0;
  int listener_ = -1;  // after the port, which it finds out
  std::vector<int> waiting_;
};

}  // namespace smsbackup::test
