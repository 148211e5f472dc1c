// Reports for programs: JSON into a file, which appears complete or not at all, or onto standard output.
#pragma once

#include <string>

#include "smsbackup/verify.hpp"

namespace tool {

// `destination` is a path, "-" for standard output, or empty for nowhere. Throws Failure(output).
void write_report(const std::string& destination, const std::string& json);

// Writes to standard output. Throws Failure(output) when nobody takes it.
void print_out(const std::string& text);

std::string to_json(const smsbackup::Stats& stats);

}  // namespace tool
