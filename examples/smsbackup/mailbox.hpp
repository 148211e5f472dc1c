// The mailbox that `check` and `dedup` work on.
#pragma once

#include <memory>

#include "arguments.hpp"
#include "exit_code.hpp"
#include "smsbackup/cancel.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/imap_store.hpp"

namespace tool {

// Throws Failure(usage) when the store that is named is none on a mail server.
std::unique_ptr<smsbackup::ImapStore> open_mailbox(const Arguments& arguments, smsbackup::Access access,
                                                   const smsbackup::CancelToken& cancel);

Failure mailbox_failure(const smsbackup::Error& error, ExitCode code);

}  // namespace tool
