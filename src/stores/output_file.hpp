// Files that are written: buffered, with every failure reported, and nothing assumed to be on the disk before sync().
//
// Used by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "stores/file_descriptor.hpp"

namespace smsbackup::stores {

// A checksum of a stream of bytes, the same however the stream is cut into pieces. Finds what a faulty disk does, not
// what an attacker does.
class Checksum {
 public:
  void add(std::string_view bytes) noexcept;
  std::uint64_t value() const noexcept;

 private:
  std::uint64_t state_ = 0;
  std::uint64_t length_ = 0;
  std::uint64_t pending_ = 0;  // the last length_ % 8 bytes
};

class OutputFile {
 public:
  // Makes a new file that only its owner may read. Throws Error(io) if there is one by that name.
  static OutputFile create(std::filesystem::path path);
  // Made when missing, and then readable by its owner only; what is there stays. No link is followed.
  static OutputFile append(std::filesystem::path path);
  // The path ends with XXXXXX, which is replaced by something that is not there yet.
  static OutputFile create_unique(std::filesystem::path pattern);
  // Something that is there and is written to as it stands: a pipe, a device.
  static OutputFile open_stream(std::filesystem::path path);
  // The path reads "standard output" in messages.
  static OutputFile standard_output();

  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) noexcept = default;
  ~OutputFile() = default;  // what is still buffered is lost, see close()

  const std::filesystem::path& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }  // what was written by this object, buffered or not
  int descriptor() const noexcept { return file_.get(); }

  // Throws Error(no_space), Error(io).
  void write(std::string_view bytes);
  void flush();
  // Flushes, and returns when the disk has it all.
  void sync();
  // Flushes and reports what only closing can report.
  void close();

 private:
  OutputFile(std::filesystem::path path, FileDescriptor file);
  void write_out(std::string_view bytes);

  std::filesystem::path path_;
  FileDescriptor file_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  bool is_regular_ = true;
};

// Makes what was created, renamed or removed in a folder survive a power cut.
void sync_folder(const std::filesystem::path& folder);

}  // namespace smsbackup::stores
