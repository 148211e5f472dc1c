// Mails with LF line ends, as they are kept in files on Unix.
#pragma once

#include <string_view>

namespace smsbackup::stores {

// Hands on the bytes of a mail without the CR of its line ends. The encoder writes no other CR.
template <class Out>
void write_with_lf(std::string_view mail, Out&& out) {
  while (!mail.empty()) {
    const auto cr = mail.find('\r');
    if (cr != 0) out(mail.substr(0, cr));
    if (cr == std::string_view::npos) return;
    mail.remove_prefix(cr + 1);
  }
}

}  // namespace smsbackup::stores
