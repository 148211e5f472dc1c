#include "engine/sha256.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <new>

#include "smsbackup/error.hpp"

namespace smsbackup::engine {
namespace {

// Fetching the algorithm takes longer than digesting a short message, so it is done once.
const EVP_MD* sha256() {
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
#else
  static const EVP_MD* const algorithm = EVP_sha256();
#endif
  if (algorithm == nullptr) throw Error(ErrorCode::internal, "digesting: OpenSSL has no SHA-256");
  return algorithm;
}

void expect_success(int result) {
  if (result != 1) throw Error(ErrorCode::internal, "digesting: SHA-256 failed");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_) throw std::bad_alloc();
}

Sha256::~Sha256() = default;

void Sha256::start() {
  staged_size_ = 0;
  expect_success(EVP_DigestInit_ex(context_.get(), sha256(), nullptr));
}

void Sha256::feed(std::string_view bytes) {
  if (bytes.size() > staged_.size() - staged_size_) {
    flush();
    if (bytes.size() >= staged_.size()) {
      expect_success(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
      return;
    }
  }
  std::copy(bytes.begin(), bytes.end(), staged_.begin() + static_cast<std::ptrdiff_t>(staged_size_));
  staged_size_ += bytes.size();
}

void Sha256::flush() {
  if (staged_size_ == 0) return;
  expect_success(EVP_DigestUpdate(context_.get(), staged_.data(), staged_size_));
  staged_size_ = 0;
}

void Sha256::number(std::uint64_t value) {
  std::array<char, 8> bytes;
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xff);
    value >>= 8;
  }
  feed(std::string_view(bytes.data(), bytes.size()));
}

Sha256::Value Sha256::finish() {
  flush();
  Value value;
  unsigned size = 0;
  expect_success(EVP_DigestFinal_ex(context_.get(), value.data(), &size));
  return value;
}

}  // namespace smsbackup::engine
