#include "run.hpp"

#include <fmt/format.h>

#include <exception>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "exit_code.hpp"
#include "interrupt.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/log.hpp"

namespace {

using tool::Command;
using tool::ExitCode;

ExitCode run_command(int argc, const char* const* argv, tool::Console& console) {
  const std::optional<tool::Arguments> arguments = tool::parse_arguments(argc, argv);
  if (!arguments) return ExitCode::done;

  const tool::Interrupt interrupt(console);
  smsbackup::set_log_sink(
      [&console](smsbackup::LogLevel, std::string_view message) {
        console.print(fmt::format("smsbackup: {}", tool::printable(message)));
      },
      arguments->log_level);

  switch (arguments->command) {
    case Command::copy:
      return tool::copy(*arguments, console, interrupt.token());
    case Command::merge:
      return tool::merge(*arguments, console, interrupt.token());
    case Command::backup:
      return tool::backup(*arguments, console, interrupt.token());
    case Command::restore:
      return tool::restore(*arguments, console, interrupt.token());
    case Command::verify:
      return tool::verify(*arguments, console, interrupt.token());
    case Command::stats:
      return tool::stats(*arguments, console, interrupt.token());
    case Command::check:
      return tool::check(*arguments, console, interrupt.token());
    case Command::dedup:
      return tool::dedup(*arguments, console, interrupt.token());
  }
  return ExitCode::internal;
}

}  // namespace

namespace tool {

int run(int argc, const char* const* argv) {
  Console console;
  ExitCode code = ExitCode::internal;
  try {
    code = run_command(argc, argv, console);
  } catch (const Failure& failure) {
    code = failure.code();
    console.keep_status();
    console.print(fmt::format("smsbackup: {}", failure.what()));
  } catch (const std::exception& error) {
    console.keep_status();
    console.print(fmt::format("smsbackup: unexpected: {}", printable(error.what())));
  }
  smsbackup::set_log_sink({});
  return static_cast<int>(code);
}

}  // namespace tool
