// Whether two records are of one occasion: same type, direction, second and other parties, whatever they say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "smsbackup/key.hpp"

namespace smsbackup::engine {

class SameOccasion {
 public:
  // `own_numbers` count as no party of an MMS, wherever they stand.
  explicit SameOccasion(std::vector<std::string> own_numbers);

  // Equal for keys of one occasion, and hardly ever for others. Different in each object.
  std::uint64_t hash(const RecordKey& key) const;

 private:
  std::vector<std::string> own_numbers_;
  std::uint64_t seed_;
};

}  // namespace smsbackup::engine
