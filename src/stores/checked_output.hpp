// A file that is filled by one thread and written by another, which has the disk take it in as it comes, reads it back
// and compares: when the last byte is there, most of the waiting is over.
//
// Small files are written by whoever fills them, and no thread is started. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/task_thread.hpp"
#include "smsbackup/error.hpp"
#include "stores/input_file.hpp"
#include "stores/output_file.hpp"

namespace smsbackup::stores {

class CheckedOutput {
 public:
  explicit CheckedOutput(OutputFile file) : file_(std::move(file)) {}

  // Appends. Throws Error(no_space) or Error(io), also about what was appended before.
  void write(std::string_view bytes);
  // Replaces as many bytes that were written before.
  void replace(std::uint64_t offset, std::string_view bytes);
  // Returns when it is all in the file, though not on the disk.
  void flush();
  // Returns when the disk has it all, which was read back and is what was written, and the file is closed. Throws
  // Error(io) if it is not.
  void close();

  std::uint64_t size() const noexcept { return size_; }  // what was written, in the file or not
  const std::filesystem::path& path() const noexcept { return file_.path(); }
  int descriptor() const noexcept { return file_.descriptor(); }

 private:
  struct Chunk {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t checksum = 0;
    bool checked = false;
  };
  struct Replacement {
    std::uint64_t offset;
    std::string before;
    std::string after;
  };

  void pass_on();
  void write_chunk(std::string_view bytes);
  void check_early();
  void forget_in_memory(const Chunk& chunk);
  void check(Chunk& chunk);
  const InputFile& written();
  bool move_to_disk(const Chunk& chunk, bool wait) const;
  void undo_replacements(std::uint64_t offset, std::string& bytes) const;
  Error differs() const;

  OutputFile file_;
  std::uint64_t size_ = 0;
  std::string filling_;
  std::vector<Chunk> chunks_;  // of what is in the file
  std::size_t checked_ = 0;    // so many of them, from the first on
  std::size_t forgotten_ = 0;  // so many are asked for from the disk again
  bool checks_early_ = true;   // as long as the system lets us
  std::optional<InputFile> written_;
  std::string read_back_;
  std::vector<Replacement> replacements_;
  model::TaskThread writer_{8};  // ends before what it works on; a batch fits into what waits for it
};

}  // namespace smsbackup::stores
