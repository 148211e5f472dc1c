// What a file or folder is by its content (docs/stores/README.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace smsbackup::stores {

struct Detected {
  std::string scheme;  // empty: none that can be read
  std::string what;    // then: what it seems to be, "an SQLite database"; empty if that isn't known either
};

// Throws Error(not_found), Error(empty_input) or Error(permission_denied).
Detected detect(const std::filesystem::path& path);

// By the first bytes of a file alone; zips are not looked into.
Detected detect_by_beginning(std::string_view beginning);

}  // namespace smsbackup::stores
