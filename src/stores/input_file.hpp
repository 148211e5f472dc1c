// Files that are read: opened with errors a user understands, read in pieces or as a whole.
//
// Used by one thread at a time. Nothing here ever writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stores/file_descriptor.hpp"

namespace smsbackup::stores {

class InputFile {
 public:
  // A regular file, a pipe or a device. Throws Error(not_found), Error(permission_denied), or Error(invalid_argument)
  // for a folder.
  explicit InputFile(std::filesystem::path path);
  // The path reads "standard input" in messages.
  static InputFile standard_input();

  const std::filesystem::path& path() const noexcept { return path_; }
  // Only regular files have one; the file may have grown since.
  std::optional<std::uint64_t> size() const noexcept { return size_; }
  bool is_regular() const noexcept { return size_.has_value(); }
  // Throws Error(empty_input) if this is a regular file without a byte.
  void refuse_empty() const;

  // Fills `out` as far as the input goes: fewer bytes only at its end, 0 there. Throws Error(io).
  std::size_t read(std::span<char> out);
  // What the next read() of at most out.size() bytes gives at once: like read(), but doesn't wait for more than there
  // is.
  std::size_t read_some(std::span<char> out);
  // How many bytes read() has handed out, plus what seek() skipped.
  std::uint64_t position() const noexcept { return position_; }
  // Regular files only.
  void seek(std::uint64_t position);
  std::size_t read_at(std::uint64_t position, std::span<char> out) const;

  int descriptor() const noexcept { return file_.get(); }

 private:
  InputFile(std::filesystem::path path, FileDescriptor file);
  std::filesystem::path path_;
  FileDescriptor file_;
  std::optional<std::uint64_t> size_;
  std::uint64_t position_ = 0;
};

// The bytes of a regular file as one view: small files are read, large ones mapped, so that memory stays bounded.
// Only for files that nobody changes in place (mails of a Maildir, temporary files of our own): a mapped file that is
// cut short by another process ends this one.
class WholeFile {
 public:
  WholeFile() = default;
  explicit WholeFile(const std::filesystem::path& path);
  // Maps all of a file that is open for reading.
  WholeFile(int descriptor, std::uint64_t size, const std::filesystem::path& path_for_messages);
  ~WholeFile();
  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&& other) noexcept;

  // Reads another file, into the same memory where it fits.
  void load(const std::filesystem::path& path);

  std::string_view view() const noexcept { return mapped_ ? std::string_view(mapped_, mapped_size_) : bytes_; }

 private:
  void map(int descriptor, std::uint64_t size, const std::filesystem::path& path);
  void unmap() noexcept;
  std::string bytes_;
  const char* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
};

}  // namespace smsbackup::stores
