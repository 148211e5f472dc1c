#include "stores/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

// File names end at 255 bytes on most systems.
constexpr std::size_t longest_name_kept = 200;

bool is_still_at(int descriptor, const std::filesystem::path& path) {
  struct stat held {};
  struct stat there {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino &&
         held.st_dev == there.st_dev;
}

}  // namespace

FileLock FileLock::for_file(const std::filesystem::path& file) {
  return FileLock(file.parent_path() / ("." + file.filename().string().substr(0, longest_name_kept) + ".lock"), file);
}

FileLock FileLock::in_folder(const std::filesystem::path& folder) {
  return FileLock(folder / ".smsbackup.lock", folder);
}

FileLock::FileLock(std::filesystem::path lock_file, const std::filesystem::path& locked) : path_(std::move(lock_file)) {
  while (true) {
    FileDescriptor file(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) throw system_failure(errno, "locking", locked);
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) {
        throw Error(ErrorCode::busy, "locking " + locked.string() + ": another process is writing to it",
                    "Wait until it has ended.");
      }
      // File systems without locks (some network and FUSE ones) are used without.
      if (errno == ENOTSUP || errno == ENOSYS || errno == ENOLCK) break;
      throw system_failure(errno, "locking", locked);
    }
    // The last holder removes the file; what we locked may have been that one.
    if (is_still_at(file.get(), path_)) {
      file_ = std::move(file);
      return;
    }
  }
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    release();
    path_ = std::move(other.path_);
    file_ = std::move(other.file_);
  }
  return *this;
}

void FileLock::release() noexcept {
  if (!file_) return;
  ::unlink(path_.c_str());
  file_.reset();
}

}  // namespace smsbackup::stores
