#include "stores/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

constexpr int longest_link_chain = 40;  // as Linux has it
constexpr std::size_t longest_name_kept = 200;
constexpr std::size_t chunk_size = 1 << 20;

std::string partial_prefix(const std::filesystem::path& target) {
  std::string prefix = target.filename().string().substr(0, longest_name_kept);
  prefix.insert(prefix.begin(), '.');
  return prefix += ".partial-";
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

// What a killed process left. Whoever holds the target's lock is the only one who may have partial files of it.
void remove_leftovers(const std::filesystem::path& target) {
  const std::string prefix = partial_prefix(target);
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(folder_of(target), ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (name.size() == prefix.size() + 6 && name.starts_with(prefix)) {
      std::error_code not_removed;
      std::filesystem::remove(entry->path(), not_removed);
    }
  }
}

OutputFile create_partial(const std::filesystem::path& target) {
  struct stat status {};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::invalid_argument,
                "writing " + target.string() +
                    (S_ISDIR(status.st_mode) ? ": it is a folder, not a file" : ": it is there and no regular file"));
  }
  remove_leftovers(target);
  OutputFile file = OutputFile::create_unique(folder_of(target) / (partial_prefix(target) + "XXXXXX"));
  if (exists) {
    // Only root may give a file away: for anybody else the old owner is the new one, or can't be kept.
    if (::fchown(file.descriptor(), status.st_uid, status.st_gid) != 0) errno = 0;
    if (::fchmod(file.descriptor(), status.st_mode & 07777) != 0) throw system_failure(errno, "writing", target);
  }
  return file;
}

}  // namespace

std::filesystem::path resolve_links(std::filesystem::path path) {
  std::error_code none;
  for (int links = 0; std::filesystem::is_symlink(path, none); ++links) {
    if (links == longest_link_chain) throw system_failure(ELOOP, "opening", path);
    const auto to = std::filesystem::read_symlink(path);
    path = to.is_absolute() ? to : path.parent_path() / to;
  }
  return path;
}

AtomicFile::AtomicFile(const std::filesystem::path& target)
    : AtomicFile(target, FileLock::for_file(resolve_links(target))) {}

AtomicFile::AtomicFile(const std::filesystem::path& target, FileLock lock)
    : target_(resolve_links(target)), lock_(std::move(lock)), file_(create_partial(target_)) {}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(file_.path().c_str());
}

// The user knows the target, not the name that we gave to the partial file.
void AtomicFile::rethrow_for_target(const Error& error) const {
  std::string message = error.what();
  const std::string partial = file_.path().string();
  if (const auto at = message.find(partial); at != std::string::npos) {
    message.replace(at, partial.size(), target_.string());
  }
  throw Error(error.code(), message, error.hint());
}

template <class Do>
void AtomicFile::do_for_target(Do&& what) {
  try {
    what();
  } catch (const Error& error) {
    rethrow_for_target(error);
  }
}

void AtomicFile::write(std::string_view bytes) {
  do_for_target([&] { file_.write(bytes); });
}

void AtomicFile::copy(const InputFile& from, std::uint64_t offset, std::uint64_t length) {
  std::string chunk;
  while (length > 0) {
    chunk.resize(static_cast<std::size_t>(std::min<std::uint64_t>(length, chunk_size)));
    const std::size_t got = from.read_at(offset, chunk);
    if (got == 0) {
      throw Error(ErrorCode::truncated_input,
                  "reading " + from.path().string() + ": the file became shorter while it was copied")
          .at(offset);
    }
    write(std::string_view(chunk).substr(0, got));
    offset += got;
    length -= got;
  }
}

void AtomicFile::replace(std::uint64_t offset, std::string_view bytes) {
  do_for_target([&] { file_.replace(offset, bytes); });
}

void AtomicFile::flush() {
  do_for_target([&] { file_.flush(); });
}

void AtomicFile::commit() {
  do_for_target([&] { file_.close(); });
  if (::rename(file_.path().c_str(), target_.c_str()) != 0) throw system_failure(errno, "writing", target_);
  committed_ = true;
  sync_folder(folder_of(target_));
  lock_.release();
}

}  // namespace smsbackup::stores
