#include "commands.hpp"
#include "transfer_run.hpp"

namespace tool {

ExitCode restore(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel) {
  return run_transfer(arguments, console, cancel,
                      [&](auto sources, auto& sink, const auto& options, auto* state, auto& observer) {
                        const smsbackup::RestoreOptions restore_options{
                            options, arguments.unsent, arguments.keep_sub_id, arguments.mark_read, state};
                        return smsbackup::restore(*sources.front(), sink, restore_options, &observer, cancel);
                      });
}

}  // namespace tool
