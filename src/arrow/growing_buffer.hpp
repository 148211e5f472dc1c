// Values one after the other, for the large buffers of Arrow columns. Grown by realloc(), for which a system moves
// pages where a vector touches new memory and copies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

namespace smsbackup::arrow {

template <class T>
class GrowingBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  GrowingBuffer() noexcept = default;
  GrowingBuffer(GrowingBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  GrowingBuffer& operator=(GrowingBuffer&& other) noexcept {
    GrowingBuffer taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    std::swap(capacity_, taken.capacity_);
    return *this;
  }
  ~GrowingBuffer() { std::free(data_); }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t at) noexcept { return data_[at]; }
  // Never null: not every reader of Arrow's structures expects that of an empty buffer.
  const void* address() const noexcept { return data_ == nullptr ? static_cast<const void*>(&nothing) : data_; }

  void push_back(T value) {
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = value;
  }
  void append(const T* values, std::size_t count) {
    if (count == 0) return;
    if (count > capacity_ - size_) grow(size_ + count);
    std::memcpy(data_ + size_, values, count * sizeof(T));
    size_ += count;
  }
  void fill(std::size_t count, T value) {
    if (count > capacity_) grow(count);
    std::fill_n(data_, count, value);
    size_ = count;
  }

 private:
  static constexpr std::size_t first_bytes = 4096;
  static constexpr T nothing{};

  void grow(std::size_t wanted) {
    const std::size_t capacity = std::max({wanted, 2 * capacity_, first_bytes / sizeof(T)});
    void* const grown = std::realloc(data_, capacity * sizeof(T));
    if (grown == nullptr) throw std::bad_alloc();
    data_ = static_cast<T*>(grown);
    capacity_ = capacity;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace smsbackup::arrow
