// Where a mail is put together: one block of memory that is reused from mail to mail, and handed on in pieces where
// the whole would be too large.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "smsbackup/jsonl.hpp"

namespace smsbackup::mime {

class MailBuffer {
 public:
  static constexpr std::size_t piece_size = 64 * 1024;

  // Starts a mail. With a sink, pass_on() hands over what is there once it is a piece.
  void start(const ByteSink* sink) noexcept {
    sink_ = sink;
    size_ = 0;
  }

  // Space for that many bytes; the caller writes into it and tells the end.
  char* room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return data_.get() + size_;
  }
  void commit(const char* end) noexcept { size_ = static_cast<std::size_t>(end - data_.get()); }

  void add(std::string_view text) {
    char* const to = room(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    size_ += text.size();
  }
  void add(char c) {
    *room(1) = c;
    ++size_;
  }

  // Between lines only: whoever folds looks back to the start of the line.
  void pass_on() {
    if (sink_ != nullptr && size_ >= piece_size) hand_over();
  }
  void finish() {
    if (sink_ != nullptr && size_ != 0) hand_over();
  }

  std::size_t size() const noexcept { return size_; }
  std::string_view view() const noexcept { return {data_.get(), size_}; }
  // Drops memory that one huge mail took.
  void trim() {
    if (capacity_ > 16 * piece_size) {
      data_.reset();
      capacity_ = 0;
    }
    size_ = 0;
  }

 private:
  void hand_over() {
    (*sink_)(view());
    size_ = 0;
  }
  void grow(std::size_t bytes) {
    const std::size_t wanted = size_ + bytes;
    const std::size_t larger = wanted > capacity_ * 2 ? wanted : capacity_ * 2;
    std::unique_ptr<char[]> data(new char[larger + 256]);
    if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = larger + 256;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  const ByteSink* sink_ = nullptr;
};

}  // namespace smsbackup::mime
