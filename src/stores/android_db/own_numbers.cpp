#include "stores/android_db/own_numbers.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "smsbackup/address.hpp"

namespace smsbackup::stores::android_db {

OwnNumbers::Id OwnNumbers::id_of(std::string_view address) {
  std::vector<Id>& bucket = by_bucket_[address_bucket(address)];
  const auto known =
      std::find_if(bucket.begin(), bucket.end(), [&](Id id) { return same_address(parties_[id].spelling, address); });
  if (known != bucket.end()) return *known;
  const Id id = static_cast<Id>(parties_.size());
  parties_.emplace_back().spelling = address;
  bucket.push_back(id);
  return id;
}

void OwnNumbers::met(const Mms& mms, Direction direction) {
  std::set<Id> senders;
  std::set<Id> recipients;
  for (const MmsAddress& row : mms.addresses) {
    if (!row.address.has_value() || is_unknown_address(*row.address) || *row.address == insert_address_token) continue;
    (row.type == Integer(mms_from) ? senders : recipients).insert(id_of(*row.address));
  }
  if (direction == Direction::outgoing) {
    for (const Id id : senders) parties_[id].is_own_sender = true;
    for (const Id id : recipients) parties_[id].was_written_to = true;
    return;
  }
  for (const Id id : senders) parties_[id].is_other = true;
  if (recipients.size() == 1) {
    std::set<Id>& writers = parties_[*recipients.begin()].writers;
    if (writers.size() < 2) writers.insert(senders.begin(), senders.end());
  } else if (recipients.size() > 1) {
    std::set<Id> all = recipients;
    all.insert(senders.begin(), senders.end());
    met_incoming_group(recipients, all);
  }
}

void OwnNumbers::met_incoming_group(const std::set<Id>& recipients, const std::set<Id>& parties) {
  if (!std::exchange(has_groups_, true)) {
    in_all_groups_ = recipients;
    first_group_ = parties;
    return;
  }
  std::set<Id> still;
  std::set_intersection(in_all_groups_.begin(), in_all_groups_.end(), recipients.begin(), recipients.end(),
                        std::inserter(still, still.end()));
  in_all_groups_ = std::move(still);
  has_two_groups_ = has_two_groups_ || parties != first_group_;
}

void OwnNumbers::met_conversation(std::string_view party) {
  if (!is_unknown_address(party)) parties_[id_of(party)].is_other = true;
}

std::vector<std::string> OwnNumbers::learnt() const {
  std::vector<std::string> own;
  std::vector<const Party*> only_recipients;
  for (const Party& party : parties_) {
    if (party.is_other) continue;
    if (party.is_own_sender) {
      own.push_back(party.spelling);
    } else if (!party.writers.empty()) {
      only_recipients.push_back(&party);
    }
  }
  const bool is_one_number = own.empty() && only_recipients.size() == 1;
  for (const Party* party : only_recipients) {
    if (is_one_number || party->writers.size() >= 2) own.push_back(party->spelling);
  }
  if (!own.empty() || !has_two_groups_) return own;
  for (const Id id : in_all_groups_) {
    if (!parties_[id].is_other && !parties_[id].was_written_to) own.push_back(parties_[id].spelling);
  }
  if (own.size() > 1) own.clear();
  return own;
}

}  // namespace smsbackup::stores::android_db
