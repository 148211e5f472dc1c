#include "stores/growing_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores {

void expect_writable_place(const std::filesystem::path& path) {
  if (path.empty()) throw Error(ErrorCode::invalid_argument, "opening a store: its path is empty");
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    throw Error(ErrorCode::not_found,
                "opening " + path.string() + " for writing: there is no folder " + folder.string(),
                "Make the folder first.");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw system_failure(errno, "writing into the folder", folder);
}

GrowingFile::GrowingFile(std::filesystem::path file) : path_(resolve_links(std::move(file))) {
  expect_writable_place(path_);
}

bool GrowingFile::exists() const {
  std::error_code error;
  return std::filesystem::exists(path_, error);
}

void GrowingFile::lock() {
  if (!lock_ && !next_) lock_ = FileLock::for_file(path_);
}

AtomicFile& GrowingFile::begin(const std::function<void(const InputFile&, AtomicFile&)>& joint) {
  if (next_) return *next_;
  lock();
  guard([&] {
    next_.emplace(path_, std::move(lock_));
    if (!exists()) return;
    const InputFile old(path_);
    next_->copy(old, 0, old.size().value_or(0));
    if (joint) joint(old, *next_);
  });
  return *next_;
}

void GrowingFile::finish() {
  if (std::exchange(failed_, false)) {
    lock_.release();
    throw Error(ErrorCode::io, "writing " + path_.string() + ": nothing was added, since writing failed before");
  }
  if (next_) guard([&] { next_->commit(); });
  failed_ = false;
  next_.reset();
  lock_.release();
}

}  // namespace smsbackup::stores
