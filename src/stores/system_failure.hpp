// What the operating system answered, as an Error of the library.
#pragma once

#include <filesystem>
#include <string_view>

#include "smsbackup/error.hpp"

namespace smsbackup::stores {

// `doing` names the act ("opening", "writing"); the message is "<doing> <path>: <what the system said>".
Error system_failure(int error_number, std::string_view doing, const std::filesystem::path& path);

}  // namespace smsbackup::stores
