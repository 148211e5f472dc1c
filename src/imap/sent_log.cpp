#include "imap/sent_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "imap/answer.hpp"
#include "imap/cache_file.hpp"
#include "model/logger.hpp"

namespace smsbackup::imap {
namespace {

constexpr std::string_view magic = "smsbackup sent 1";
constexpr std::size_t max_line = 1000;

// "12 34": two numbers of 32 bits. "<id> 34" has its number at the end too.
bool take_number(std::string_view text, std::uint32_t& out) {
  const auto number = parse_number(text);
  if (!number || *number > UINT32_MAX) return false;
  out = static_cast<std::uint32_t>(*number);
  return true;
}

// Opened for this run alone. None if another run of the same account has it: that looks after its own mails.
stores::FileDescriptor open_locked(const std::filesystem::path& path) {
  stores::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return {};
  struct stat opened {};
  struct stat named {};
  // Whoever had the lock until now may have put another file in its place.
  const bool is_there = ::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
                        opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
  return is_there ? std::move(file) : stores::FileDescriptor();
}

}  // namespace

SentLog::SentLog(const std::filesystem::path& cache_folder, std::string_view account, std::string_view folder)
    : path_(cache_file(cache_folder, cache_identity(account, folder), ".sent")) {
  read();
}

SentLog::~SentLog() { flush(); }

// A line without its end was being written when the run was killed; its mail had not gone out yet.
void SentLog::read() {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path_, missing);
  size_as_read_ = missing ? 0 : size;
  std::ifstream in(path_, std::ios::binary);
  std::string line;
  std::uint64_t begin = 0;
  const auto next = [&] {
    begin += line.empty() ? 0 : line.size() + 1;
    return std::getline(in, line) && !in.eof() && line.size() <= max_line;
  };
  if (!next() || line != magic || !next()) return;
  const auto blank = line.find(' ');
  if (blank == line.npos || !take_number(std::string_view(line).substr(0, blank), uid_validity_) ||
      !take_number(std::string_view(line).substr(blank + 1), from_))
    return;
  while (written_ < max_entries && next()) {
    const auto end = line.find("> ");
    std::uint32_t uid = 0;
    if (line.empty() || line.front() != '<' || end == line.npos ||
        !take_number(std::string_view(line).substr(end + 2), uid))
      break;
    earlier_[line.substr(0, end + 1)] = uid;
    ++written_;
    end_ = begin + line.size() + 1;
  }
}

void SentLog::begin(std::uint32_t uid_validity, std::uint32_t uid_next) {
  begun_ = true;
  if (earlier_.empty() || (uid_validity_ != 0 && uid_validity != 0 && uid_validity_ != uid_validity)) {
    earlier_.clear();
    uid_validity_ = uid_validity;
    from_ = std::max(uid_next, 1U);
    written_ = 0;
  }
}

std::string SentLog::head() const {
  return std::string(magic) + '\n' + std::to_string(uid_validity_) + ' ' + std::to_string(from_) + '\n';
}

bool SentLog::open() {
  if (file_) return true;
  std::error_code ignored;
  std::filesystem::create_directories(path_.parent_path(), ignored);
  stores::FileDescriptor file = open_locked(path_);
  // Another run wrote into it, or confirmed what is in it, since it was read: what it holds is that one's.
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) != size_as_read_) {
    return false;
  }
  const bool empty = written_ == 0;
  if (empty) end_ = 0;
  // What was cut off must not become a part of the next line.
  if (::ftruncate(file.get(), static_cast<off_t>(end_)) != 0) return false;
  file_ = std::move(file);
  return !empty || append_at(file_, end_, head());
}

void SentLog::fail() {
  usable_ = false;
  file_.reset();
  model::logger().warn("what is on its way is not written down: its file can't be written");
}

void SentLog::add(std::string_view message_id) {
  if (!usable_ || message_id.empty() || message_id.size() > max_line / 2) return;
  pending_ += message_id;
  pending_ += " 0\n";
}

void SentLog::flush() {
  if (pending_.empty() || !usable_) return;
  const auto lines = static_cast<std::size_t>(std::count(pending_.begin(), pending_.end(), '\n'));
  if (!open() || !append_at(file_, end_, pending_)) fail();
  written_ += lines;
  pending_.clear();
}

void SentLog::replace(const std::vector<Entry>& entries) {
  if (!usable_) return;
  std::error_code error;
  if (entries.empty()) {
    if (written_ != 0 && open()) std::filesystem::remove(path_, error);
    file_.reset();
    pending_.clear();
    written_ = 0;
    size_as_read_ = 0;
    return;
  }
  std::string text = head();
  for (const auto& entry : entries) text += entry.message_id + ' ' + std::to_string(entry.uid) + '\n';
  std::filesystem::path fresh = path_;
  fresh += ".new";
  stores::FileDescriptor file = open() ? open_locked(fresh) : stores::FileDescriptor();
  std::uint64_t end = 0;
  const bool written = file && ::ftruncate(file.get(), 0) == 0 && append_at(file, end, text);
  if (written) std::filesystem::rename(fresh, path_, error);
  if (!written || error) {
    if (file) std::filesystem::remove(fresh, error);
    return flush();
  }
  file_ = std::move(file);
  end_ = end;
  pending_.clear();
  written_ = entries.size();
}

}  // namespace smsbackup::imap
