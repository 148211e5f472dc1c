#include "imap/scram.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <optional>

#include "imap/answer.hpp"
#include "model/base64.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

// RFC 7677 asks for 4096 at least; servers with fewer exist. A hostile one could keep us busy for days.
constexpr std::uint64_t max_iterations = 2'000'000;

const EVP_MD* digest(Scram::Hash hash) { return hash == Scram::Hash::sha1 ? EVP_sha1() : EVP_sha256(); }

[[noreturn]] void broken(const char* what) {
  throw Error(ErrorCode::protocol, std::string("logging in with SCRAM: the server's ") + what);
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string escape(std::string_view user) {
  std::string out;
  for (const char c : user) {
    if (c == ',') {
      out += "=2C";
    } else if (c == '=') {
      out += "=3D";
    } else {
      out += c;
    }
  }
  return out;
}

// "r=abc,s=def" -> the value of `name`.
std::optional<std::string_view> attribute(std::string_view message, char name) {
  while (!message.empty()) {
    const auto comma = message.find(',');
    const auto part = message.substr(0, comma);
    if (part.size() >= 2 && part[0] == name && part[1] == '=') return part.substr(2);
    message.remove_prefix(comma == message.npos ? message.size() : comma + 1);
  }
  return std::nullopt;
}

std::string encoded(std::string_view raw) {
  std::string out;
  base64::encode(raw, out);
  return out;
}

}  // namespace

Scram::Scram(Hash hash, std::string_view user, std::string password, std::string nonce)
    : hash_(hash),
      password_(std::move(password)),
      nonce_(std::move(nonce)),
      first_bare_("n=" + escape(user) + ",r=" + nonce_) {}

Scram::~Scram() { OPENSSL_cleanse(password_.data(), password_.size()); }

std::string Scram::first() const { return "n,," + first_bare_; }

std::string Scram::digest_of(std::string_view key, std::string_view text) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (HMAC(digest(hash_), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), out.data(), &size) ==
      nullptr)
    throw Error(ErrorCode::internal, "logging in with SCRAM: HMAC failed");
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string Scram::final_for(std::string_view server_first) {
  const auto nonce = attribute(server_first, 'r');
  const auto salt_text = attribute(server_first, 's');
  const auto iterations_text = attribute(server_first, 'i');
  if (!nonce || !salt_text || !iterations_text) broken("first message is not complete");
  if (nonce->size() <= nonce_.size() || nonce->substr(0, nonce_.size()) != nonce_)
    broken("nonce does not go on with ours");
  const auto salt = base64::decode(*salt_text);
  const auto iterations = parse_number(*iterations_text);
  if (!salt || salt->empty()) broken("salt is no base64");
  if (!iterations || *iterations == 0 || *iterations > max_iterations) broken("iteration count makes no sense");

  const auto size = static_cast<std::size_t>(EVP_MD_get_size(digest(hash_)));
  std::string salted(size, '\0');
  if (PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()), bytes(*salt),
                        static_cast<int>(salt->size()), static_cast<int>(*iterations), digest(hash_),
                        static_cast<int>(size), reinterpret_cast<unsigned char*>(salted.data())) != 1)
    throw Error(ErrorCode::internal, "logging in with SCRAM: PBKDF2 failed");

  const auto client_key = digest_of(salted, "Client Key");
  std::string stored_key(size, '\0');
  unsigned stored_size = 0;
  if (EVP_Digest(client_key.data(), client_key.size(), reinterpret_cast<unsigned char*>(stored_key.data()),
                 &stored_size, digest(hash_), nullptr) != 1)
    throw Error(ErrorCode::internal, "logging in with SCRAM: the digest failed");

  const std::string without_proof = "c=biws,r=" + std::string(*nonce);
  const std::string auth_message = first_bare_ + ',' + std::string(server_first) + ',' + without_proof;
  std::string proof = digest_of(stored_key, auth_message);
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
  server_signature_ = digest_of(digest_of(salted, "Server Key"), auth_message);
  OPENSSL_cleanse(salted.data(), salted.size());
  return without_proof + ",p=" + encoded(proof);
}

void Scram::verify(std::string_view server_final) const {
  const auto text = attribute(server_final, 'v');
  const auto signature = text ? base64::decode(*text) : std::nullopt;
  if (!signature) broken("last message has no signature");
  if (server_signature_.empty() || signature->size() != server_signature_.size() ||
      CRYPTO_memcmp(signature->data(), server_signature_.data(), server_signature_.size()) != 0)
    throw Error(ErrorCode::wrong_credentials,
                "logging in with SCRAM: the server does not know the password itself, it may be an impostor");
}

std::string random_nonce() {
  std::array<unsigned char, 24> raw{};
  if (RAND_bytes(raw.data(), static_cast<int>(raw.size())) != 1)
    throw Error(ErrorCode::internal, "logging in with SCRAM: there are no random numbers");
  return encoded({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

}  // namespace smsbackup::imap
