// Time is handed in: the library never reads the clock or the zone by itself, so that a test can fix both.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "smsbackup/export.hpp"

namespace smsbackup {

// UTC milliseconds since 1970.
using Clock = std::function<std::int64_t()>;
SMSBACKUP_EXPORT Clock system_clock();

// How many seconds local time is ahead of UTC at a moment given in UTC milliseconds.
using TimeZone = std::function<std::int32_t(std::int64_t)>;
SMSBACKUP_EXPORT TimeZone utc_zone();
// The zone of this process (the TZ variable or the system's setting), read anew at each call.
SMSBACKUP_EXPORT TimeZone local_zone();

// "2020-09-13T12:26:40.123Z"; without the fraction when it is zero. Years beyond 9999 get more digits.
SMSBACKUP_EXPORT std::string format_iso8601(std::int64_t utc_ms);

// Reads "2020-09-13", "2020-09-13T12:26:40", "…40.5Z", "…40+02:00" or a number of milliseconds. A time without a zone
// is taken in `zone`. Nothing if it is none of these.
SMSBACKUP_EXPORT std::optional<std::int64_t> parse_time(std::string_view text, const TimeZone& zone);

}  // namespace smsbackup
