// What was computed from a Blob's bytes, kept beside them for whoever asks the same again: the digest of a picture is
// wanted for the key and for the mail, and costs more than all else about it.
//
// One answer is kept, the first. May be used from several threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "smsbackup/blob.hpp"

namespace smsbackup::model {

class BlobMemo {
 public:
  using Value = std::array<std::uint8_t, 32>;

  // `question` stands for all that the answer depends on beside the bytes.
  static std::optional<Value> recall(const Blob& blob, const Value& question) noexcept;
  // Not of bytes that are somebody else's, who may change them.
  static void remember(const Blob& blob, const Value& question, const Value& answer) noexcept;
};

}  // namespace smsbackup::model
