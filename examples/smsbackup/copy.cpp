#include "commands.hpp"
#include "transfer_run.hpp"

namespace tool {

ExitCode copy(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel) {
  return run_transfer(arguments, console, cancel,
                      [&](auto sources, auto& sink, const auto& options, auto*, auto& observer) {
                        return smsbackup::transfer(sources, sink, options, &observer, cancel);
                      });
}

}  // namespace tool
