// Lists of locators, packed into one block of memory: what a sink calls the records whose content isn't known yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smsbackup::engine {

class LocatorList {
 public:
  static constexpr std::uint32_t end = ~std::uint32_t{0};

  // Puts a locator before the list that begins at `next`. Where the list begins now.
  std::uint32_t prepend(std::string_view locator, std::uint32_t next);
  std::vector<std::string> read(std::uint32_t first) const;
  // The list isn't needed any more. Its memory is not used again.
  void forget(std::uint32_t first);

  std::size_t size() const noexcept { return size_; }  // locators in all lists
  std::size_t memory_size() const noexcept { return words_.capacity() * sizeof(std::uint32_t); }

 private:
  // For each: where the next one is, the length, the bytes.
  std::vector<std::uint32_t> words_;
  std::size_t size_ = 0;
};

}  // namespace smsbackup::engine
