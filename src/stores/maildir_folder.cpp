#include "stores/maildir_folder.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <random>
#include <system_error>

#include "smsbackup/error.hpp"
#include "stores/output_file.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

constexpr std::int64_t leftover_age = 36LL * 3600 * 1000;

bool is_folder(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

struct FolderCloser {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using FolderHandle = std::unique_ptr<DIR, FolderCloser>;

// Calls visit(name) for everything but hidden entries. A missing folder is an empty one.
template <class Visit>
void for_each_name(const std::filesystem::path& path, Visit&& visit) {
  const FolderHandle folder(::opendir(path.c_str()));
  if (!folder) {
    if (errno == ENOENT) return;
    throw system_failure(errno, "reading the folder", path);
  }
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) {
      if (errno != 0) throw system_failure(errno, "reading the folder", path);
      return;
    }
    // Names of mails never begin with a dot; anything that does is not one.
    if (entry->d_name[0] == '.' || entry->d_type == DT_DIR) continue;
    visit(std::string_view(entry->d_name));
  }
}

std::string_view without_flags(std::string_view name) { return name.substr(0, name.find(':')); }

}  // namespace

bool is_maildir(const std::filesystem::path& folder) { return is_folder(folder / "cur") && is_folder(folder / "new"); }

bool is_free_for_maildir(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return true;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) return false;
  return std::all_of(begin(entries), end(entries), [](const auto& entry) {
    const std::string name = entry.path().filename().string();
    // What an interrupted make_maildir() left is as good as nothing.
    return name.starts_with('.') || name == "cur" || name == "new" || name == "tmp";
  });
}

void make_maildir(const std::filesystem::path& folder) {
  bool made = false;
  for (const auto& path : {folder, folder / "tmp", folder / "new", folder / "cur"}) {
    if (::mkdir(path.c_str(), 0700) == 0) {
      made = true;
    } else if (errno != EEXIST) {
      throw system_failure(errno, "making the folder", path);
    }
  }
  if (!made) return;
  sync_folder(folder);
  sync_folder(folder.parent_path());
}

NameList list_maildir(const std::filesystem::path& folder) {
  NameList names;
  for (const char* sub : {"/cur", "/new"}) {
    for_each_name(folder / (sub + 1), [&](std::string_view name) { names.add(std::string(name) + sub); });
  }
  names.sort();
  return names;
}

std::string mail_path(std::string_view entry) {
  const auto slash = entry.rfind('/');
  return std::string(entry.substr(slash + 1)) + "/" + std::string(entry.substr(0, slash));
}

std::string unchanging_name(std::string_view entry) {
  return std::string(without_flags(entry.substr(0, entry.rfind('/'))));
}

std::string find_mail(const std::filesystem::path& folder, std::string_view name) {
  const bool ours = name.starts_with("cur/") || name.starts_with("new/");
  if (!ours || name.size() == 4 || name[4] == '.' || name.find('/', 4) != std::string_view::npos) return {};
  std::error_code error;
  if (std::filesystem::exists(folder / name, error)) return std::string(name);
  const std::string wanted(without_flags(name.substr(4)));
  std::string found;
  for (const char* sub : {"cur/", "new/"}) {
    for_each_name(folder / sub, [&](std::string_view there) {
      if (without_flags(there) == wanted) found = sub + std::string(there);
    });
    if (!found.empty()) break;
  }
  return found;
}

MaildirFlags maildir_flags(std::string_view name) {
  MaildirFlags flags;
  const auto info = name.rfind(":2,");
  if (info == std::string_view::npos) return flags;
  for (const char flag : name.substr(info + 3)) {
    if (flag == 'S') flags.seen = true;
    if (flag == 'F') flags.flagged = true;
    if (flag == 'T') flags.trashed = true;
  }
  return flags;
}

void clean_maildir(const std::filesystem::path& folder, std::int64_t now) {
  const auto tmp = folder / "tmp";
  for_each_name(tmp, [&](std::string_view name) {
    struct stat status {};
    const auto path = tmp / name;
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    // The time of the last change of any kind: the file's own time may be set to the mail's date already.
    if (static_cast<std::int64_t>(status.st_ctime) * 1000 + leftover_age < now) ::unlink(path.c_str());
  });
}

MaildirNames::MaildirNames() : random_(std::random_device()()) {}

std::string MaildirNames::next(std::int64_t internal_date) {
  const std::int64_t date = std::max<std::int64_t>(internal_date, 0);
  return fmt::format("{:010}.M{:06}P{}Q{:06}R{:08x}.smsbackup", date / 1000, date % 1000 * 1000, ::getpid(), ++count_,
                     random_);
}

}  // namespace smsbackup::stores
