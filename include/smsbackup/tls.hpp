// How a server on the other side of a TLS connection proves who it is (docs/security.md).
//
// The default is what a browser does: a chain of certificates up to one of the system's CAs, the right host name, not
// expired, TLS 1.2 or newer.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace smsbackup {

struct TlsOptions {
  // Whom to trust. With any of these three the system's CAs are not used. What can't be read is Error(not_found,
  // permission_denied or corrupt_input) when connecting.
  std::optional<std::filesystem::path> ca_file;    // PEM, one or more certificates
  std::optional<std::filesystem::path> ca_folder;  // PEM files under their hashed names, as c_rehash makes
  std::string ca_pem;                              // PEM in memory

  // Base64 of the SHA-256 of a SubjectPublicKeyInfo (RFC 7469 section 2.4; docs/security.md has the command). When
  // given, one certificate of the chain must have one of these keys, besides all other checks. A server whose own
  // certificate is self-signed and has a pinned key needs no CA; its name and its dates are checked all the same.
  std::vector<std::string> pins;

  // What this side proves itself with, to servers that ask. Both or neither; the key must not need a pass phrase.
  std::optional<std::filesystem::path> client_certificate;  // PEM, the chain's other certificates after it
  std::optional<std::filesystem::path> client_key;          // PEM

  // Takes any certificate, for servers that can't do better: whoever is on the line can read and change everything.
  // Must be asked for by name, and is logged as a warning at each connection. Pins are still checked.
  bool trust_all = false;
};

}  // namespace smsbackup
