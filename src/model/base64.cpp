#include "model/base64.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace smsbackup::base64 {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Twelve bits to two characters.
constexpr auto make_pairs() {
  std::array<std::array<char, 2>, 4096> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {alphabet[i >> 6], alphabet[i & 63]};
  return pairs;
}
constexpr auto pairs = make_pairs();

constexpr auto make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = 64;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto values = make_values();
constexpr std::uint8_t invalid = 64;

// Two characters, as they lie in memory, to twelve bits; `both` is set where both are base64. What of it is used fits
// into the first cache.
constexpr std::uint16_t both = 1U << 15;
constexpr auto make_twelves() {
  std::array<std::uint16_t, 65536> twelves{};
  for (std::size_t i = 0; i < 4096; ++i) {
    const std::size_t first = static_cast<unsigned char>(alphabet[i >> 6]);
    const std::size_t second = static_cast<unsigned char>(alphabet[i & 63]);
    const std::size_t at = std::endian::native == std::endian::little ? first | second << 8 : first << 8 | second;
    twelves[at] = static_cast<std::uint16_t>(both | i);
  }
  return twelves;
}
constexpr auto twelves = make_twelves();

std::uint64_t twelve_at(const char* at) noexcept {
  std::uint16_t two = 0;
  std::memcpy(&two, at, 2);
  return twelves[two];
}

constexpr unsigned char byte(char c) noexcept { return static_cast<unsigned char>(c); }
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Decodes whole groups as far as they are right, over the line ends between them. Eight bytes are stored for every six:
// there must be room for two more than the characters make.
void decode_groups(const char*& at, const char* end, char*& to) noexcept {
  for (;;) {
    for (; end - at >= 8; at += 8, to += 6) {
      const std::uint64_t a = twelve_at(at), b = twelve_at(at + 2), c = twelve_at(at + 4), d = twelve_at(at + 6);
      if ((a & b & c & d & both) == 0) break;
      std::uint64_t bytes = (a & 4095) << 52 | (b & 4095) << 40 | (c & 4095) << 28 | (d & 4095) << 16;
      if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
      std::memcpy(to, &bytes, 8);
    }
    if (end - at < 4) return;
    const std::uint64_t a = twelve_at(at), b = twelve_at(at + 2);
    if ((a & b & both) != 0) {
      const std::uint64_t bits = (a & 4095) << 12 | (b & 4095);
      *to++ = static_cast<char>(bits >> 16);
      *to++ = static_cast<char>(bits >> 8);
      *to++ = static_cast<char>(bits);
      at += 4;
    } else if (at[0] == '\r' && at[1] == '\n') {  // the usual case
      at += 2;
    } else if (at[0] == '\n') {
      ++at;
    } else {
      return;
    }
  }
}

// Whole groups of three bytes only.
char* encode_groups(const char* in, std::size_t groups, char* out) noexcept {
  for (; groups != 0; --groups, in += 3, out += 4) {
    const std::uint32_t bits = static_cast<std::uint32_t>(byte(in[0]) << 16 | byte(in[1]) << 8 | byte(in[2]));
    std::memcpy(out, pairs[bits >> 12].data(), 2);
    std::memcpy(out + 2, pairs[bits & 4095].data(), 2);
  }
  return out;
}

}  // namespace

void encode(std::string_view in, std::string& out, std::size_t line_length) {
  Encoder encoder(line_length);
  encoder.feed(in, out);
  encoder.finish(out);
}

std::size_t Encoder::most_for(std::size_t bytes) const noexcept {
  const std::size_t groups = bytes / 3 + 1;
  const std::size_t line_ends = line_length_ == 0 ? 0 : groups / (line_length_ / 4) + 2;
  return groups * 4 + line_ends * 2;
}

char* Encoder::write(std::string_view in, char* to) {
  if (pending_size_ != 0) {
    const std::size_t take = std::min(in.size(), 3 - pending_size_);
    std::copy_n(in.data(), take, pending_.data() + pending_size_);
    pending_size_ += take;
    in.remove_prefix(take);
    if (pending_size_ < 3) return to;
    pending_size_ = 0;
    const std::array<char, 3> group = pending_;
    to = write({group.data(), 3}, to);
  }
  std::size_t groups = in.size() / 3;
  const char* from = in.data();
  const std::size_t line_groups = line_length_ / 4;
  while (groups != 0) {
    std::size_t run = groups;
    if (line_groups != 0) {
      if (column_ >= line_length_) {
        *to++ = '\r';
        *to++ = '\n';
        column_ = 0;
      }
      run = std::min(groups, line_groups - column_ / 4);
      column_ += run * 4;
    }
    to = encode_groups(from, run, to);
    from += run * 3;
    groups -= run;
  }
  pending_size_ = in.size() % 3;
  std::copy_n(from, pending_size_, pending_.data());
  return to;
}

