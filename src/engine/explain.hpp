// Says in plain words why a record was taken for a duplicate, or not. Never with private data.
#pragma once

#include <cstdint>
#include <string>

#include "smsbackup/key.hpp"

namespace smsbackup::engine {

// What is known of when within its second a record was: its millisecond below 1000, or one of these.
struct Moment {
  static constexpr std::uint32_t some_time = 1000;  // sometime in that second
  static constexpr std::uint32_t never = 1001;      // it has no date
};

struct Likeness {
  RecordType type = RecordType::sms;
  DedupLevel level = DedupLevel::tolerant;
  std::uint32_t moment = 0;        // of the record
  std::uint32_t moment_there = 0;  // of what is there
  bool same_spelling = true;       // of the parties
  bool same_message_id = false;
};

std::string explain_duplicate(const Likeness& likeness);
std::string explain_undecided(RecordType type);
std::string explain_unseen();
std::string explain_off();

}  // namespace smsbackup::engine
