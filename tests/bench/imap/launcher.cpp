#include "launcher.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace smsbackup::bench {
namespace {

struct Answer {
  int status = 0;
  double seconds = 0;
  double processor = 0;
  double peak_mib = 0;
};

bool read_all(int fd, char* into, std::size_t size) {
  while (size != 0) {
    const auto n = ::read(fd, into, size);
    if (n <= 0) return false;
    into += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

void write_all(int fd, const void* bytes, std::size_t size) {
  if (::write(fd, bytes, size) != static_cast<ssize_t>(size)) throw std::runtime_error("the launcher is gone");
}

void append(std::string& out, const std::vector<std::string>& words) {
  for (const auto& word : words) out += word + '\0';
  out += '\0';
}

std::vector<char*> take_words(char*& at) {
  std::vector<char*> words;
  while (*at != '\0') {
    words.push_back(at);
    at += std::string_view(at).size() + 1;
  }
  ++at;
  words.push_back(nullptr);
  return words;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

Answer run_once(std::string request) {
  char* at = request.data();
  const auto words = take_words(at);
  const auto environment = take_words(at);
  const char* const output = at;
  Answer answer;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int out = ::open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    for (char* one : environment)
      if (one != nullptr) ::putenv(one);
    ::execvp(words.front(), words.data());
    ::_exit(127);
  }
  rusage used{};
  ::wait4(pid, &answer.status, 0, &used);
  answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  answer.processor = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  answer.peak_mib = static_cast<double>(used.ru_maxrss) / 1024;
  return answer;
}

void serve(int requests, int answers) {
  for (std::uint64_t size = 0; read_all(requests, reinterpret_cast<char*>(&size), sizeof size);) {
    std::string request(size, '\0');
    if (!read_all(requests, request.data(), size)) break;
    const auto answer = run_once(std::move(request));
    write_all(answers, &answer, sizeof answer);
  }
}

}  // namespace

Launcher::Launcher() {
  std::array<int, 2> to{}, from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("making a pipe");
  child_ = ::fork();
  if (child_ == 0) {
    ::close(to[1]);
    ::close(from[0]);
    serve(to[0], from[1]);
    ::_exit(0);
  }
  ::close(to[0]);
  ::close(from[1]);
  requests_ = to[1];
  answers_ = from[0];
}

Launcher::~Launcher() {
  ::close(requests_);
  ::close(answers_);
  ::waitpid(child_, nullptr, 0);
}

Usage Launcher::run(const Command& command, const std::filesystem::path& output) {
  std::string request;
  append(request, command.words);
  append(request, command.environment);
  request += output.string();
  const std::uint64_t size = request.size();
  write_all(requests_, &size, sizeof size);
  write_all(requests_, request.data(), request.size());
  Answer answer;
  if (!read_all(answers_, reinterpret_cast<char*>(&answer), sizeof answer))
    throw std::runtime_error("the launcher is gone");
  std::ifstream file(output);
  Usage usage{answer.seconds, answer.processor, answer.peak_mib,
              std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>())};
  if (answer.status != 0) {
    std::string all;
    for (const auto& word : command.words) all += word + ' ';
    throw std::runtime_error(all + "failed: " + usage.output);
  }
  return usage;
}

}  // namespace smsbackup::bench
