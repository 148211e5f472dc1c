#include "stores/line_reader.hpp"

#include <cstring>
#include <span>

namespace smsbackup::stores {

LineReader::LineReader(InputFile& file, std::size_t buffer)
    : file_(file), buffer_(buffer, '\0'), buffer_offset_(file.position()) {}

bool LineReader::fill() {
  if (begin_ != 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  buffer_offset_ += begin_;
  end_ -= begin_;
  begin_ = 0;
  const std::size_t before = end_;
  // A pipe may give a line at a time: whoever writes into it wants it to be worked on at once.
  end_ += file_.read_some(std::span(buffer_).subspan(end_));
  return end_ != before;
}

bool LineReader::next_line(std::uint64_t end) {
  while (!at_line_end_) piece();
  if (consumed() >= end) return false;
  if (begin_ == end_ && !fill()) return false;
  ++number_;
  line_begin_ = consumed();
  pieces_ = 0;
  at_line_end_ = false;
  terminated_ = false;
  return true;
}

std::string_view LineReader::piece() {
  if (at_line_end_) return {};
  std::size_t searched = 0;
  while (true) {
    const char* const from = buffer_.data() + begin_;
    const auto* const found = static_cast<const char*>(std::memchr(from + searched, '\n', end_ - begin_ - searched));
    if (found != nullptr) {
      const std::string_view line(from, static_cast<std::size_t>(found - from));
      begin_ += line.size() + 1;
      at_line_end_ = terminated_ = true;
      if (!line.empty()) ++pieces_;
      return line;
    }
    searched = end_ - begin_;
    if (searched == buffer_.size()) {
      const std::string_view part(buffer_.data(), searched);
      begin_ = end_;
      ++pieces_;
      return part;
    }
    if (!fill()) {
      const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
      begin_ = end_;
      at_line_end_ = true;
      if (!rest.empty()) ++pieces_;
      return rest;
    }
  }
}

}  // namespace smsbackup::stores
