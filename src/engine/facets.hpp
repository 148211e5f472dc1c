// What a record says, piece by piece and as hashes: enough to tell how two of them differ when neither is at hand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smsbackup/key.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::engine {

class Facets {
 public:
  Facets(const Record& record, DedupLevel level);

  // For people: "text", "duration"... Both are of the same type. Never empty: what none of the pieces shows is
  // "content".
  std::vector<std::string> differences(const Facets& other) const;

 private:
  RecordType type_;
  std::optional<std::int64_t> date_;
  std::uint64_t spelling_ = 0;    // of the parties
  std::uint64_t message_id_ = 0;  // 0: it has none
  std::uint64_t subject_ = 0;
  std::uint64_t body_ = 0;   // the text, the parts, the kind of call
  std::uint64_t count_ = 0;  // parts, seconds
};

}  // namespace smsbackup::engine
