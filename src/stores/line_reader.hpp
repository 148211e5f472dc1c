// Reads a file line by line, in bounded memory whatever the length of a line.
//
// A line that fits into the buffer comes as one piece, longer ones come in several. Line ends are LF; a CR before it
// stays in the line.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "stores/input_file.hpp"

namespace smsbackup::stores {

class LineReader {
 public:
  static constexpr std::size_t default_buffer = 256 * 1024;

  // The file must outlive this.
  explicit LineReader(InputFile& file, std::size_t buffer = default_buffer);

  // Goes to the next line, over what is left of this one. False at the end of the input, and where the next line begins
  // at `end` or behind it.
  bool next_line(std::uint64_t end = std::numeric_limits<std::uint64_t>::max());
  // The next piece of the line, without its end; valid until the next call. Empty when the line is at its end.
  std::string_view piece();

  // What was read already and lies behind the lines given out, for whoever finds his way through many lines at once.
  // Only between lines; valid until the next call.
  std::string_view unread() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  // Reads on behind that. False when nothing came, or the buffer is full.
  bool read_more() { return end_ - begin_ < buffer_.size() && fill(); }
  // Leaves that many bytes of unread() behind, whole lines; number() doesn't count them.
  void skip(std::size_t bytes) noexcept { begin_ += bytes; }

  // Of this line, from 1.
  std::uint64_t number() const noexcept { return number_; }
  // Where this line begins.
  std::uint64_t offset() const noexcept { return line_begin_; }
  // Whether piece() gave the whole line at once.
  bool in_one_piece() const noexcept { return pieces_ == 1 && at_line_end_; }
  // Whether the line has a line end. Known once piece() was empty or in_one_piece().
  bool terminated() const noexcept { return terminated_; }
  // Bytes behind which everything was looked at.
  std::uint64_t consumed() const noexcept { return buffer_offset_ + begin_; }

 private:
  // Makes room, and reads until the buffer is full or the input ends. False when nothing came.
  bool fill();

  InputFile& file_;
  std::string buffer_;
  std::size_t begin_ = 0;  // what is unread lies between begin_ and end_
  std::size_t end_ = 0;
  std::uint64_t buffer_offset_ = 0;  // where buffer_ begins in the input
  std::uint64_t number_ = 0;
  std::uint64_t line_begin_ = 0;
  std::size_t pieces_ = 0;
  bool at_line_end_ = true;
  bool terminated_ = true;
};

}  // namespace smsbackup::stores
