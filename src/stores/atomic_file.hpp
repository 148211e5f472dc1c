// A file that appears under its name only when it is complete.
//
// It is written beside its target as `.NAME.partial-XXXXXX`, read back, and renamed. Until commit() returns, the target
// is what it was before; without commit() the partial file goes away with the object. A target that is a symbolic link
// stays one: the file it points to is replaced. Mode and owner of an old target are kept, a new one is readable by
// its owner only.
//
// Holds the target's FileLock all the time. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "smsbackup/error.hpp"
#include "stores/checked_output.hpp"
#include "stores/file_lock.hpp"
#include "stores/input_file.hpp"

namespace smsbackup::stores {

// The target behind any symbolic links; it needn't exist. Throws Error(invalid_argument) if the links run in a circle.
std::filesystem::path resolve_links(std::filesystem::path path);

class AtomicFile {
 public:
  // Throws Error(busy) if another process writes it, Error(not_found) if there is no such folder,
  // Error(permission_denied), Error(invalid_argument) if the target is there and no regular file.
  explicit AtomicFile(const std::filesystem::path& target);
  // With the lock that the caller has taken for resolve_links(target).
  AtomicFile(const std::filesystem::path& target, FileLock lock);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Appends. Throws Error(no_space) or Error(io), naming the target; what fails is what was appended now or before.
  void write(std::string_view bytes);
  // Appends a piece of another file. Throws Error(truncated_input) if that file is shorter.
  void copy(const InputFile& from, std::uint64_t offset, std::uint64_t length);
  // Replaces as many bytes that were written before: a count that is known only at the end.
  void replace(std::uint64_t offset, std::string_view bytes);
  std::uint64_t size() const noexcept { return file_.size(); }

  // Makes it durable, reads it back, puts it under its name and makes that durable too. Throws Error(io) if what is on
  // the disk is not what was written; the target is untouched then.
  void commit();

  // Where it is until commit(): for whoever wants to read what was written so far, after flush().
  const std::filesystem::path& partial_path() const noexcept { return file_.path(); }
  void flush();

 private:
  template <class Do>
  void do_for_target(Do&& what);
  [[noreturn]] void rethrow_for_target(const Error& error) const;

  std::filesystem::path target_;
  FileLock lock_;
  CheckedOutput file_;
  bool committed_ = false;
};

}  // namespace smsbackup::stores
