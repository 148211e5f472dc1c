// MD5 (RFC 1321), because SMS Backup+ makes its Message-IDs with it. It protects nothing, and is here so that it also
// works where the system's crypto library refuses it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace smsbackup::mime {

using Md5 = std::array<std::uint8_t, 16>;

Md5 md5(std::string_view bytes) noexcept;

}  // namespace smsbackup::mime
