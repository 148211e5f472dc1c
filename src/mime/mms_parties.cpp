#include "mime/mms_parties.hpp"

namespace smsbackup::mime {

MmsParties parties_for_mail(const Record& record, const Mms& mms) {
  MmsParties parties;
  parties.inbound = mms.msg_box.has_value() ? *mms.msg_box != mms_sent : direction_of(record) != Direction::outgoing;
  for (const MmsAddress& row : mms.addresses) {
    const bool is_token = row.address.has_value() && *row.address == insert_address_token;
    const bool is_from = row.type.has_value() && *row.type == mms_from;
    if (is_token && !is_from) parties.inbound = false;  // old phones gave the token's row any type
    if ((is_token || is_from) && parties.sender == nullptr) {
      parties.sender = &row;
    } else {
      parties.recipients.push_back(&row);
    }
  }
  // RCS messages list the sender among the recipients.
  if (parties.sender != nullptr) {
    std::erase_if(parties.recipients, [&](const MmsAddress* row) { return row->address == parties.sender->address; });
  }
  return parties;
}

}  // namespace smsbackup::mime
