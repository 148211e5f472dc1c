// Debian's Dovecot for the time of a test: 127.0.0.1, a configuration and mail of its own, as root or as anybody.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "support/server_process.hpp"
#include "support/test_ca.hpp"

namespace smsbackup::test {

class Dovecot {
 public:
  struct Options {
    // What it says it can do, exactly; empty: Dovecot's own list.
    std::string capability;
    std::string mail_format = "maildir";  // maildir, mdbox, sdbox, mbox
    std::uint64_t quota_bytes = 0;        // per user; 0: none
    std::string separator = "/";
    std::string prefix;            // of the personal namespace, e.g. "INBOX."
    bool plain_text_login = true;  // false: LOGIN only after STARTTLS
    int connections_per_user = 200;
    std::string mail_fsync = "never";
    std::string more;                  // further lines of configuration, at the end
    std::optional<Identity> identity;  // instead of one for localhost from a new CA
  };

  // Why there is no Dovecot to run, in words to print; nothing if there is.
  static std::optional<std::string> missing();

  Dovecot() : Dovecot(Options()) {}
  explicit Dovecot(Options options);
  ~Dovecot();
  Dovecot(const Dovecot&) = delete;
  Dovecot& operator=(const Dovecot&) = delete;

  std::uint16_t port() const noexcept { return port_; }  // plain text, STARTTLS
  std::uint16_t tls_port() const noexcept { return tls_port_; }
  const std::string& ca_pem() const noexcept { return ca_.certificate; }
  const Identity& identity() const noexcept { return identity_; }

  // Users are u1 to u9.
  static constexpr const char* password = "pass";
  std::filesystem::path mail_of(const std::string& user) const { return folder_.path() / "home" / user; }
  std::string log() const;

  // On the same ports with the same mail. stop() ends all sessions at once.
  void start();
  void stop();
  // For sessions that begin from now on.
  void set_quota(std::uint64_t bytes);

 private:
  std::string configuration() const;

  Options options_;
  ServerFolder folder_;
  Identity ca_;
  Identity identity_;
  std::uint16_t port_;
  std::uint16_t tls_port_;
  ChildProcess process_;
};

}  // namespace smsbackup::test
