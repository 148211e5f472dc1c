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

GrowingFile::GrowingFile(std::filesystem::path file) : pending_(std::move(file)) { expect_writable_place(path()); }

bool GrowingFile::exists() const {
  std::error_code error;
  return std::filesystem::exists(path(), error);
}

AtomicFile& GrowingFile::begin(const std::function<void(const InputFile&, AtomicFile&)>& joint) {
  return pending_.begin_with([&](AtomicFile& next) {
    if (!exists()) return;
    const InputFile old(path());
    next.copy(old, 0, old.size().value_or(0));
    if (joint) joint(old, next);
  });
}

}  // namespace smsbackup::stores
