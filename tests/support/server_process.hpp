// A real server for the time of a test: a child process, a folder of its own, a free port.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace smsbackup::test {

// A new folder with a short name (a socket's path has at most 107 bytes), removed with all that is in it.
class ServerFolder {
 public:
  explicit ServerFolder(const std::string& name);
  ~ServerFolder();
  ServerFolder(const ServerFolder&) = delete;
  ServerFolder& operator=(const ServerFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Ends with the object, and with the test program however that ends.
class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess() { stop(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // What it prints goes to the file. `environment` is added to our own ("NAME=value").
  void start(const std::vector<std::string>& command, const std::filesystem::path& output,
             const std::vector<std::string>& environment = {});
  void stop(int with_signal = 15);
  bool running();

 private:
  pid_t pid_ = -1;
};

// Nobody listens there at the moment.
std::uint16_t free_port();

// False if nothing accepts within ten seconds, or the child ends.
bool wait_until_it_listens(std::uint16_t port, ChildProcess& child);

// The program's path, from PATH and the folders of the administrator; empty if there is none.
std::filesystem::path find_program(const std::string& name);

void write_file(const std::filesystem::path& path, const std::string& text);
std::string read_file(const std::filesystem::path& path);

}  // namespace smsbackup::test
