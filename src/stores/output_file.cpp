#include "stores/output_file.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;

constexpr std::uint64_t mixed(std::uint64_t state, std::uint64_t word) noexcept {
  return (std::rotl(state, 27) ^ word) * 0x9E3779B97F4A7C15ULL;
}

// Writing to a pipe that nobody reads raises SIGPIPE, which ends a process that has not thought of it. A library has
// no business changing that for the whole process, so the signal is held back in this thread only.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutPipeSignal() {
    if (!was_pending_) {
      const timespec at_once{};
      while (::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

ssize_t write_once(int descriptor, std::string_view bytes, bool is_regular, int& error_number) {
  ssize_t put = 0;
  if (is_regular) {
    put = ::write(descriptor, bytes.data(), bytes.size());
    error_number = errno;
  } else {
    const WithoutPipeSignal guard;
    put = ::write(descriptor, bytes.data(), bytes.size());
    error_number = errno;
  }
  return put;
}

void sync_descriptor(int descriptor, const std::filesystem::path& path) {
  while (::fsync(descriptor) != 0) {
    if (errno == EINTR) continue;
    // Pipes, devices and some file systems have nothing to sync.
    if (errno == EINVAL || errno == ENOTSUP || errno == ENOSYS || errno == EROFS) return;
    throw system_failure(errno, "writing", path);
  }
}

}  // namespace

void Checksum::add(std::string_view bytes) noexcept {
  const auto* at = bytes.data();
  std::size_t left = bytes.size();
  const auto one = [&] {
    pending_ |= static_cast<std::uint64_t>(static_cast<unsigned char>(*at)) << (8 * (length_ % 8));
    ++at;
    --left;
    if (++length_ % 8 == 0) {
      state_ = mixed(state_, pending_);
      pending_ = 0;
    }
  };
  while (left > 0 && length_ % 8 != 0) one();
  while (left >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    state_ = mixed(state_, word);
    at += 8;
    left -= 8;
    length_ += 8;
  }
  while (left > 0) one();
}

std::uint64_t Checksum::value() const noexcept { return mixed(mixed(state_, pending_), length_); }

OutputFile::OutputFile(std::filesystem::path path, FileDescriptor file)
    : path_(std::move(path)), file_(std::move(file)) {
  if (!file_) throw system_failure(errno, "writing", path_);
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw system_failure(errno, "writing", path_);
  is_regular_ = S_ISREG(status.st_mode);
}

OutputFile OutputFile::create(std::filesystem::path path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  return OutputFile(std::move(path), std::move(file));
}

OutputFile OutputFile::append(std::filesystem::path path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  return OutputFile(std::move(path), std::move(file));
}

OutputFile OutputFile::create_unique(std::filesystem::path pattern) {
  std::string name = pattern.string();
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) throw system_failure(errno, "creating a file in", pattern.parent_path());
  return OutputFile(std::move(name), std::move(file));
}

OutputFile OutputFile::open_stream(std::filesystem::path path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return OutputFile(std::move(path), std::move(file));
}

OutputFile OutputFile::standard_output() { return OutputFile("standard output", FileDescriptor(::dup(STDOUT_FILENO))); }

void OutputFile::write(std::string_view bytes) {
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > buffer_size) {
    flush();
    if (bytes.size() >= buffer_size) return write_out(bytes);
  }
  buffer_.append(bytes);
}

void OutputFile::flush() {
  write_out(buffer_);
  buffer_.clear();
}

void OutputFile::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    int error_number = 0;
    const ssize_t put = write_once(file_.get(), bytes, is_regular_, error_number);
    if (put < 0) {
      if (error_number == EINTR) continue;
      throw system_failure(error_number, "writing", path_);
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void OutputFile::sync() {
  flush();
  sync_descriptor(file_.get(), path_);
}

void OutputFile::close() {
  flush();
  // After EINTR the descriptor is gone on Linux, so this isn't tried again.
  if (::close(file_.release()) != 0 && errno != EINTR) throw system_failure(errno, "writing", path_);
}

void sync_folder(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder.empty() ? std::filesystem::path(".") : folder;
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file) throw system_failure(errno, "opening", path);
  sync_descriptor(file.get(), path);
}

}  // namespace smsbackup::stores
