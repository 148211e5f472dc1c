// Remembers where each record was that stays, so that it can be said of one that is dropped what it repeats. Takes 40
// to 44 bytes a record and the text of its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/key_table.hpp"
#include "engine/locator_list.hpp"
#include "engine/same_occasion.hpp"
#include "smsbackup/key.hpp"

namespace smsbackup::engine {

class KeptPlaces {
 public:
  explicit KeptPlaces(std::vector<std::string> own_numbers) : same_occasion_(std::move(own_numbers)) {}

  // Keys have contents.
  void add(const RecordKey& key, std::string_view place);
  // It does not stay after all.
  void forget(const RecordKey& key);
  // Of the one that the key repeats; "" if none is known.
  std::string find(const RecordKey& key) const;

 private:
  struct Kept {
    std::int64_t date = 0;
    std::string place;
  };
  Fingerprint fingerprint(const RecordKey& key) const;
  Kept read(std::size_t slot) const;

  SameOccasion same_occasion_;
  KeyTable table_;  // the payload is where the text begins
  LocatorList texts_;
};

}  // namespace smsbackup::engine
