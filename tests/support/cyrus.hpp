// Debian's Cyrus IMAP server for the time of a test. Its packages can't be installed beside Dovecot's; they are
// unpacked instead (scripts/unpack-servers.sh), and found in $SMSBACKUP_SERVERS or /var/cache/smsbackup-servers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "support/server_process.hpp"
#include "support/test_ca.hpp"

namespace smsbackup::test {

class Cyrus {
 public:
  struct Options {
    bool folders_below_inbox = false;  // the classic way: INBOX.name; otherwise name beside INBOX
    bool slash_separates = true;       // otherwise a dot
    std::uint64_t quota_kib = 0;       // per user, set when INBOX is made; 0: none
    std::string suppressed;            // capabilities that it does not name, blank-separated
    std::string more;                  // further lines of imapd.conf
  };

  // Why there is no Cyrus to run, in words to print; nothing if there is.
  static std::optional<std::string> missing();

  Cyrus() : Cyrus(Options()) {}
  explicit Cyrus(Options options);
  ~Cyrus();
  Cyrus(const Cyrus&) = delete;
  Cyrus& operator=(const Cyrus&) = delete;

  std::uint16_t port() const noexcept { return port_; }  // plain text, STARTTLS
  std::uint16_t tls_port() const noexcept { return tls_port_; }
  const std::string& ca_pem() const noexcept { return ca_.certificate; }

  // Users are u1 to u9; each INBOX is made at the first log-in.
  static constexpr const char* password = "pass";

  // On the same ports with the same mail. stop() ends all sessions at once.
  void start();
  void stop();

 private:
  Options options_;
  std::filesystem::path root_;
  ServerFolder folder_;
  Identity ca_;
  std::uint16_t port_;
  std::uint16_t tls_port_;
  ChildProcess process_;
};

}  // namespace smsbackup::test
