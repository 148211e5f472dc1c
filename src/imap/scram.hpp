// The client's side of SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding: the password never
// crosses the line, and the server proves that it knows it too.
#pragma once

#include <string>
#include <string_view>

namespace smsbackup::imap {

class Scram {
 public:
  enum class Hash { sha1, sha256 };

  // `nonce`: printable ASCII without a comma, new for each log-in.
  Scram(Hash hash, std::string_view user, std::string password, std::string nonce);
  ~Scram();  // wipes the password
  Scram(const Scram&) = delete;
  Scram& operator=(const Scram&) = delete;

  // The three messages, before base64. Throw Error(protocol) when the server's are wrong, Error(wrong_credentials) when
  // it does not know the password itself.
  std::string first() const;
  std::string final_for(std::string_view server_first);
  void verify(std::string_view server_final) const;

 private:
  std::string digest_of(std::string_view key, std::string_view text) const;

  Hash hash_;
  std::string password_;
  std::string nonce_;
  std::string first_bare_;
  std::string server_signature_;
};

// 24 random bytes in base64.
std::string random_nonce();

}  // namespace smsbackup::imap
