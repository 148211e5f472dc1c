#include <fmt/format.h>

#include "commands.hpp"
#include "mailbox.hpp"
#include "report_file.hpp"
#include "terminal.hpp"

namespace tool {

ExitCode dedup(const Arguments& arguments, Console&, const smsbackup::CancelToken& cancel) {
  const bool changes = arguments.move_to || arguments.remove;
  const auto mailbox = open_mailbox(arguments, changes ? smsbackup::Access::write : smsbackup::Access::read, cancel);
  smsbackup::ImapStore::Cleaning result;
  try {
    result = mailbox->clean_duplicates(arguments.dedup, arguments.move_to, arguments.remove);
  } catch (const smsbackup::Error& error) {
    throw mailbox_failure(error, changes ? ExitCode::output : ExitCode::input);
  }
  std::string text =
      fmt::format("{} records, {} of them repeat another", grouped(result.looked_at), grouped(result.duplicates));
  if (arguments.move_to) {
    text += fmt::format("; {} moved to {}", grouped(result.moved), printable(*arguments.move_to));
  } else if (arguments.remove) {
    text += fmt::format("; {} deleted", grouped(result.removed));
  } else if (result.duplicates != 0) {
    text += "; nothing was changed (--move-to NAME or --delete do)";
  }
  print_out(text + '\n');
  return ExitCode::done;
}

}  // namespace tool
