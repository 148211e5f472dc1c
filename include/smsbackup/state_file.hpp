// A StateStore in a file (SQLite), for programs that run now and then. One file may hold the states of several phones
// and archives; it knows them by digests only.
//
// What is marked survives a power cut. A process that is killed at any moment leaves a good file. The file is locked as
// long as the object lives: one run at a time, whatever state it uses.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/key.hpp"
#include "smsbackup/state_store.hpp"

namespace smsbackup {

enum class StateOpening : std::uint8_t {
  as_it_is,  // made when missing
  anew,      // as after reset(); a file that is damaged, but clearly a state file, is replaced
};

// Opens the state of that name (see state_name()) in the file, which only its owner may read when it is made.
//
// Throws Error(corrupt_input) if the file is damaged, Error(unsupported) if a newer version of the library wrote it,
// Error(unknown_format) if it is something else, Error(busy) if somebody else has it open, Error(not_found) if there is
// no such folder, Error(permission_denied), Error(no_space), Error(io). Later on, the state's functions throw the same.
SMSBACKUP_EXPORT std::unique_ptr<StateStore> open_state_file(const std::filesystem::path& file, const Digest& name,
                                                             StateOpening opening = StateOpening::as_it_is);

// The last run of that state, without making or changing anything; nothing if there is no such file or state. Throws as
// open_state_file(); Error(busy) means that a run is going on.
SMSBACKUP_EXPORT std::optional<StateRun> last_run_in_state_file(const std::filesystem::path& file, const Digest& name);
// Of every state in the file, in the order in which they were made.
SMSBACKUP_EXPORT std::vector<StateRun> last_runs_in_state_file(const std::filesystem::path& file);

}  // namespace smsbackup
