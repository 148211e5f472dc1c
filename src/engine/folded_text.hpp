// How the tolerant level reads a text: runs of white space count as one blank, and none at the ends counts.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "engine/sha256.hpp"

namespace smsbackup::engine {

// Feeds a text that comes in pieces, folded, into a digest. White space is what ASCII calls so, and U+00A0.
class FoldedText {
 public:
  explicit FoldedText(Sha256& digest) noexcept : digest_(digest) {}

  void feed(std::string_view piece);
  // To be called at the end. How many bytes were fed into the digest: none for an empty text or one of white space
  // only.
  std::uint64_t finish();

 private:
  void word(std::string_view bytes);

  Sha256& digest_;
  std::uint64_t size_ = 0;
  bool blank_pending_ = false;  // white space was met since the last word
  bool half_nbsp_ = false;      // the last piece ended in the first byte of what may be U+00A0
};

// Calls its argument with the pieces of a text, in order; each call starts over.
using TextPieces = std::function<void(const std::function<void(std::string_view)>&)>;

// Feeds a text folded, then its length. A text of white space only would fold to nothing, so it is fed as it is.
void feed_folded(Sha256& digest, std::string_view text);
void feed_folded(Sha256& digest, const TextPieces& text);

}  // namespace smsbackup::engine
