#include "file_beside.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "exit_code.hpp"
#include "terminal.hpp"

namespace tool {
namespace {

constexpr std::size_t buffered = 64 * 1024;

}  // namespace

FileBeside::FileBeside(std::string what, std::string final_name)
    : what_(std::move(what)),
      final_name_(std::move(final_name)),
      name_(fmt::format("{}.{}.tmp", final_name_, getpid())),
      descriptor_(open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail();
}

FileBeside::~FileBeside() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!name_.empty()) unlink(name_.c_str());
}

void FileBeside::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= buffered) flush();
}

void FileBeside::flush() {
  std::string_view bytes = buffer_;
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void FileBeside::commit() {
  flush();
  if (fsync(descriptor_) != 0) fail();
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0 || std::rename(name_.c_str(), final_name_.c_str()) != 0) fail();
  name_.clear();
}

void FileBeside::fail() const {
  throw Failure(ExitCode::output,
                fmt::format("writing {} {} failed: {}", what_, printable(final_name_), std::strerror(errno)));
}

}  // namespace tool
