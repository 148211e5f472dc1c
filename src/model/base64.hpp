// Base64 (RFC 4648 section 4), in one go or piece by piece, at memory speed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smsbackup::base64 {

// How many characters `bytes` bytes become, padding included, line ends not.
constexpr std::uint64_t encoded_size(std::uint64_t bytes) noexcept { return (bytes + 2) / 3 * 4; }

// Appends the encoded bytes. With a line length (a multiple of 4), CRLF stands between the lines, none after the last.
void encode(std::string_view in, std::string& out, std::size_t line_length = 0);

// The same for bytes that come in pieces.
class Encoder {
 public:
  explicit Encoder(std::size_t line_length = 0) noexcept : line_length_(line_length) {}
  void feed(std::string_view in, std::string& out);
  // The same into memory that has room for most_for(in.size()) characters; returns their end.
  char* write(std::string_view in, char* to);
  std::size_t most_for(std::size_t bytes) const noexcept;
  // Appends what is left and its padding. The encoder may be used again.
  void finish(std::string& out);

 private:
  std::size_t line_length_;
  std::size_t column_ = 0;
  std::array<char, 3> pending_{};
  std::size_t pending_size_ = 0;
};

enum class Mode : std::uint8_t {
  strict,   // white space is skipped; anything else that is not base64 ends decoding; padding must be there
  lenient,  // what is not base64 is skipped, padding may be missing or in the middle (RFC 2045 section 6.8)
};

class Decoder {
 public:
  explicit Decoder(Mode mode = Mode::strict) noexcept : mode_(mode) {}

  // Appends the decoded bytes. False once something was wrong in strict mode; then nothing more is decoded.
  bool feed(std::string_view chars, std::string& out);
  // Whether the input was complete and right. In lenient mode also appends what an incomplete last group holds.
  bool finish(std::string& out);

  // The offset, over all pieces, of the first character that is not base64; in lenient mode too.
  std::optional<std::uint64_t> first_bad() const noexcept { return first_bad_; }

 private:
  const char* slow_group(const char* at, const char* end, const char* begin, char*& to);
  void mark_bad(std::uint64_t offset) noexcept;

  Mode mode_;
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;    // characters of the open group
  unsigned padding_ = 0;  // '=' seen for the open group
  bool ended_ = false;    // padding closed the input
  std::uint64_t consumed_ = 0;
  std::optional<std::uint64_t> first_bad_;
};

// Decodes all of it. Nothing if it is wrong by the mode's rules.
std::optional<std::string> decode(std::string_view chars, Mode mode = Mode::strict);

}  // namespace smsbackup::base64
