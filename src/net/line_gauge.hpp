// How fast a line is, as far as it is what the work waits for, and whether DEFLATE would make the work faster.
//
// Time counts only while the system could take or give no more bytes: a source that reads slowly, or one question after
// the other on a long line, says nothing about the line. Whether compressing pays is found out with the bytes
// themselves, since text shrinks to a seventh and pictures by a quarter only, and with this machine's own speed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smsbackup::net {

class LineGauge {
 public:
  using Duration = std::chrono::nanoseconds;
  enum class Way : std::uint8_t { out, in };

  // What went over the wire, and what it was before TLS and compression.
  void moved(Way way, std::size_t bytes);
  void saw(Way way, std::string_view plain);
  // Nothing could move for so long. `way` is what there was to do: bytes wait to go out, or none do.
  void waited(Way way, Duration time);

  // Whether the line has proven slower than compressing would be. Stays so once it is.
  bool compressing_pays() const noexcept { return pays_; }

 private:
  struct Traffic {
    std::uint64_t bytes = 0;
    Duration waited{0};
    std::string sample;
  };
  void judge(const Traffic& traffic, const Traffic& other);

  Traffic out_, in_;
  bool answer_is_due_ = false;  // the next wait for bytes to come in is for the line's length, not its width
  bool pays_ = false;
};

// Whether bytes that go out as they are in `line` time are faster there when they take `packing` time to become the
// `ratio`th part.
constexpr bool is_worth_packing(double line, double packing, double ratio) noexcept {
  return packing + ratio * line < 0.9 * line;
}

}  // namespace smsbackup::net
