#include "support/server_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace smsbackup::test {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

ServerFolder::ServerFolder(const std::string& name) {
  // The system takes at most 107 bytes as a socket's path, and servers have theirs deep in here.
  const std::string temporary = std::filesystem::temp_directory_path();
  std::string pattern = (temporary.size() <= 20 ? temporary : "/tmp") + '/' + name + "-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
  path_ = pattern;
  std::filesystem::permissions(path_, std::filesystem::perms(0755));  // a server started by root reads it as others
}

ServerFolder::~ServerFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ChildProcess::start(const std::vector<std::string>& command, const std::filesystem::path& output,
                         const std::vector<std::string>& environment) {
  stop();
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one);
  variables.insert(variables.end(), environment.begin(), environment.end());
  std::vector<char*> env;
  for (const std::string& variable : variables) env.push_back(const_cast<char*>(variable.c_str()));
  env.push_back(nullptr);
  // Whoever its own children lose their parent to can wait for them.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    ::setpgid(0, 0);
    const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    const int in = ::open("/dev/null", O_RDONLY);
    ::dup2(in, 0);
    ::execve(arguments[0], arguments.data(), env.data());
    ::_exit(127);
  }
  pid_ = pid;
}

void ChildProcess::stop(int with_signal) {
  if (pid_ < 0) return;
  ::kill(pid_, with_signal);
  bool ended = false;
  for (int tries = 0; tries < 250 && !ended; ++tries) {
    ended = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
    if (!ended) std::this_thread::sleep_for(20ms);
  }
  // Its own children may outlive it: a session that waits for its client notices late that there is no server any more,
  // and a listener takes connections that the next server on that port should have.
  ::kill(-pid_, SIGKILL);
  while (::waitpid(-pid_, nullptr, 0) > 0 || errno == EINTR) {
  }
  pid_ = -1;
}

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return true;
  pid_ = -1;
  return false;
}

std::uint16_t free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(listener, place, size) != 0 || ::getsockname(listener, place, &size) != 0 || ::listen(listener, 1) != 0 ||
      ::connect(client, place, size) != 0) {
    throw std::system_error(errno, std::generic_category(), "looking for a free port");
  }
  // Closed from this side first, the connection leaves the port in TIME_WAIT: for a minute the system gives it to
  // nobody who wants any port, but to a server that asks for this one (SO_REUSEADDR, which all of them set).
  for (const int descriptor : {::accept(listener, nullptr, nullptr), client, listener}) ::close(descriptor);
  return ntohs(address.sin_port);
}

bool wait_until_it_listens(std::uint16_t port, ChildProcess& child) {
  for (int tries = 0; tries < 500; ++tries) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (connected) return true;
    if (!child.running()) return false;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

std::filesystem::path find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::string folders = (path != nullptr ? std::string(path) + ":" : std::string()) + "/usr/sbin:/sbin:/usr/local/sbin";
  while (!folders.empty()) {
    const std::size_t end = folders.find(':');
    const std::filesystem::path candidate = std::filesystem::path(folders.substr(0, end)) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    folders = end == std::string::npos ? "" : folders.substr(end + 1);
  }
  return {};
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("writing " + path.string());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace smsbackup::test
