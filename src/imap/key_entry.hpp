// What is remembered of one mail after its headers were seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smsbackup/key.hpp"

namespace smsbackup::imap {

struct KeyEntry {
  std::uint32_t uid = 0;
  std::uint64_t size = 0;
  bool is_record = false;  // otherwise another program's mail
  RecordKey key;           // at DedupLevel::tolerant, without locator
  std::string message_id;
};

void append_entry(const KeyEntry& entry, std::string& out);
// Takes one entry from the front of `bytes`. False if it is not complete.
bool take_entry(std::string_view& bytes, KeyEntry& out);

}  // namespace smsbackup::imap
