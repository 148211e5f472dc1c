// Taken anew for each hash table, so that nobody can prepare an archive whose keys collide in it.
#pragma once

#include <cstdint>
#include <random>

namespace smsbackup::engine {

inline std::uint64_t random_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace smsbackup::engine
