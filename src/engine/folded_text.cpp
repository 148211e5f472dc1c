#include "engine/folded_text.hpp"

#include <array>
#include <cstddef>

namespace smsbackup::engine {
namespace {

constexpr char nbsp_first = '\xc2';
constexpr char nbsp_second = '\xa0';

enum Kind : std::uint8_t { other, blank, maybe_nbsp };

constexpr std::array<Kind, 256> make_kinds() {
  std::array<Kind, 256> kinds{};
  for (const char c : {' ', '\t', '\n', '\v', '\f', '\r'}) kinds[static_cast<unsigned char>(c)] = blank;
  kinds[static_cast<unsigned char>(nbsp_first)] = maybe_nbsp;
  return kinds;
}
constexpr std::array<Kind, 256> kinds = make_kinds();

// For looking at many characters without a branch for each: bit 0 is set for what may be white space, bit 1 where it
// isn't a plain blank.
constexpr std::array<std::uint8_t, 256> make_marks() {
  std::array<std::uint8_t, 256> marks{};
  for (std::size_t c = 0; c < marks.size(); ++c) marks[c] = kinds[c] == other ? 0 : 3;
  marks[' '] = 1;
  return marks;
}
constexpr std::array<std::uint8_t, 256> marks = make_marks();

// How far, in whole steps, the text from `at` on is words with one blank between them.
std::size_t skip_plain(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t step = 16;
  while (text.size() - at > step) {
    unsigned odd = 0;
    unsigned mark = marks[static_cast<unsigned char>(text[at])];
    for (std::size_t i = 1; i <= step; ++i) {
      const unsigned next = marks[static_cast<unsigned char>(text[at + i])];
      odd |= mark >> 1 | (mark & next & 1);
      mark = next;
    }
    if (odd != 0) break;
    at += step;
  }
  return at;
}

constexpr Kind kind_of(char c) noexcept { return kinds[static_cast<unsigned char>(c)]; }

}  // namespace

void FoldedText::word(std::string_view bytes) {
  if (blank_pending_ && size_ > 0) {
    digest_.feed(" ");
    ++size_;
  }
  blank_pending_ = false;
  digest_.feed(bytes);
  size_ += bytes.size();
}

void FoldedText::feed(std::string_view piece) {
  std::size_t at = 0;
  if (half_nbsp_ && !piece.empty()) {
    half_nbsp_ = false;
    if (piece.front() == nbsp_second) {
      blank_pending_ = true;
      at = 1;
    } else {
      word(std::string_view(&nbsp_first, 1));
    }
  }
  const auto is_nbsp = [&](std::size_t i) { return i + 1 < piece.size() && piece[i + 1] == nbsp_second; };
  while (at < piece.size()) {
    const Kind kind = kind_of(piece[at]);
    if (kind == blank) {
      blank_pending_ = true;
      ++at;
      continue;
    }
    if (kind == maybe_nbsp) {
      if (at + 1 == piece.size()) {
        half_nbsp_ = true;
        return;
      }
      if (is_nbsp(at)) {
        blank_pending_ = true;
        at += 2;
        continue;
      }
    }
    // Words with one blank between them are what a text mostly is: they go through in one piece.
    std::size_t end = skip_plain(piece, at + 1);
    for (; end < piece.size(); ++end) {
      const Kind next = kind_of(piece[end]);
      if (next == other) continue;
      if (next == maybe_nbsp) {
        if (end + 1 == piece.size() || is_nbsp(end)) break;
        continue;
      }
      if (piece[end] != ' ' || end + 1 == piece.size() || kind_of(piece[end + 1]) != other) break;
    }
    word(piece.substr(at, end - at));
    at = end;
  }
}

std::uint64_t FoldedText::finish() {
  if (half_nbsp_) {
    half_nbsp_ = false;
    word(std::string_view(&nbsp_first, 1));
  }
  return size_;
}

void feed_folded(Sha256& digest, std::string_view text) {
  FoldedText folded(digest);
  folded.feed(text);
  std::uint64_t size = folded.finish();
  if (size == 0) {
    digest.feed(text);
    size = text.size();
  }
  digest.number(size);
}

void feed_folded(Sha256& digest, const TextPieces& text) {
  FoldedText folded(digest);
  text([&](std::string_view piece) { folded.feed(piece); });
  std::uint64_t size = folded.finish();
  if (size == 0) {
    text([&](std::string_view piece) {
      digest.feed(piece);
      size += piece.size();
    });
  }
  digest.number(size);
}

}  // namespace smsbackup::engine
