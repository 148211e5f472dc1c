// The least that an IMAP client can do, as the bound that others are measured against: it makes sense of nothing that
// the server says but the end of a command, and never waits where it need not.
#pragma once

#include <string>
#include <vector>

namespace smsbackup::bench {

// What follows "raw" on the command line:
//   upload PORT CA USER BOX MAILS BATCH   so many mails an APPEND, all in flight. With BATCH 0 one mail an APPEND, and
//   the
//                                    server is asked before one of more than 4096 bytes (LITERAL-).
//   fetch PORT CA USER BOX ITEM           one UID FETCH of all mails
// CA is a PEM file, or "-" for plain text. MAILS is a file of Corpus. Returns the process's exit code.
int raw_client(const std::vector<std::string>& arguments);

}  // namespace smsbackup::bench
