// Whether a server's certificate proves that it is who it should be, and in plain words why not.
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <string>
#include <vector>

#include "net/tls_context.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/tls.hpp"

namespace smsbackup::net {

// One handshake's check. Must outlive the SSL that it watches.
class CertificateCheck {
 public:
  CertificateCheck(std::string host, const TlsOptions& options);
  CertificateCheck(const CertificateCheck&) = delete;
  CertificateCheck& operator=(const CertificateCheck&) = delete;

  // Makes OpenSSL check chain, dates and name, and ask this object what to make of the result.
  void watch(SSL* ssl);

  // After the handshake: throws certificate_rejected unless a pinned key is in the chain, when there are pins.
  void check_pins(SSL* ssl) const;

  // Why the handshake failed, if the certificate was the reason.
  std::optional<Error> rejection() const;

 private:
  static int on_result(int ok, X509_STORE_CTX* store);
  bool accept(X509_STORE_CTX* store);
  bool is_pinned(X509* certificate) const;

  std::string host_;
  std::vector<KeyPin> pins_;
  bool trust_all_;
  std::optional<Error> rejection_;
};

}  // namespace smsbackup::net
