// The second that a moment falls into, also before 1970.
#pragma once

#include <cstdint>

namespace smsbackup::engine {

constexpr std::int64_t second_of(std::int64_t ms) noexcept { return ms / 1000 - (ms % 1000 < 0 ? 1 : 0); }

}  // namespace smsbackup::engine
