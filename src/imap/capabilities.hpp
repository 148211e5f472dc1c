// What a server says it can do, without what the host does not want used.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/imap_options.hpp"

namespace smsbackup::imap {

class Capabilities {
 public:
  Capabilities() = default;
  // From the words behind CAPABILITY.
  Capabilities(std::string_view words, const ImapOptions::Features& use);

  bool empty() const noexcept { return names_.empty(); }
  bool has(std::string_view upper_case_name) const { return names_.find(upper_case_name) != names_.end(); }
  std::optional<std::uint64_t> append_limit() const;

  // A literal of that size may go out without waiting for the server.
  bool non_synchronizing(std::uint64_t size) const;

  // As announced, also what is not used.
  const std::vector<std::string>& announced() const noexcept { return announced_; }

 private:
  std::set<std::string, std::less<>> names_;
  std::vector<std::string> announced_;
};

}  // namespace smsbackup::imap
