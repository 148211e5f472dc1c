#include "stores/new_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

// Files that are synced one by one are kept open until then; a process may have 1024 open on most systems.
constexpr std::size_t most_open = 128;
constexpr std::size_t worth_syncing_together = 16;

// Whether one syncfs() does what fsync() of each file does, errors included: Linux 5.8 and later, and a file system
// that is known to write all of itself out (FUSE ones don't). On ext4 that is one journal commit for a batch of mails
// instead of one for each, and 20 times as fast.
bool can_sync_together([[maybe_unused]] int descriptor) {
#if defined(__GLIBC__)
  utsname system{};
  int major = 0;
  int minor = 0;
  if (::uname(&system) != 0 || std::sscanf(system.release, "%d.%d", &major, &minor) != 2) return false;
  if (major < 5 || (major == 5 && minor < 8)) return false;
  struct statfs status {};
  if (::fstatfs(descriptor, &status) != 0) return false;
  constexpr std::array<unsigned long, 5> known = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                                  F2FS_SUPER_MAGIC, TMPFS_MAGIC};
  return std::find(known.begin(), known.end(), static_cast<unsigned long>(status.f_type)) != known.end();
#else
  return false;
#endif
}

void check_size(const OutputFile& file) {
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) throw system_failure(errno, "writing", file.path());
  if (static_cast<std::uint64_t>(status.st_size) == file.size()) return;
  throw Error(ErrorCode::io, "writing " + file.path().string() + ": the disk has another size than was written");
}

void set_time(int descriptor, std::int64_t time, const std::filesystem::path& path) {
  std::int64_t seconds = time / 1000;
  std::int64_t milliseconds = time % 1000;
  if (milliseconds < 0) {
    milliseconds += 1000;
    --seconds;
  }
  timespec times[2];
  times[0].tv_sec = 0;
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = static_cast<time_t>(seconds);
  times[1].tv_nsec = static_cast<long>(milliseconds) * 1'000'000;
  if (::futimens(descriptor, times) == 0) return;
  // A date that this file system can't hold (a phone's clock gone mad) is no reason to lose the mail.
  if (errno == EINVAL || errno == EOVERFLOW || errno == ERANGE) return;
  throw system_failure(errno, "setting the time of", path);
}

}  // namespace

NewFiles::~NewFiles() {
  for (std::size_t i = published_; i < files_.size(); ++i) ::unlink(files_[i].temporary.c_str());
}

OutputFile& NewFiles::begin(std::filesystem::path temporary) {
  OutputFile file = OutputFile::create(temporary);
  files_.push_back({std::move(temporary), {}, std::move(file)});
  return files_.back().open;
}

void NewFiles::complete(std::filesystem::path target, std::int64_t time) {
  File& added = files_.back();
  added.target = std::move(target);
  added.open.flush();
  set_time(added.open.descriptor(), time, added.temporary);
  check_size(added.open);
  if (files_.size() == 1) sync_together_ = can_sync_together(added.open.descriptor());
  if (sync_together_) {
    if (files_.size() >= worth_syncing_together) close_all_but_first();
  } else if (files_.size() - closed_ >= most_open) {
    sync_each();
  }
}

// The first stays open for syncfs(), which tells of errors since its file was opened.
void NewFiles::close_all_but_first() {
  for (closed_ = std::max<std::size_t>(closed_, 1); closed_ < files_.size(); ++closed_) files_[closed_].open.close();
}

void NewFiles::sync_each() {
  for (; closed_ < files_.size(); ++closed_) {
    files_[closed_].open.sync();
    files_[closed_].open.close();
  }
}

void NewFiles::publish() {
  if (files_.empty()) return;
#if defined(__GLIBC__)
  if (sync_together_ && closed_ != 0) {
    close_all_but_first();
    OutputFile& first = files_.front().open;
    if (::syncfs(first.descriptor()) != 0) throw system_failure(errno, "writing", first.path());
    first.close();
  }
#endif
  sync_each();
  std::set<std::filesystem::path> folders;
  for (; published_ < files_.size(); ++published_) {
    const File& file = files_[published_];
    if (::rename(file.temporary.c_str(), file.target.c_str()) != 0) {
      throw system_failure(errno, "writing", file.target);
    }
    folders.insert(file.target.parent_path());
  }
  for (const auto& folder : folders) sync_folder(folder);
  files_.clear();
  closed_ = published_ = 0;
}

}  // namespace smsbackup::stores
