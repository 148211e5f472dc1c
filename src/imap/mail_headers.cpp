#include "imap/mail_headers.hpp"

#include "imap/ascii.hpp"

namespace smsbackup::imap {

std::string_view key_headers_item() noexcept {
  return "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM TO X-smssync-datatype X-smssync-date X-smssync-address "
         "X-smssync-type X-smssync-duration X-smsbackup-version X-smsbackup-overflow X-smsbackup-digest "
         "X-smsbackup-columns X-smsbackup-addresses)]";
}

bool is_own(std::string_view headers) { return contains_ignoring_case(headers, "X-SMSBACKUP-VERSION"); }

std::string message_id_in(std::string_view headers) {
  static constexpr std::string_view name = "MESSAGE-ID:";
  while (!headers.empty()) {
    auto end = headers.find('\n');
    if (end == headers.npos) end = headers.size() - 1;
    if (headers.size() > name.size() && upper(headers.substr(0, name.size())) == name) {
      const auto open = headers.find('<');
      const auto close = headers.find('>', open == headers.npos ? 0 : open);
      if (open == headers.npos || close == headers.npos) return {};
      std::string id;
      for (const char c : headers.substr(open, close + 1 - open))
        if (c != '\r' && c != '\n' && c != ' ' && c != '\t') id += c;
      return id;
    }
    headers.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace smsbackup::imap
