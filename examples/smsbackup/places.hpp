// Opens what the command line names, after making sure that nothing is read and written at the same time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "smsbackup/store.hpp"
#include "watched_store.hpp"

namespace tool {

class Console;

// "jsonl:-", which is standard input or output.
bool is_standard_stream(const std::string& place);

// What a state knows a place by: the same for every way to name a file or folder; servers go by their address.
std::string identity_of(const std::string& place);

// Throws Failure(usage) when an input is also the output, or one is a folder that holds the other.
void check_places(const std::vector<std::string>& from, const std::string& to);

// A file that --log, --report or --calendar would write must be none of the stores. Throws Failure(usage).
void check_is_no_store(const std::string& file, const std::vector<std::string>& from, const std::string& to);

// The contacts of --contacts; null without. Throws Failure(input).
std::shared_ptr<smsbackup::ContactBook> open_contacts(const Arguments& arguments, Console& console);

// Throws Failure(input), Failure(output), or Failure(usage) for a store nobody knows.
std::unique_ptr<WatchedStore> open_input(const std::string& place, const smsbackup::StoreOptions& options,
                                         Trouble& trouble);
// With `only_look` nothing is made: what is not there yet is an empty store.
std::unique_ptr<WatchedStore> open_output(const std::string& place, const smsbackup::StoreOptions& options,
                                          bool only_look, Trouble& trouble);

// The calendar file beside the output.
std::unique_ptr<WatchedStore> open_calendar(const std::string& file, const smsbackup::StoreOptions& options,
                                            bool only_look, Trouble& trouble);

// "reading sms.xml failed: … (hint)", for people.
std::string describe(const smsbackup::Error& error);

}  // namespace tool
