// Keeps two processes from adding to one store at the same time.
//
// The lock is a file of its own, since the locked file itself is replaced by renaming: `.NAME.lock` beside a file,
// `.smsbackup.lock` in a folder. The system takes the lock back when its holder dies, so a leftover file locks nobody
// out. Readers take none: they see the file as it was before or after, never in between.
#pragma once

#include <filesystem>

#include "stores/file_descriptor.hpp"

namespace smsbackup::stores {

class FileLock {
 public:
  // Throws Error(busy) if another holds it, Error(not_found) or Error(permission_denied) if it can't be made there.
  static FileLock for_file(const std::filesystem::path& file);
  static FileLock in_folder(const std::filesystem::path& folder);

  FileLock() noexcept = default;
  ~FileLock() { release(); }
  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&& other) noexcept;

  explicit operator bool() const noexcept { return static_cast<bool>(file_); }
  void release() noexcept;

 private:
  FileLock(std::filesystem::path lock_file, const std::filesystem::path& locked);
  std::filesystem::path path_;
  FileDescriptor file_;
};

}  // namespace smsbackup::stores
