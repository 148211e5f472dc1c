#include "engine/locator_list.hpp"

#include <cstring>

#include "smsbackup/error.hpp"

namespace smsbackup::engine {

std::uint32_t LocatorList::prepend(std::string_view locator, std::uint32_t next) {
  const std::size_t text_words = (locator.size() + sizeof(std::uint32_t) - 1) / sizeof(std::uint32_t);
  const std::size_t at = words_.size();
  if (locator.size() >= end || at + 2 + text_words >= end) {
    throw Error(ErrorCode::limit_exceeded, "indexing keys: the sink's names for its records take too much memory");
  }
  words_.resize(at + 2 + text_words);
  words_[at] = next;
  words_[at + 1] = static_cast<std::uint32_t>(locator.size());
  if (!locator.empty()) std::memcpy(words_.data() + at + 2, locator.data(), locator.size());
  ++size_;
  return static_cast<std::uint32_t>(at);
}

std::vector<std::string> LocatorList::read(std::uint32_t first) const {
  std::vector<std::string> locators;
  for (std::uint32_t at = first; at != end; at = words_[at]) {
    locators.emplace_back(reinterpret_cast<const char*>(words_.data() + at + 2), words_[at + 1]);
  }
  return locators;
}

void LocatorList::forget(std::uint32_t first) {
  for (std::uint32_t at = first; at != end; at = words_[at]) --size_;
}

}  // namespace smsbackup::engine
