// Bytes put together piece by piece and then looked at as a whole: in memory while they are few, in an unnamed
// temporary file above that, so that one huge mail bounds no machine.
//
// Used by one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stores/input_file.hpp"
#include "stores/output_file.hpp"

namespace smsbackup::stores {

class SpillBuffer {
 public:
  static constexpr std::size_t default_memory = 8 << 20;
  explicit SpillBuffer(std::size_t memory = default_memory) : memory_(memory) {}

  void clear();
  // Throws Error(no_space) or Error(io) when the temporary file can't be written. Ends what view()
  // gave.
  void append(std::string_view bytes);
  std::uint64_t size() const noexcept { return size_; }
  // All of it, until append() or clear().
  std::string_view view();

 private:
  std::size_t memory_;
  std::uint64_t size_ = 0;
  std::string bytes_;
  std::optional<OutputFile> file_;
  WholeFile mapped_;
};

}  // namespace smsbackup::stores