void Encoder::feed(std::string_view in, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + most_for(in.size()));
  const char* const end = write(in, out.data() + start);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

void Encoder::finish(std::string& out) {
  if (pending_size_ != 0) {
    if (line_length_ != 0 && column_ >= line_length_) out += "\r\n";
    std::fill(pending_.begin() + static_cast<std::ptrdiff_t>(pending_size_), pending_.end(), '\0');
    std::array<char, 4> group{};
    encode_groups(pending_.data(), 1, group.data());
    std::fill(group.begin() + static_cast<std::ptrdiff_t>(pending_size_ + 1), group.end(), '=');
    out.append(group.data(), group.size());
  }
  pending_size_ = 0;
  column_ = 0;
}

void Decoder::mark_bad(std::uint64_t offset) noexcept {
  if (!first_bad_) first_bad_ = offset;
}

// Character by character, until a group is closed and the fast loop can go on.
const char* Decoder::slow_group(const char* at, const char* end, const char* begin, char*& to) {
  while (at != end) {
    const char c = *at;
    const std::uint64_t offset = consumed_ + static_cast<std::uint64_t>(at - begin);
    ++at;
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding_;
      const bool fits = count_ >= 2 && count_ + padding_ <= 4;
      if (!fits) mark_bad(offset);
      if (!fits && mode_ == Mode::strict) return end;
      if (count_ + padding_ >= 4 || count_ == 0) {
        const std::uint32_t bits = count_ < 2 ? 0 : bits_ << (6 * (4 - count_));
        if (count_ >= 2) *to++ = static_cast<char>(bits >> 16);
        if (count_ >= 3) *to++ = static_cast<char>(bits >> 8);
        bits_ = 0;
        count_ = 0;
        padding_ = 0;
        ended_ = true;
      }
      continue;
    }
    const std::uint32_t value = values[byte(c)];
    if (value == invalid || ended_ || padding_ != 0) {
      mark_bad(offset);
      if (mode_ == Mode::strict) return end;
      if (value == invalid) continue;
      ended_ = false;
      padding_ = 0;
    }
    bits_ = bits_ << 6 | value;
    if (++count_ == 4) {
      *to++ = static_cast<char>(bits_ >> 16);
      *to++ = static_cast<char>(bits_ >> 8);
      *to++ = static_cast<char>(bits_);
      bits_ = 0;
      count_ = 0;
      return at;
    }
  }
  return at;
}

bool Decoder::feed(std::string_view chars, std::string& out) {
  const bool stopped = mode_ == Mode::strict && first_bad_.has_value();
  if (stopped) return false;
  const char* const begin = chars.data();
  const char* const end = begin + chars.size();
  const char* at = begin;
  const std::size_t start = out.size();
  out.resize(start + (chars.size() + count_) / 4 * 3 + 2);  // at most that many: the rest is cut off at the end
  char* to = out.data() + start;
  while (at != end) {
    if (count_ == 0 && !ended_) {
      decode_groups(at, end, to);
    }
    at = slow_group(at, end, begin, to);
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  consumed_ += chars.size();
  return mode_ == Mode::lenient || !first_bad_;
}

bool Decoder::finish(std::string& out) {
  const bool complete = count_ == 0;
  if (!complete && mode_ == Mode::lenient && count_ >= 2) {
    const std::uint32_t bits = bits_ << (6 * (4 - count_));
    out += static_cast<char>(bits >> 16);
    if (count_ == 3) out += static_cast<char>(bits >> 8);
  }
  return complete && !first_bad_;
}

std::optional<std::string> decode(std::string_view chars, Mode mode) {
  Decoder decoder(mode);
  std::string out;
  if (!decoder.feed(chars, out)) return std::nullopt;
  const bool right = decoder.finish(out);
  if (!right && mode == Mode::strict) return std::nullopt;
  return out;
}

}  // namespace smsbackup::base64
