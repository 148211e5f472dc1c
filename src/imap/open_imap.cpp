#include "imap/open_imap.hpp"

#include "imap/imap_uri.hpp"
#include "smsbackup/imap_store.hpp"

namespace smsbackup::imap {

std::unique_ptr<Store> open_imap(const StoreAddress& address, Access access, const StoreOptions& options) {
  return std::make_unique<ImapStore>(options_from_uri(address.scheme, address.location, options.imap), access, options);
}

}  // namespace smsbackup::imap
