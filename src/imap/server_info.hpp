// What a server says of itself and of the folders that the store uses.
#pragma once

#include <string>
#include <vector>

#include "imap/session.hpp"
#include "smsbackup/imap_store.hpp"

namespace smsbackup::imap {

ImapServerInfo server_info(Session& session, const std::vector<std::string>& folders);

}  // namespace smsbackup::imap
