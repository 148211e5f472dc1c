// A real mail server of any kind, for tests that ask the same of all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/courier.hpp"
#include "support/cyrus.hpp"
#include "support/dovecot.hpp"

namespace smsbackup::test {

struct MailServer {
  std::string software;
  std::uint16_t port = 0;  // plain text, STARTTLS
  std::uint16_t tls_port = 0;
  std::string ca_pem;
  std::shared_ptr<void> process;  // ends with the last copy
};

template <class Kind>
MailServer start_server(std::string software, typename Kind::Options options) {
  auto server = std::make_shared<Kind>(std::move(options));
  return {std::move(software), server->port(), server->tls_port(), server->ca_pem(), server};
}

}  // namespace smsbackup::test
