// Where the tool keeps states, and which of them are of a store.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tool {

// Of that phone and archive, by identity, in $XDG_STATE_HOME/smsbackup or ~/.local/state/smsbackup (XDG base
// directories). Its name is made of a digest of each, so that it tells neither, but those of one store can be found.
// The folder is made if asked. Throws Failure(output).
std::filesystem::path default_state_file(const std::string& phone, const std::string& archive, bool make_folder);

// All that are there of a store, whether phone or archive.
std::vector<std::filesystem::path> default_state_files_of(const std::string& store);

}  // namespace tool
