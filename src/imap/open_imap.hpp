// What open_store() does for imaps, imap+starttls and imap.
#pragma once

#include <memory>

#include "smsbackup/store.hpp"

namespace smsbackup::imap {

std::unique_ptr<Store> open_imap(const StoreAddress& address, Access access, const StoreOptions& options);

}  // namespace smsbackup::imap
