// Who an MMS is from and to, by the rules of SMS Backup+.
#pragma once

#include <vector>

#include "smsbackup/record.hpp"

namespace smsbackup::mime {

struct MmsParties {
  bool inbound = true;
  const MmsAddress* sender = nullptr;  // the row of the sender, also where it is only the insert-address-token
  std::vector<const MmsAddress*> recipients;

  // What X-smssync-address and the Message-ID take for the address: the sender's, else the first recipient's.
  const MmsAddress* first() const noexcept {
    return sender != nullptr ? sender : recipients.empty() ? nullptr : recipients.front();
  }
};

// The rows stay the record's.
MmsParties parties_for_mail(const Record& record, const Mms& mms);

}  // namespace smsbackup::mime
