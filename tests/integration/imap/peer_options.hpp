// How a store reaches a MailPeer: without waiting for anything to get better.
#pragma once

#include <chrono>
#include <string>

#include "smsbackup/imap_options.hpp"
#include "support/mail_peer.hpp"

namespace smsbackup::test {

inline ImapOptions options_for(const MailPeer& peer) {
  ImapOptions options;
  options.host = "127.0.0.1";
  options.port = peer.port();
  options.security = ImapOptions::Security::plain;
  options.allow_plain = true;
  options.user = "me";
  options.folder = "SMS";
  options.password = [](const ImapAccount&) { return std::string("secret"); };
  options.retry_for = std::chrono::milliseconds(0);
  options.io_timeout = std::chrono::seconds(120);
  return options;
}

}  // namespace smsbackup::test
