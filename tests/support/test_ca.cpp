#include "support/test_ca.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace smsbackup::test {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

template <class T>
T need(T value) {
  if (!value) throw std::runtime_error("OpenSSL refused to make a test certificate");
  return value;
}

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(size)};
}

Certificate certificate_of(const Identity& identity) {
  const Bio bio(need(BIO_new_mem_buf(identity.certificate.data(), -1)));
  return Certificate(need(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)));
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(need(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())));
  need(X509_add_ext(certificate, extension.get(), -1) == 1);
}

Identity make(const CertificateWish& wish, const Identity* ca) {
  const Key key(need(EVP_EC_gen("P-256")));
  const Certificate certificate(need(X509_new()));
  need(X509_set_version(certificate.get(), 2) == 1);
  std::array<unsigned char, 8> serial{};
  RAND_bytes(serial.data(), serial.size());
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), (serial[0] | 1u) * 257u + serial[1]);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 86400L * wish.valid_from_days);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400L * wish.valid_until_days);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1, -1, 0);

  const Certificate ca_certificate = ca != nullptr ? certificate_of(*ca) : nullptr;
  X509* const issuer = ca != nullptr ? ca_certificate.get() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  extend(certificate.get(), issuer, NID_basic_constraints, wish.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(certificate.get(), issuer, NID_subject_key_identifier, "hash");
  if (wish.is_ca) {
    extend(certificate.get(), issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else if (!wish.names.empty()) {
    std::string names;
    for (const std::string& one : wish.names) names += (names.empty() ? "" : ",") + one;
    extend(certificate.get(), issuer, NID_subject_alt_name, names);
  }

  Key signing;
  if (ca != nullptr) {
    const Bio bio(need(BIO_new_mem_buf(ca->key.data(), -1)));
    signing.reset(need(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)));
  }
  need(X509_sign(certificate.get(), signing ? signing.get() : key.get(), EVP_sha256()) > 0);

  const Bio certificate_pem(need(BIO_new(BIO_s_mem())));
  const Bio key_pem(need(BIO_new(BIO_s_mem())));
  need(PEM_write_bio_X509(certificate_pem.get(), certificate.get()) == 1);
  need(PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {text_of(certificate_pem.get()), text_of(key_pem.get())};
}

}  // namespace

Identity make_self_signed(const CertificateWish& wish) { return make(wish, nullptr); }
Identity issue(const Identity& ca, const CertificateWish& wish) { return make(wish, &ca); }
Identity make_ca(const std::string& common_name) { return make({.common_name = common_name, .is_ca = true}, nullptr); }

std::string Identity::pin() const {
  const Certificate own = certificate_of(*this);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(own.get()), &der);
  std::array<unsigned char, 32> digest{};
  EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  std::array<unsigned char, 64> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
  return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)};
}

}  // namespace smsbackup::test
