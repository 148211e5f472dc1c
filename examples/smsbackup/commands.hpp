// One function for each command. They report to the user themselves and return the exit code; what keeps them from
// starting is thrown as Failure.
#pragma once

#include "arguments.hpp"
#include "console.hpp"
#include "exit_code.hpp"
#include "smsbackup/cancel.hpp"

namespace tool {

ExitCode copy(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);
ExitCode merge(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);
ExitCode backup(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);
ExitCode restore(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);
ExitCode verify(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);
ExitCode stats(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);
ExitCode check(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);
ExitCode dedup(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel);

}  // namespace tool
