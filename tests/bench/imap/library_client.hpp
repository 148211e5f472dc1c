// The library without the command around it, in a process of its own.
#pragma once

#include <string>
#include <vector>

namespace smsbackup::bench {

// What follows "library" on the command line:
//   upload PORT CA USER BOX JSONL   all records are in memory before the clock starts
//   fetch PORT CA USER BOX          decodes every mail
//   keys PORT CA USER BOX CACHE     CACHE is a folder, or "-"
// CA is a PEM file, or "-" for plain text. Prints the seconds from opening the store to having logged out. Returns the
// process's exit code.
int library_client(const std::vector<std::string>& arguments);

}  // namespace smsbackup::bench
