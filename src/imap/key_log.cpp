#include "imap/key_log.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "model/logger.hpp"

namespace smsbackup::imap {
namespace {

constexpr std::string_view magic = "smsbackup keys 1\n";
constexpr std::uint32_t max_block = 64 << 20;
constexpr std::uint32_t entries_a_block = 4096;

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

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
  const auto identity = sha256(std::string(account) + '\n' + std::string(folder));
  const auto path = cache_folder / (hex(identity).substr(0, 32) + ".keys");
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    model::logger().warn("keys are not cached: the cache's file can't be opened");
    return nullptr;
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    model::logger().info("keys are not cached: another process uses the cache");
    ::close(fd);
    return nullptr;
  }
  std::unique_ptr<std::FILE, Closer> file(::fdopen(fd, "r+b"));
  if (!file) {
    ::close(fd);
    return nullptr;
  }
  // A buffer would go on holding what is cut off. Blocks are large enough to do without.
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  std::unique_ptr<KeyLog> log(new KeyLog(std::move(file), std::string(magic) + identity + number(uid_validity)));
  if (!log->load()) log->start_over();
  return log->usable_ ? std::move(log) : nullptr;
}

KeyLog::~KeyLog() { flush(); }

// Finds the last good block and puts the end of the file there. False if the header is not ours.
bool KeyLog::load() {
  std::string header(header_.size(), '\0');
  if (std::fread(header.data(), 1, header.size(), file_.get()) != header.size() || header != header_) return false;
  long good = std::ftell(file_.get());
  std::string payload;
  while (read_block(payload)) {
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
    good = std::ftell(file_.get());
  }
  usable_ = std::fseek(file_.get(), good, SEEK_SET) == 0 && ::ftruncate(::fileno(file_.get()), good) == 0;
  return true;
}

bool KeyLog::read_block(std::string& payload) {
  std::array<char, block_header> head{};
  if (std::fread(head.data(), 1, head.size(), file_.get()) != head.size()) return false;
  const auto size = number(std::string_view(head.data(), 4));
  if (size == 0 || size > max_block) return false;
  payload.resize(size);
  if (std::fread(payload.data(), 1, size, file_.get()) != size) return false;
  return sha256(payload).substr(0, digest_size) == std::string_view(head.data() + 4, digest_size);
}

void KeyLog::start_over() {
  std::rewind(file_.get());
  count_ = last_uid_ = block_count_ = 0;
  block_.clear();
  usable_ = ::ftruncate(::fileno(file_.get()), 0) == 0 &&
            std::fwrite(header_.data(), 1, header_.size(), file_.get()) == header_.size();
}

void KeyLog::for_each(const std::function<void(const KeyEntry&)>& visit) {
  flush();
  if (!usable_ || std::fseek(file_.get(), static_cast<long>(header_.size()), SEEK_SET) != 0) return;
  std::string payload;
  KeyEntry entry;
  while (read_block(payload))
    for (std::string_view rest(payload); take_entry(rest, entry);) visit(entry);
  std::fseek(file_.get(), 0, SEEK_END);
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
  const auto head = number(static_cast<std::uint32_t>(block_.size())) + sha256(block_).substr(0, digest_size);
  usable_ = std::fwrite(head.data(), 1, head.size(), file_.get()) == head.size() &&
            std::fwrite(block_.data(), 1, block_.size(), file_.get()) == block_.size() && std::fflush(file_.get()) == 0;
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
