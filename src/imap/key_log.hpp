// The cached keys of one folder: a file that grows by a checksummed block whenever new mails were seen. A block that is
// damaged or was not completed is cut off with what follows it; the mails in it are looked at again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "imap/key_entry.hpp"
#include "stores/file_descriptor.hpp"

namespace smsbackup::imap {

class KeyLog {
 public:
  // For that folder of that account. What was kept under another UIDVALIDITY is dropped. Nothing if the file can't be
  // used: another process has it, or the disk says no.
  static std::unique_ptr<KeyLog> open(const std::filesystem::path& cache_folder, std::string_view account,
                                      std::string_view folder, std::uint32_t uid_validity);
  ~KeyLog();
  KeyLog(const KeyLog&) = delete;
  KeyLog& operator=(const KeyLog&) = delete;

  std::uint32_t count() const noexcept { return count_; }
  std::uint32_t last_uid() const noexcept { return last_uid_; }

  // All entries, UIDs ascending.
  void for_each(const std::function<void(const KeyEntry&)>& visit);

  // Adds an entry with a UID above last_uid(). It is on disk after flush() only. Trouble with the disk ends caching.
  void add(const KeyEntry& entry);
  void flush();

  // Leaves only what `keep` says.
  void retain(const std::function<bool(std::uint32_t uid)>& keep);

 private:
  KeyLog(stores::FileDescriptor file, std::string header) : file_(std::move(file)), header_(std::move(header)) {}
  bool load();
  bool read_at(std::uint64_t offset, std::string& out) const;
  bool read_block(std::uint64_t offset, std::string& payload) const;
  void start_over();

  stores::FileDescriptor file_;
  std::uint64_t end_ = 0;  // of the good blocks, and of the file
  std::string header_;
  std::string block_;  // being filled
  std::uint32_t block_count_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t last_uid_ = 0;
  bool usable_ = true;
};

}  // namespace smsbackup::imap
