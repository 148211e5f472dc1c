// Finds out from a phone's messages which numbers are the phone's own.
//
// Nothing in a database says so, and most SIMs don't know either. What MMS tell, from the surest on:
//   * the sender of a message that went out, where a number stands in the place of `insert-address-token`;
//   * the only recipient of messages that came in. If these name one number, it is that; if several, those that at
//     least two senders wrote to;
//   * the one number that is among the recipients of all messages to groups that came in, of two different groups at
//     least, and that nobody wrote to.
// A number that sent something to this phone, or has a conversation of its own, is somebody else's, whatever is said
// above. Where that leaves a doubt, no number is named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "smsbackup/record.hpp"

namespace smsbackup::stores::android_db {

class OwnNumbers {
 public:
  void met(const Mms& mms, Direction direction);
  // There is a conversation with nobody but this one.
  void met_conversation(std::string_view party);

  // In the spelling that was met first.
  std::vector<std::string> learnt() const;

 private:
  using Id = std::uint32_t;  // of a party, whatever the spelling
  struct Party {
    std::string spelling;
    bool is_own_sender = false;   // of a message that went out
    bool is_other = false;        // wrote to this phone, or has a conversation
    bool was_written_to = false;  // by this phone
    std::set<Id> writers;         // of messages that came in with this as the only recipient; two are enough
  };

  Id id_of(std::string_view address);
  void met_incoming_group(const std::set<Id>& recipients, const std::set<Id>& parties);

  std::vector<Party> parties_;
  std::unordered_map<std::string, std::vector<Id>> by_bucket_;  // address_bucket()
  std::set<Id> in_all_groups_;                                  // recipients of every group
  std::set<Id> first_group_;                                    // its parties
  bool has_groups_ = false;
  bool has_two_groups_ = false;
};

}  // namespace smsbackup::stores::android_db
