#include "commands.hpp"
#include "transfer_run.hpp"

namespace tool {

ExitCode backup(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel) {
  return run_transfer(
      arguments, console, cancel, [&](auto sources, auto& sink, const auto& options, auto* state, auto& observer) {
        const smsbackup::BackupOptions backup_options{options, arguments.drafts, state, arguments.first_run};
        return smsbackup::backup(*sources.front(), sink, backup_options, &observer, cancel);
      });
}

}  // namespace tool
