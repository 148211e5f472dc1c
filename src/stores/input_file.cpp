#include "stores/input_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

constexpr std::uint64_t largest_read_whole = 4 << 20;

}  // namespace

InputFile::InputFile(std::filesystem::path path)
    : InputFile(path, FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC))) {}

InputFile::InputFile(std::filesystem::path path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {
  if (!file_) throw system_failure(errno, "opening", path_);
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw system_failure(errno, "opening", path_);
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::invalid_argument, "opening " + path_.string() + ": it is a folder, not a file");
  }
  if (S_ISREG(status.st_mode)) {
    size_ = static_cast<std::uint64_t>(status.st_size);
#ifdef POSIX_FADV_SEQUENTIAL
    ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
  }
}

InputFile InputFile::standard_input() {
  InputFile file("standard input", FileDescriptor(::dup(STDIN_FILENO)));
  // Redirected from a file that somebody has read a part of already.
  const off_t begin = file.is_regular() ? ::lseek(file.descriptor(), 0, SEEK_CUR) : 0;
  if (begin > 0) file.position_ = static_cast<std::uint64_t>(begin);
  return file;
}

void InputFile::refuse_empty() const {
  if (size_ == 0) throw Error(ErrorCode::empty_input, "reading " + path_.string() + ": the file is empty");
}

std::size_t InputFile::read_some(std::span<char> out) {
  while (true) {
    const ssize_t got = ::read(file_.get(), out.data(), out.size());
    if (got >= 0) {
      position_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno != EINTR) throw system_failure(errno, "reading", path_).at(position_);
  }
}

std::size_t InputFile::read(std::span<char> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t got = read_some(out.subspan(done));
    if (got == 0) break;
    done += got;
  }
  return done;
}

void InputFile::seek(std::uint64_t position) {
  if (::lseek(file_.get(), static_cast<off_t>(position), SEEK_SET) < 0) throw system_failure(errno, "reading", path_);
  position_ = position;
}

std::size_t InputFile::read_at(std::uint64_t position, std::span<char> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(file_.get(), out.data() + done, out.size() - done, static_cast<off_t>(position + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_failure(errno, "reading", path_).at(position + done);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

WholeFile::WholeFile(const std::filesystem::path& path) { load(path); }

WholeFile::WholeFile(int descriptor, std::uint64_t size, const std::filesystem::path& path) {
  map(descriptor, size, path);
}

WholeFile::~WholeFile() { unmap(); }

WholeFile::WholeFile(WholeFile&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      mapped_(std::exchange(other.mapped_, nullptr)),
      mapped_size_(std::exchange(other.mapped_size_, 0)) {}

WholeFile& WholeFile::operator=(WholeFile&& other) noexcept {
  if (this != &other) {
    unmap();
    bytes_ = std::move(other.bytes_);
    mapped_ = std::exchange(other.mapped_, nullptr);
    mapped_size_ = std::exchange(other.mapped_size_, 0);
  }
  return *this;
}

void WholeFile::load(const std::filesystem::path& path) {
  unmap();
  InputFile file(path);
  const auto size = file.size();
  if (!size) throw Error(ErrorCode::invalid_argument, "opening " + path.string() + ": it is not a regular file");
  if (*size > largest_read_whole) return map(file.descriptor(), *size, path);
  // One byte more than there should be, so that a single read() also sees the end.
  bytes_.resize(static_cast<std::size_t>(*size) + 1);
  bytes_.resize(file.read(bytes_));
}

void WholeFile::map(int descriptor, std::uint64_t size, const std::filesystem::path& path) {
  bytes_.clear();
  if (size == 0) return;
  if (size > std::numeric_limits<std::size_t>::max() / 2) {
    throw Error(ErrorCode::limit_exceeded, "reading " + path.string() + ": too large for this machine");
  }
  void* address = ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED) throw system_failure(errno, "reading", path);
  mapped_ = static_cast<const char*>(address);
  mapped_size_ = static_cast<std::size_t>(size);
}

void WholeFile::unmap() noexcept {
  if (mapped_ != nullptr) ::munmap(const_cast<char*>(mapped_), mapped_size_);
  mapped_ = nullptr;
  mapped_size_ = 0;
}

}  // namespace smsbackup::stores
