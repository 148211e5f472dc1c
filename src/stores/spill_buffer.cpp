#include "stores/spill_buffer.hpp"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "smsbackup/error.hpp"

namespace smsbackup::stores {

void SpillBuffer::clear() {
  size_ = 0;
  bytes_.clear();
  mapped_ = WholeFile();
  file_.reset();
}

void SpillBuffer::append(std::string_view bytes) {
  size_ += bytes.size();
  if (!file_) {
    if (size_ <= memory_) {
      bytes_.append(bytes);
      return;
    }
    std::error_code error;
    const auto folder = std::filesystem::temp_directory_path(error);
    if (error) throw Error(ErrorCode::io, "there is no folder for temporary files", "set TMPDIR to a writable folder");
    file_.emplace(OutputFile::create_unique(folder / "smsbackup-XXXXXX"));
    ::unlink(file_->path().c_str());
    file_->write(bytes_);
    bytes_ = std::string();
  }
  mapped_ = WholeFile();
  file_->write(bytes);
}

std::string_view SpillBuffer::view() {
  if (!file_) return bytes_;
  if (mapped_.view().empty()) {
    file_->flush();
    mapped_ = WholeFile(file_->descriptor(), size_, file_->path());
  }
  return mapped_.view();
}

}  // namespace smsbackup::stores
