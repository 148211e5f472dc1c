// Where a server is that was unpacked and not installed (scripts/unpack-servers.sh).
#pragma once

#include <filesystem>
#include <string>

namespace smsbackup::test {

// The folder below which `program` is: installed, in $SMSBACKUP_SERVERS/NAME or in /var/cache/smsbackup-servers/NAME.
// Empty if it is nowhere.
std::filesystem::path server_root(const std::string& name, const std::filesystem::path& program);

// Below usr/lib, those with that library in them, colon-separated as the loader wants them.
std::string library_folders(const std::filesystem::path& root, const std::string& library);

// `environment` is "LD_LIBRARY_PATH=...".
bool all_libraries_are_there(const std::filesystem::path& program, const std::string& environment);

}  // namespace smsbackup::test
