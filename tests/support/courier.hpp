// Debian's Courier IMAP server for the time of a test. Its packages can't be installed beside Dovecot's; they are
// unpacked instead (scripts/unpack-servers.sh), and found in $SMSBACKUP_SERVERS or /var/cache/smsbackup-servers.
//
// Courier's log-in asks a daemon for whose socket there is one place in the system only; a few lines of shell stand in
// for it. What comes after the log-in is all Courier's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "support/server_process.hpp"

namespace smsbackup::test {

class Courier {
 public:
  struct Options {
    // What it says it can do, exactly: of the list that Debian configures.
    std::string capability =
        "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE";
  };

  // Why there is no Courier to run, in words to print; nothing if there is.
  static std::optional<std::string> missing();

  Courier() : Courier(Options()) {}
  explicit Courier(Options options);

  std::uint16_t port() const noexcept { return port_; }  // plain text
  std::uint16_t tls_port() const noexcept { return 0; }  // it has none
  std::string ca_pem() const { return {}; }

  // Users are u1 to u9.
  static constexpr const char* password = "pass";

 private:
  ServerFolder folder_;
  std::uint16_t port_;
  ChildProcess process_;
};

}  // namespace smsbackup::test
