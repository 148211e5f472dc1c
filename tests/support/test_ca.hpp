// Certificates made on the spot, good and bad ones.
#pragma once

#include <string>
#include <vector>

namespace smsbackup::test {

struct CertificateWish {
  std::string common_name = "localhost";
  std::vector<std::string> names = {"DNS:localhost", "IP:127.0.0.1", "IP:::1"};  // subjectAltName
  int valid_from_days = -1;                                                      // from today
  int valid_until_days = 30;
  bool is_ca = false;
};

// A certificate with its private key, both PEM.
struct Identity {
  std::string certificate;
  std::string key;

  // As TlsOptions::pins wants it.
  std::string pin() const;
};

Identity make_self_signed(const CertificateWish& wish);
Identity issue(const Identity& ca, const CertificateWish& wish);
Identity make_ca(const std::string& common_name = "Test CA");

}  // namespace smsbackup::test
