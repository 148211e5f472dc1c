// A folder that takes what could not be read or written: for each problem its raw bytes and a note.
//
// `000001.raw` holds the bytes, `000001.txt` says what is wrong with them. Only the owner may read either. The numbers
// go on from what is there: nothing is overwritten.
#pragma once

#include <cstdint>
#include <filesystem>

#include "smsbackup/problem.hpp"

namespace smsbackup::engine {

class Quarantine {
 public:
  // The folder is made when the first problem comes.
  explicit Quarantine(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Throws Error(permission_denied), Error(no_space) or Error(io).
  void keep(const Problem& problem);

 private:
  void make_folder();

  std::filesystem::path folder_;
  std::uint64_t last_ = 0;
  bool made_ = false;
};

}  // namespace smsbackup::engine
