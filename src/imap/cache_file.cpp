#include "imap/cache_file.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace smsbackup::imap {

std::string account_name(const ImapOptions& options) {
  return options.user + '@' + options.host + ':' + std::to_string(options.port);
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string cache_identity(std::string_view account, std::string_view folder) {
  return sha256(std::string(account) + '\n' + std::string(folder));
}

std::filesystem::path cache_file(const std::filesystem::path& cache, std::string_view identity, std::string_view kind) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string name;
  for (const char c : identity.substr(0, 16)) {
    name += digits[static_cast<unsigned char>(c) >> 4];
    name += digits[static_cast<unsigned char>(c) & 15];
  }
  return cache / (name += kind);
}

bool append_at(const stores::FileDescriptor& file, std::uint64_t& end, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(end));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    end += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace smsbackup::imap
