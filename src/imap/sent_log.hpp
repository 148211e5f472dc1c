// The Message-IDs of what went out to one folder, kept beside its cached keys until it is known what became of them: a
// server may store a mail long after the connection, or the run, that brought it is over.
//
// An ID is in the file before its mail goes out, so that a killed run leaves it too. The file is small: it holds what
// is on its way, and goes when a run ends with everything confirmed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stores/file_descriptor.hpp"

namespace smsbackup::imap {

class SentLog {
 public:
  // More than are ever on their way; the rest of a longer file is not looked at.
  static constexpr std::size_t max_entries = 20'000;

  struct Entry {
    std::string message_id;
    std::uint32_t uid = 0;  // of the copy that a run is sure of; 0: of none
  };

  // Reads what an earlier run left. A file that can't be read is as good as none.
  SentLog(const std::filesystem::path& cache_folder, std::string_view account, std::string_view folder);
  ~SentLog();
  SentLog(const SentLog&) = delete;
  SentLog& operator=(const SentLog&) = delete;

  // What an earlier run left, by Message-ID with the UID, and where it may be: from that UID on, under that UIDVALIDITY
  // (0: unknown).
  std::unordered_map<std::string, std::uint32_t>& earlier() noexcept { return earlier_; }
  std::uint32_t from() const noexcept { return from_; }
  std::uint32_t uid_validity() const noexcept { return uid_validity_; }

  // The folder as it is at the start of this run. What was left under another UIDVALIDITY is forgotten.
  void begin(std::uint32_t uid_validity, std::uint32_t uid_next);
  bool has_begun() const noexcept { return begun_; }

  // A mail is about to go out: in the file after flush(). Trouble with the disk ends it.
  void add(std::string_view message_id);
  void flush();
  // Whether it has grown far above what is on its way: time for replace().
  bool is_long() const noexcept { return written_ > max_entries / 2; }

  // Keeps only these; the file goes when there are none. A kill, or a disk that is full, leaves what was there before.
  void replace(const std::vector<Entry>& entries);

 private:
  void read();
  bool open();
  std::string head() const;
  void fail();

  std::filesystem::path path_;
  stores::FileDescriptor file_;
  std::uint64_t end_ = 0;  // of the last whole line
  std::uint64_t size_as_read_ = 0;
  std::unordered_map<std::string, std::uint32_t> earlier_;
  std::string pending_;
  std::size_t written_ = 0;
  std::uint32_t uid_validity_ = 0;
  std::uint32_t from_ = 0;
  bool begun_ = false;
  bool usable_ = true;
};

}  // namespace smsbackup::imap
