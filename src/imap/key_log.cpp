#include "imap/key_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "imap/cache_file.hpp"
#include "model/logger.hpp"

namespace smsbackup::imap {
namespace {

constexpr std::string_view magic = "smsbackup keys 1\n";
constexpr std::uint32_t max_block = 64 << 20;
constexpr std::uint32_t entries_a_block = 4096;

std::string number(std::uint32_t value) {
  std::string out;
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

// Of a block: its length, and the first bytes of its digest.
constexpr std::size_t digest_size = 16;
constexpr std::size_t block_header = 4 + digest_size;

}  // namespace

std::unique_ptr<KeyLog> KeyLog::open(const std::filesystem::path& cache_folder, std::string_view account,
                                     std::string_view folder, std::uint32_t uid_validity) {
  std::error_code error;
  std::filesystem::create_directories(cache_folder, error);
  const auto identity = cache_identity(account, folder);
  const auto path = cache_file(cache_folder, identity, ".keys");
  stores::FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) {
    model::logger().warn("keys are not cached: the cache's file can't be opened");
    return nullptr;
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    model::logger().info("keys are not cached: another process uses the cache");
    return nullptr;
  }
  std::unique_ptr<KeyLog> log(new KeyLog(std::move(file), std::string(magic) + identity + number(uid_validity)));
  if (!log->load()) log->start_over();
  return log->usable_ ? std::move(log) : nullptr;
}

KeyLog::~KeyLog() { flush(); }

// Finds the last good block; what is behind it is cut off. False if the header is not ours.
bool KeyLog::load() {
  std::string header(header_.size(), '\0');
  if (!read_at(0, header) || header != header_) return false;
  end_ = header_.size();
  std::string payload;
  while (read_block(end_, payload)) {
    std::string_view rest(payload);
    KeyEntry entry;
    std::uint32_t count = 0;
    std::uint32_t last = last_uid_;
    bool whole = true;
    while (whole && !rest.empty()) {
      whole = take_entry(rest, entry) && entry.uid > last;
      last = entry.uid;
      ++count;
    }
    if (!whole) break;
    count_ += count;
    last_uid_ = last;
    end_ += block_header + payload.size();
  }
  usable_ = ::ftruncate(file_.get(), static_cast<off_t>(end_)) == 0;
  return true;
}

bool KeyLog::read_at(std::uint64_t offset, std::string& out) const {
  for (std::size_t done = 0; done < out.size();) {
    const ssize_t got = ::pread(file_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

bool KeyLog::read_block(std::uint64_t offset, std::string& payload) const {
  std::string head(block_header, '\0');
  if (!read_at(offset, head)) return false;
  const auto size = number(std::string_view(head).substr(0, 4));
  if (size == 0 || size > max_block) return false;
  payload.resize(size);
  return read_at(offset + block_header, payload) &&
         sha256(payload).substr(0, digest_size) == std::string_view(head).substr(4);
}

void KeyLog::start_over() {
  count_ = last_uid_ = block_count_ = 0;
  end_ = 0;
  block_.clear();
  usable_ = ::ftruncate(file_.get(), 0) == 0 && append_at(file_, end_, header_);
}

void KeyLog::for_each(const std::function<void(const KeyEntry&)>& visit) {
  flush();
  if (!usable_) return;
  std::string payload;
  KeyEntry entry;
  for (std::uint64_t at = header_.size(); at < end_ && read_block(at, payload); at += block_header + payload.size())
    for (std::string_view rest(payload); take_entry(rest, entry);) visit(entry);
}

void KeyLog::add(const KeyEntry& entry) {
  if (!usable_) return;
  append_entry(entry, block_);
  last_uid_ = entry.uid;
  ++count_;
  if (++block_count_ >= entries_a_block) flush();
}

void KeyLog::flush() {
  if (block_.empty() || !usable_) return;
  usable_ = append_at(file_, end_,
                      number(static_cast<std::uint32_t>(block_.size())) + sha256(block_).substr(0, digest_size)) &&
            append_at(file_, end_, block_);
  if (!usable_) model::logger().warn("keys are no longer cached: writing failed");
  block_.clear();
  block_count_ = 0;
}

void KeyLog::retain(const std::function<bool(std::uint32_t)>& keep) {
  std::string kept;
  for_each([&](const KeyEntry& entry) {
    if (keep(entry.uid)) append_entry(entry, kept);
  });
  start_over();
  KeyEntry entry;
  for (std::string_view rest(kept); take_entry(rest, entry);) add(entry);
  flush();
}

}  // namespace smsbackup::imap
