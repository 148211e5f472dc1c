// What states say of the backups and restores that a store had part in: the last one of each phone and archive.
#pragma once

#include <string>
#include <vector>

#include "arguments.hpp"
#include "console.hpp"
#include "smsbackup/state_store.hpp"

namespace tool {

// Of the file of --state, or else of those that the tool keeps by itself; the newest first. What can't be read is said
// on the console, and is no failure.
std::vector<smsbackup::StateRun> last_runs_of(const Arguments& arguments, const std::string& store, Console& console);

// "2024-02-03T10:15:00.000Z, complete: 12 written, 288 there already, 4 left out"
std::string last_run_text(const smsbackup::StateRun& run);
// A JSON array.
std::string last_runs_json(const std::vector<smsbackup::StateRun>& runs);

}  // namespace tool
