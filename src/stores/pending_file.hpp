// A file that is being added to, beside itself: made when there is something to write, and put under its name whole or
// never.
//
// `Next` is the new file; it takes the target, its lock and what else it needs, and has a commit().
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/atomic_file.hpp"
#include "stores/file_lock.hpp"

namespace smsbackup::stores {

template <class Next>
class PendingFile {
 public:
  explicit PendingFile(std::filesystem::path file) : path_(resolve_links(std::move(file))) {}

  // The file itself, behind any links.
  const std::filesystem::path& path() const noexcept { return path_; }
  bool has_begun() const noexcept { return next_.has_value(); }
  bool has_failed() const noexcept { return failed_; }

  // Keeps other writers out from now until finish(). Throws Error(busy).
  void lock() {
    if (!lock_ && !next_) lock_ = FileLock::for_file(path_);
  }

  // The new file. After the first call of begin() and after each finish() it is made, and handed to `prepare`.
  template <class Prepare, class... More>
  Next& begin_with(Prepare&& prepare, More&&... more) {
    if (next_) return *next_;
    lock();
    guard([&] {
      next_.emplace(path_, std::move(lock_), std::forward<More>(more)...);
      prepare(*next_);
    });
    return *next_;
  }
  template <class... More>
  Next& begin(More&&... more) {
    return begin_with([](Next&) {}, std::forward<More>(more)...);
  }

  // Runs what writes. If that throws, the new file may hold half a record, so it will never get the name: finish()
  // throws.
  template <class Write>
  void guard(Write&& write) {
    try {
      write();
    } catch (...) {
      failed_ = true;
      next_.reset();
      throw;
    }
  }

  // Puts the new file under its name, if there is one, and lets other writers in.
  void finish() {
    if (std::exchange(failed_, false)) {
      lock_.release();
      throw Error(ErrorCode::io, "writing " + path_.string() + ": nothing was added, since writing failed before");
    }
    if (next_) guard([&] { next_->commit(); });
    next_.reset();
    lock_.release();
  }

 private:
  std::filesystem::path path_;
  FileLock lock_;
  std::optional<Next> next_;
  bool failed_ = false;
};

}  // namespace smsbackup::stores
