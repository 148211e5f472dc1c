// From TlsOptions to an OpenSSL context.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "smsbackup/error.hpp"
#include "smsbackup/tls.hpp"

namespace smsbackup::net {

struct SslContextFree {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// A client's context: TLS 1.2 or newer, whom to trust, what this side proves itself with. Throws what is wrong with
// the files; no prompt ever asks for a key's pass phrase.
SslContext make_client_context(const TlsOptions& options);

using KeyPin = std::array<unsigned char, 32>;  // SHA-256 of a SubjectPublicKeyInfo

// Throws invalid_argument for what is not the base64 of 32 bytes.
std::vector<KeyPin> read_pins(const std::vector<std::string>& pins);

// What OpenSSL has to say about its last failure, and empties its queue.
std::string openssl_words();

}  // namespace smsbackup::net
