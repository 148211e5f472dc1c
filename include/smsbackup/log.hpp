// What the library has to tell a developer. Silent until a host installs a sink; never holds message text, addresses,
// names or secrets.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "smsbackup/export.hpp"

namespace smsbackup {

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error, off };

using LogSink = std::function<void(LogLevel level, std::string_view message)>;

// From now on messages of `level` and above go to the sink, from whatever thread they come, one at a time. An empty
// sink makes it silent again.
SMSBACKUP_EXPORT void set_log_sink(LogSink sink, LogLevel level = LogLevel::info);

}  // namespace smsbackup
