// Reads the calls of a calendar file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "smsbackup/limits.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/source.hpp"
#include "stores/input_file.hpp"

namespace smsbackup::stores::icalendar {

std::unique_ptr<Cursor> open_calendar(InputFile file, const Query& query, const Limits& limits);

// Calls `on_uid` for each event, and says where more of them can be added: before that offset. Throws
// Error(unknown_format) if it is no calendar and Error(truncated_input) if its end is missing.
std::uint64_t survey(InputFile& file, const Limits& limits, const std::function<void(std::string uid)>& on_uid);

}  // namespace smsbackup::stores::icalendar
