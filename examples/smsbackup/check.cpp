#include <fmt/format.h>

#include <algorithm>

#include "commands.hpp"
#include "last_runs.hpp"
#include "mailbox.hpp"
#include "report_file.hpp"
#include "terminal.hpp"

namespace tool {
namespace {

bool has(const smsbackup::ImapServerInfo& info, const char* name) {
  return std::find(info.capabilities.begin(), info.capabilities.end(), name) != info.capabilities.end();
}

std::string upload(const smsbackup::ImapServerInfo& info) {
  if (has(info, "MULTIAPPEND") && has(info, "LITERAL+")) return "in batches, without waiting";
  if (has(info, "LITERAL+")) return "one mail after the other, without waiting";
  if (has(info, "LITERAL-")) return "without waiting up to 4096 bytes; larger mails wait a round trip each";
  return "each mail waits a round trip";
}

}  // namespace

ExitCode check(const Arguments& arguments, Console& console, const smsbackup::CancelToken& cancel) {
  const auto mailbox = open_mailbox(arguments, smsbackup::Access::read, cancel);
  smsbackup::ImapServerInfo info;
  try {
    info = mailbox->check();
  } catch (const smsbackup::Error& error) {
    throw mailbox_failure(error, ExitCode::input);
  }
  std::string text;
  const auto line = [&text](const char* name, const std::string& value) {
    text += fmt::format("{:<12}{}\n", name, value);
  };
  line("Mailbox", printable(mailbox->name()));
  line("Server", info.software.empty() ? info.greeting : info.software);
  line("Encrypted", info.tls_version.empty() ? "NO: anybody on the line can read along" : info.tls_version);
  line("Log-in", info.mechanism);
  line("Uploads", upload(info));
  line("Compression", info.compression ? "offered" : "not offered");
  if (info.append_limit) line("Largest mail", human_bytes(*info.append_limit));
  for (const auto& folder : info.folders)
    line("Folder", printable(folder.name) + (folder.exists ? ": " + grouped(folder.messages) + " mails"
                                                           : std::string(": not there yet, a backup makes it")));
  for (const auto& run : last_runs_of(arguments, arguments.from.front(), console)) line("Last run", last_run_text(run));
  std::string all;
  for (const auto& name : info.capabilities) all += (all.empty() ? "" : " ") + name;
  line("Offers", all);
  print_out(text);
  return ExitCode::done;
}

}  // namespace tool
