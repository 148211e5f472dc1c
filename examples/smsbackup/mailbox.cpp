#include "mailbox.hpp"

#include <fmt/format.h>

#include "mail_account.hpp"
#include "places.hpp"
#include "terminal.hpp"

namespace tool {

std::unique_ptr<smsbackup::ImapStore> open_mailbox(const Arguments& arguments, smsbackup::Access access,
                                                   const smsbackup::CancelToken& cancel) {
  smsbackup::StoreOptions options;
  options.imap = mail_account(arguments, cancel);
  const std::string& place = arguments.from.front();
  std::unique_ptr<smsbackup::Store> store;
  try {
    const std::string scheme = smsbackup::parse_store_address(place).scheme;
    if (scheme != "imap" && scheme != "imaps" && scheme != "imap+starttls") {
      throw Failure(ExitCode::usage,
                    fmt::format("{} is no mailbox on a server; write imaps://user@host/", printable(place)));
    }
    store = smsbackup::open_store(place, access, options);
  } catch (const smsbackup::Error& error) {
    throw mailbox_failure(error, ExitCode::input);
  }
  return std::unique_ptr<smsbackup::ImapStore>(&dynamic_cast<smsbackup::ImapStore&>(*store.release()));
}

Failure mailbox_failure(const smsbackup::Error& error, ExitCode code) {
  if (error.code() == smsbackup::ErrorCode::cancelled) return {ExitCode::cancelled, "cancelled"};
  return {error.code() == smsbackup::ErrorCode::invalid_argument ? ExitCode::usage : code, describe(error)};
}

}  // namespace tool
