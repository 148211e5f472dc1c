// A quick hash over everything in a record but the bytes of part data, to tell in one process whether two records are
// the same one.
#pragma once

#include <cstdint>

#include "smsbackup/record.hpp"

namespace smsbackup::mime {

// Never 0.
std::uint64_t fingerprint(const Record& record) noexcept;

}  // namespace smsbackup::mime
