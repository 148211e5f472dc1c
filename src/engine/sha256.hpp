// SHA-256 (FIPS 180-4) over bytes that come in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;

namespace smsbackup::engine {

class Sha256 {
 public:
  using Value = std::array<std::uint8_t, 32>;

  Sha256();  // to be started
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  // Forgets whatever was fed before.
  void start();
  void feed(std::string_view bytes);
  // A byte that says what follows.
  void tag(std::uint8_t value) { feed(std::string_view(reinterpret_cast<const char*>(&value), 1)); }
  void number(std::uint64_t value);
  // Bytes with their length in front, so that neighbours can't be mistaken for one another.
  void field(std::string_view bytes) {
    number(bytes.size());
    feed(bytes);
  }

  // The digest of what was fed. Then the object may be started again.
  Value finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  void flush();

  std::unique_ptr<evp_md_ctx_st, Free> context_;
  // Gathers small pieces: a call into OpenSSL costs more than they do.
  std::array<char, 512> staged_;
  std::size_t staged_size_ = 0;
};

}  // namespace smsbackup::engine
