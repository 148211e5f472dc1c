// What the command line and the environment say about mail accounts: secrets, whom to trust, folders.
//
// A password comes from SMSBACKUP_PASSWORD, from --password-command, or from the terminal without echo; an OAuth token
// from SMSBACKUP_TOKEN. Never from the command line, where every user of the machine can read it.
#pragma once

#include "arguments.hpp"
#include "smsbackup/cancel.hpp"
#include "smsbackup/imap_options.hpp"

namespace tool {

smsbackup::ImapOptions mail_account(const Arguments& arguments, const smsbackup::CancelToken& cancel);

}  // namespace tool
