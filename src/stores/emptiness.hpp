// Whether anything is at a place yet.
#pragma once

#include <filesystem>

namespace smsbackup::stores {

// Nothing is there, or an empty file, or a folder without a file anywhere in it (those that begin with a dot, such as
// locks, don't count). False when it can't be told, or is neither.
bool holds_nothing(const std::filesystem::path& place) noexcept;

}  // namespace smsbackup::stores
