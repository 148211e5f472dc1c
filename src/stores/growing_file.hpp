// A file that a store adds to by rewriting it beside itself: nothing happens before the first record, and the old file
// stays until finish().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <utility>

#include "stores/pending_file.hpp"

namespace smsbackup::stores {

class GrowingFile {
 public:
  // Throws Error(not_found), Error(permission_denied) or Error(invalid_argument) if no file could be made there, so
  // that a mistyped path is noticed before the work and not after it.
  explicit GrowingFile(std::filesystem::path file);

  // The file itself, behind any links.
  const std::filesystem::path& path() const noexcept { return pending_.path(); }
  bool exists() const;
  // Keeps other writers out from now until finish(). Throws Error(busy).
  void lock() { pending_.lock(); }

  // The new file, which begins with all of the old one. At the first call after a finish() it is made; `joint` may then
  // add what belongs between the old and the new part.
  AtomicFile& begin(const std::function<void(const InputFile& old, AtomicFile& added_to)>& joint = {});
  // As PendingFile's.
  template <class Write>
  void guard(Write&& write) {
    pending_.guard(std::forward<Write>(write));
  }
  // Puts it under its name, if there was anything to write, and lets other writers in.
  void finish() { pending_.finish(); }

 private:
  PendingFile<AtomicFile> pending_;
};

// Throws as GrowingFile's constructor does.
void expect_writable_place(const std::filesystem::path& path);

}  // namespace smsbackup::stores
