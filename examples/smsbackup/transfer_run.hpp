// What copy, backup and restore share: open the stores, run, report.
#pragma once

#include <functional>
#include <span>

#include "arguments.hpp"
#include "console.hpp"
#include "exit_code.hpp"
#include "smsbackup/transfer.hpp"

namespace tool {

using TransferCall = std::function<smsbackup::Report(std::span<smsbackup::Source* const> sources, smsbackup::Sink& sink,
                                                     const smsbackup::TransferOptions& options,
                                                     smsbackup::StateStore* state, smsbackup::Observer& observer)>;

ExitCode run_transfer(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel,
                      const TransferCall& call);

// The options that every command knows. `contacts` may be null.
smsbackup::TransferOptions transfer_options(const Arguments& arguments,
                                            std::shared_ptr<smsbackup::ContactBook> contacts);

}  // namespace tool
