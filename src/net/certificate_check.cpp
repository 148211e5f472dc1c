#include "net/certificate_check.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace smsbackup::net {
namespace {

int slot() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

struct BioFree {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};

std::string date_of(const ASN1_TIME* time) {
  const std::unique_ptr<BIO, BioFree> bio(BIO_new(BIO_s_mem()));
  if (!bio || time == nullptr || ASN1_TIME_print_ex(bio.get(), time, ASN1_DTFLGS_ISO8601) != 1) return "?";
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(std::max(size, 0L))};
}

// What the certificate calls itself: for detail() only, a hostile server chooses it.
std::string subject_of(X509* certificate) {
  const std::unique_ptr<BIO, BioFree> bio(BIO_new(BIO_s_mem()));
  if (!bio || certificate == nullptr) return {};
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(std::clamp(size, 0L, 500L))};
}

std::string whose(int depth) { return depth == 0 ? "the server's certificate" : "a certificate in the server's chain"; }

struct Words {
  std::string why;
  std::string hint;
};

Words words_for(int error, int depth, X509* certificate, const std::string& host) {
  switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return {"the server's certificate is self-signed",
              "if it is your own server, pin its key or give the certificate as CA file"};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return {"the server's certificate comes from an unknown CA",
              "if it is your own CA, give it as CA file; otherwise somebody may be on the line"};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {whose(depth) + " expired on " + date_of(X509_get0_notAfter(certificate)),
              "the server needs a new certificate; if the date is in the future, this machine's clock is wrong"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {whose(depth) + " is not valid before " + date_of(X509_get0_notBefore(certificate)),
              "check this machine's clock"};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {"the server's certificate is for another host than " + host,
              "use the name that the certificate is made for; otherwise somebody may be on the line"};
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return {whose(depth) + " is too weak: its key is too short or its signature can be forged",
              "the server needs a new certificate"};
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
      return {whose(depth) + " is not made for this purpose", "the server needs another certificate"};
    case X509_V_ERR_CERT_REVOKED:
      return {whose(depth) + " was revoked", "the server needs a new certificate"};
    default:
      return {whose(depth) + " can't be verified", "the server needs another certificate"};
  }
}

}  // namespace

CertificateCheck::CertificateCheck(std::string host, const TlsOptions& options)
    : host_(std::move(host)), pins_(read_pins(options.pins)), trust_all_(options.trust_all) {}

void CertificateCheck::watch(SSL* ssl) {
  X509_VERIFY_PARAM* const param = SSL_get0_param(ssl);
  // As browsers do: only subjectAltName counts, and a wildcard stands for a whole label.
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (X509_VERIFY_PARAM_set1_ip_asc(param, host_.c_str()) != 1) {
    ERR_clear_error();
    std::string name = host_;
    if (name.ends_with('.')) name.pop_back();
    if (name.empty() || X509_VERIFY_PARAM_set1_host(param, name.data(), name.size()) != 1 ||
        SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) {
      throw Error(ErrorCode::invalid_argument, "the server's name is not a host name").with_detail(openssl_words());
    }
  }
  if (SSL_set_ex_data(ssl, slot(), this) != 1) throw std::bad_alloc();
  SSL_set_verify(ssl, SSL_VERIFY_PEER, &CertificateCheck::on_result);
}

int CertificateCheck::on_result(int ok, X509_STORE_CTX* store) {
  if (ok != 0) return 1;
  auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const self = static_cast<CertificateCheck*>(SSL_get_ex_data(ssl, slot()));
  try {
    return self->accept(store) ? 1 : 0;
  } catch (...) {
    return 0;  // out of memory; the handshake fails without words
  }
}

bool CertificateCheck::accept(X509_STORE_CTX* store) {
  if (trust_all_) return true;
  const int error = X509_STORE_CTX_get_error(store);
  const int depth = X509_STORE_CTX_get_error_depth(store);
  X509* const certificate = X509_STORE_CTX_get_current_cert(store);
  // The handshake proves that the server has the key, and the pin that it is the right key: no CA could add to that.
  // OpenSSL goes on to the name and the dates.
  if (error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT && depth == 0 && is_pinned(certificate)) return true;
  const Words words = words_for(error, depth, certificate, host_);
  rejection_ = Error(ErrorCode::certificate_rejected, "connecting to " + host_ + ": " + words.why, words.hint)
                   .with_detail(std::string(X509_verify_cert_error_string(error)) + "; " + subject_of(certificate));
  return false;
}

bool CertificateCheck::is_pinned(X509* certificate) const {
  if (certificate == nullptr || pins_.empty()) return false;
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return false;
  KeyPin digest{};
  const bool hashed =
      EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  return hashed && std::find(pins_.begin(), pins_.end(), digest) != pins_.end();
}

void CertificateCheck::check_pins(SSL* ssl) const {
  if (pins_.empty()) return;
  // Only certificates that OpenSSL has verified count: a server may send any others beside them. When nothing was
  // verified, only the one whose key the server has just used.
  if (trust_all_) {
    if (is_pinned(SSL_get0_peer_certificate(ssl))) return;
  } else {
    const STACK_OF(X509)* const chain = SSL_get0_verified_chain(ssl);
    for (int i = 0; i < sk_X509_num(chain); ++i) {
      if (is_pinned(sk_X509_value(chain, i))) return;
    }
  }
  throw Error(ErrorCode::certificate_rejected,
              "connecting to " + host_ + ": none of the pinned keys is in the server's chain of certificates",
              "if the server changed its key, check that with its operator, then pin the new one")
      .with_detail(subject_of(SSL_get0_peer_certificate(ssl)));
}

std::optional<Error> CertificateCheck::rejection() const { return rejection_; }

}  // namespace smsbackup::net
