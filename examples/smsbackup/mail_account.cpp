#include "mail_account.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "exit_code.hpp"
#include "terminal.hpp"

namespace tool {
namespace {

constexpr int cancel_check_ms = 100;

// The first line that the command prints.
std::string ask_command(const std::string& command) {
  const auto close = [](std::FILE* file) { ::pclose(file); };
  std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(command.c_str(), "re"), close);
  if (!pipe) throw Failure(ExitCode::usage, "--password-command: it can't be started");
  std::string line;
  bool first_line = true;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    if (c == '\n') first_line = false;
    if (first_line) line += static_cast<char>(c);
  }
  const int status = ::pclose(pipe.release());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Failure(ExitCode::usage, "--password-command: the command failed");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) throw Failure(ExitCode::usage, "--password-command: the command printed nothing");
  return line;
}

// A terminal that does not show what is typed, for as long as this lives.
class SilentTerminal {
 public:
  SilentTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0)
      throw Failure(
          ExitCode::usage,
          "there is no password, and no terminal to ask on: set SMSBACKUP_PASSWORD, or use --password-command");
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    ::tcsetattr(fd_, TCSAFLUSH, &before_);
    put("\n");
    ::close(fd_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  void put(const std::string& text) const { (void)!::write(fd_, text.data(), text.size()); }

  std::string read_line(const smsbackup::CancelToken& cancel) const {
    std::string line;
    for (;;) {
      cancel.check();
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, cancel_check_ms) <= 0) continue;
      char c = 0;
      if (::read(fd_, &c, 1) != 1 || c == '\n') return line;
      line += c;
    }
  }

 private:
  int fd_;
  termios before_{};
};

std::string ask_terminal(const smsbackup::ImapAccount& account, const smsbackup::CancelToken& cancel) {
  const SilentTerminal terminal;
  terminal.put(fmt::format("Password of {} at {}: ", printable(account.user), printable(account.host)));
  return terminal.read_line(cancel);
}

}  // namespace

smsbackup::ImapOptions mail_account(const Arguments& arguments, const smsbackup::CancelToken& cancel) {
  smsbackup::ImapOptions options = arguments.imap;
  options.cancel = cancel;
  if (const char* token = std::getenv("SMSBACKUP_TOKEN"); token != nullptr && *token != '\0') {
    options.token = [secret = std::string(token)](const smsbackup::ImapAccount&, bool) { return secret; };
    return options;
  }
  // Asked for once, however often the line breaks.
  auto known = std::make_shared<std::map<std::string, std::string>>();
  options.password = [known, command = arguments.password_command, cancel](const smsbackup::ImapAccount& account) {
    const auto name = account.user + '\n' + account.host;
    if (const auto found = known->find(name); found != known->end()) return found->second;
    const char* given = std::getenv("SMSBACKUP_PASSWORD");
    std::string secret = given != nullptr && *given != '\0' ? given
                         : !command.empty()                 ? ask_command(command)
                                                            : ask_terminal(account, cancel);
    return known->emplace(name, std::move(secret)).first->second;
  };
  return options;
}

}  // namespace tool
