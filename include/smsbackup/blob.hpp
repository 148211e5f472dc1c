// A Blob holds the bytes of one MMS part: in memory while it is small, in a temporary file above a limit, so that one
// attachment of a gigabyte bounds no machine.
//
// Blobs are immutable and cheap to copy: copies share the bytes, and the temporary file goes away with the last one.
// Reading one Blob from several threads is safe. Reading throws Error(io) when the temporary file fails.
//
// A Blob can also stand for a file that somebody else owns: see of_file().
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "smsbackup/export.hpp"

namespace smsbackup {

class BlobWriter;
namespace model {
class BlobMemo;
}

class SMSBACKUP_EXPORT Blob {
 public:
  Blob() noexcept;                   // no bytes
  explicit Blob(std::string bytes);  // in memory, whatever the size
  ~Blob();
  Blob(const Blob&) noexcept;
  Blob(Blob&&) noexcept;
  Blob& operator=(const Blob&) noexcept;
  Blob& operator=(Blob&&) noexcept;

  // The bytes of a file that is there, without reading them: only its size is looked up now. Each read opens the file
  // anew, so any number of such Blobs may exist; it stays its owner's and must stay as it is as long as a copy of the
  // Blob is used: reading throws Error(not_found) when it is gone and Error(io) when its size is another one by then.
  // Throws Error(not_found), Error(permission_denied), or Error(invalid_argument) if it is no regular file (a symbolic
  // link is none).
  static Blob of_file(const std::filesystem::path& file);

  std::uint64_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  bool in_memory() const noexcept;

  // Copies up to out.size() bytes from `offset` on; returns how many there were.
  std::size_t read(std::uint64_t offset, std::span<char> out) const;
  // Hands all bytes over in order, in pieces of at most 64 KiB when they are in a file, in one piece otherwise.
  void for_each_chunk(const std::function<void(std::string_view)>& visit) const;
  // All bytes in one string: think of the size first.
  std::string bytes() const;

  friend SMSBACKUP_EXPORT bool operator==(const Blob& a, const Blob& b);

 private:
  friend class BlobWriter;
  friend class model::BlobMemo;
  struct Storage;
  explicit Blob(std::shared_ptr<const Storage> storage) noexcept;
  std::shared_ptr<const Storage> storage_;
};

// Builds a Blob piece by piece. Above `memory_limit` bytes it goes on in an unnamed file in the system's temporary
// folder. Throws Error(no_space) or Error(io) when that file can't be written.
class SMSBACKUP_EXPORT BlobWriter {
 public:
  static constexpr std::size_t default_memory_limit = 256 * 1024;
  explicit BlobWriter(std::size_t memory_limit = default_memory_limit);
  ~BlobWriter();
  BlobWriter(BlobWriter&&) noexcept;
  BlobWriter& operator=(BlobWriter&&) noexcept;

  void append(std::string_view bytes);
  // The same; the bytes are taken over rather than copied if they are the first and stay in memory.
  void take(std::string bytes);
  std::uint64_t size() const noexcept;
  // What was appended so far. The writer is empty afterwards and may be used again.
  Blob finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
