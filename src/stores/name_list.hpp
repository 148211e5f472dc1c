// Many file names in little memory: about the length of each and eight bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smsbackup::stores {

class NameList {
 public:
  void add(std::string_view name) {
    names_.append(name);
    names_.push_back('\0');
    begins_.push_back(names_.size() - name.size() - 1);
  }
  // By bytes.
  void sort() {
    std::sort(begins_.begin(), begins_.end(),
              [this](std::uint64_t a, std::uint64_t b) { return at_offset(a) < at_offset(b); });
  }
  std::size_t size() const noexcept { return begins_.size(); }
  std::string_view operator[](std::size_t index) const { return at_offset(begins_[index]); }

 private:
  std::string_view at_offset(std::uint64_t begin) const { return names_.c_str() + begin; }
  std::string names_;
  std::vector<std::uint64_t> begins_;
};

}  // namespace smsbackup::stores
