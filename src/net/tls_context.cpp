#include "net/tls_context.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>

#include "model/base64.hpp"
#include "model/os_error.hpp"

namespace smsbackup::net {
namespace {

struct BioFree {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};
struct X509Free {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct KeyFree {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

// PEM files are small; this keeps /dev/zero from being one.
constexpr std::size_t most_pem_bytes = 16 << 20;

std::string read_pem(const std::filesystem::path& path, const char* what) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw model::os_error(errno, "opening the " + std::string(what) + " " + path.string());
  std::string bytes;
  std::array<char, 16384> buffer;
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > most_pem_bytes) {
      throw Error(ErrorCode::limit_exceeded, "reading the " + std::string(what) + " " + path.string() + ": too large");
    }
  }
  if (in.bad()) throw model::os_error(errno, "reading the " + std::string(what) + " " + path.string());
  return bytes;
}

Error not_pem(const std::string& where) {
  return Error(ErrorCode::corrupt_input, "reading " + where + ": no PEM certificate in it",
               "a certificate in PEM begins with -----BEGIN CERTIFICATE-----")
      .with_detail(openssl_words());
}

// Every certificate in the text, in order.
std::vector<std::unique_ptr<X509, X509Free>> certificates_in(std::string_view pem, const std::string& where) {
  const std::unique_ptr<BIO, BioFree> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) throw std::bad_alloc();
  std::vector<std::unique_ptr<X509, X509Free>> certificates;
  ERR_clear_error();
  while (X509* one = PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr)) certificates.emplace_back(one);
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (certificates.empty() || !at_end) throw not_pem(where);
  ERR_clear_error();
  return certificates;
}

void trust(SSL_CTX* context, std::string_view pem, const std::string& where) {
  for (const auto& certificate : certificates_in(pem, where)) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) != 1) throw not_pem(where);
  }
}

void choose_whom_to_trust(SSL_CTX* context, const TlsOptions& options) {
  const bool own = options.ca_file || options.ca_folder || !options.ca_pem.empty();
  if (!own) SSL_CTX_set_default_verify_paths(context);  // what is missing shows as an unknown CA later
  if (options.ca_file) {
    trust(context, read_pem(*options.ca_file, "CA file"), "the CA file " + options.ca_file->string());
  }
  if (options.ca_folder) {
    std::error_code error;
    const std::filesystem::directory_iterator folder(*options.ca_folder, error);
    if (error) throw model::os_error(error.value(), "opening the CA folder " + options.ca_folder->string());
    if (SSL_CTX_load_verify_dir(context, options.ca_folder->c_str()) != 1) {
      throw Error(ErrorCode::io, "opening the CA folder " + options.ca_folder->string()).with_detail(openssl_words());
    }
  }
  if (!options.ca_pem.empty()) trust(context, options.ca_pem, "the CA certificates given in memory");
}

int no_pass_phrase(char*, int, int, void*) { return 0; }

void choose_client_certificate(SSL_CTX* context, const TlsOptions& options) {
  if (options.client_certificate.has_value() != options.client_key.has_value()) {
    throw Error(ErrorCode::invalid_argument, "a client certificate and its key are only of use together");
  }
  if (!options.client_certificate) return;
  const std::string where = "the client certificate " + options.client_certificate->string();
  const auto chain = certificates_in(read_pem(*options.client_certificate, "client certificate"), where);
  std::string key_pem = read_pem(*options.client_key, "client key");
  const std::unique_ptr<BIO, BioFree> bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  if (!bio) throw std::bad_alloc();
  ERR_clear_error();
  const std::unique_ptr<EVP_PKEY, KeyFree> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
  OPENSSL_cleanse(key_pem.data(), key_pem.size());
  if (!key) {
    throw Error(ErrorCode::corrupt_input, "reading the client key " + options.client_key->string() + ": no usable key",
                "it must be PEM and without a pass phrase")
        .with_detail(openssl_words());
  }
  bool taken = SSL_CTX_use_certificate(context, chain.front().get()) == 1;
  for (std::size_t i = 1; i < chain.size() && taken; ++i) {
    taken = SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
  }
  taken = taken && SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
  if (!taken) {
    throw Error(ErrorCode::invalid_argument, "using " + where + ": its key is not the one given")
        .with_detail(openssl_words());
  }
}

}  // namespace

SslContext make_client_context(const TlsOptions& options) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw Error(ErrorCode::tls_failed, "starting OpenSSL").with_detail(openssl_words());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // A write that could not go out whole is repeated from a buffer that may have grown and moved since.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  choose_whom_to_trust(context.get(), options);
  choose_client_certificate(context.get(), options);
  return context;
}

std::vector<KeyPin> read_pins(const std::vector<std::string>& pins) {
  std::vector<KeyPin> result;
  for (const std::string& pin : pins) {
    const std::optional<std::string> bytes = base64::decode(pin);
    KeyPin key{};
    if (!bytes || bytes->size() != key.size()) {
      throw Error(ErrorCode::invalid_argument, "a pin is not the base64 of a SHA-256 digest",
                  "it has 44 characters; docs/security.md shows how to make one");
    }
    std::copy(bytes->begin(), bytes->end(), key.begin());
    result.push_back(key);
  }
  return result;
}

std::string openssl_words() {
  std::string words;
  while (const unsigned long code = ERR_get_error()) {
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    if (words.size() < 1024) words += (words.empty() ? "" : "; ") + std::string(text.data());
  }
  return words;
}

}  // namespace smsbackup::net
