// The log-in: the best mechanism that server and host have in common.
#pragma once

#include <string>

#include "imap/capabilities.hpp"
#include "imap/dialogue.hpp"
#include "smsbackup/imap_options.hpp"

namespace smsbackup::imap {

struct LogIn {
  std::string mechanism;
  Status status;  // the OK: its code often holds the new capabilities
};

// Throws Error with what the server said as a code; asks for a new token once when it refuses one. Nothing that it
// throws or logs holds a secret.
LogIn authenticate(Dialogue& dialogue, const Capabilities& capabilities, const ImapOptions& options);

}  // namespace smsbackup::imap
