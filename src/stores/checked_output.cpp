#include "stores/checked_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/system_failure.hpp"

#if defined(SYNC_FILE_RANGE_WRITE) && (!defined(__ANDROID_API__) || __ANDROID_API__ >= 26)
#define SMSBACKUP_CAN_SYNC_RANGES
#endif

namespace smsbackup::stores {
namespace {

constexpr std::size_t chunk_size = 512 << 10;
// What the disk is given time for before it is waited for.
constexpr std::size_t chunks_under_way = 4;

constexpr std::uint64_t mixed(std::uint64_t state, std::uint64_t word) noexcept {
  return (std::rotl(state, 27) ^ word) * 0x9E3779B97F4A7C15ULL;
}

// Finds what a faulty disk does, not what an attacker does. Four lanes, since each step of one waits for the last.
std::uint64_t checksum_of(std::string_view bytes) noexcept {
  std::array<std::uint64_t, 4> lanes{1, 2, 3, 4};
  std::array<std::uint64_t, 4> words{};
  const std::uint64_t size = bytes.size();
  for (; bytes.size() >= sizeof words; bytes.remove_prefix(sizeof words)) {
    std::memcpy(words.data(), bytes.data(), sizeof words);
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = mixed(lanes[i], words[i]);
  }
  words = {};
  std::memcpy(words.data(), bytes.data(), bytes.size());
  std::uint64_t sum = size;
  for (std::size_t i = 0; i < lanes.size(); ++i) sum = mixed(mixed(sum, lanes[i]), words[i]);
  return sum;
}

}  // namespace

void CheckedOutput::write(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const auto now = bytes.substr(0, chunk_size - filling_.size());
    filling_ += now;
    bytes.remove_prefix(now.size());
    if (filling_.size() == chunk_size) pass_on();
  }
}

void CheckedOutput::pass_on() {
  // Shared only since tasks have to be copyable.
  auto bytes = std::make_shared<const std::string>(std::exchange(filling_, {}));
  filling_.reserve(chunk_size);
  writer_.run([this, bytes = std::move(bytes)] {
    write_chunk(*bytes);
    check_early();
  });
}

void CheckedOutput::write_chunk(std::string_view bytes) {
  const Chunk chunk{file_.size(), bytes.size(), checksum_of(bytes), false};
  file_.write(bytes);
  file_.flush();
  chunks_.push_back(chunk);
  checks_early_ = checks_early_ && move_to_disk(chunks_.back(), false);
}

// Has the disk begin with a chunk, or waits until it has it. False where the system has no such thing.
bool CheckedOutput::move_to_disk([[maybe_unused]] const Chunk& chunk, [[maybe_unused]] bool wait) const {
#ifdef SMSBACKUP_CAN_SYNC_RANGES
  constexpr unsigned wait_too = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (::sync_file_range(descriptor(), static_cast<off_t>(chunk.offset), static_cast<off_t>(chunk.size),
                        SYNC_FILE_RANGE_WRITE | (wait ? wait_too : 0)) == 0)
    return true;
  // Told once: the fsync() at the end would not hear of it any more.
  if (errno == EIO || errno == ENOSPC || errno == EDQUOT) throw system_failure(errno, "writing", path());
#endif
  return false;
}

void CheckedOutput::check_early() {
  for (; checks_early_ && forgotten_ + chunks_under_way < chunks_.size(); ++forgotten_) {
    checks_early_ = move_to_disk(chunks_[forgotten_], true);
    if (checks_early_) forget_in_memory(chunks_[forgotten_]);
  }
  // The disk is given time for reading as well.
  for (; checked_ + chunks_under_way < forgotten_; ++checked_) check(chunks_[checked_]);
}

const InputFile& CheckedOutput::written() {
  if (!written_) written_.emplace(path());
  return *written_;
}

// So that it is read from the disk, where the system allows that: memory cards that lie about their size exist.
void CheckedOutput::forget_in_memory([[maybe_unused]] const Chunk& chunk) {
#ifdef POSIX_FADV_DONTNEED
  const int descriptor = written().descriptor();
  const auto offset = static_cast<off_t>(chunk.offset), size = static_cast<off_t>(chunk.size);
  ::posix_fadvise(descriptor, offset, size, POSIX_FADV_DONTNEED);
  ::posix_fadvise(descriptor, offset, size, POSIX_FADV_WILLNEED);
#endif
}

Error CheckedOutput::differs() const {
  return {ErrorCode::io, "reading back " + path().string() + ": the disk holds other bytes than were written",
          "The disk or its file system is faulty. The file is as it was before."};
}

void CheckedOutput::check(Chunk& chunk) {
  if (std::exchange(chunk.checked, true)) return;
  read_back_.resize(static_cast<std::size_t>(chunk.size));
  if (written().read_at(chunk.offset, read_back_) != chunk.size) throw differs();
  undo_replacements(chunk.offset, read_back_);
  if (checksum_of(read_back_) != chunk.checksum) throw differs();
}

// The checksums are of what was written first, so the replacements are taken back, latest first.
void CheckedOutput::undo_replacements(std::uint64_t offset, std::string& bytes) const {
  for (auto each = replacements_.rbegin(); each != replacements_.rend(); ++each) {
    const std::uint64_t first = std::max(offset, each->offset);
    const std::uint64_t last = std::min(offset + bytes.size(), each->offset + each->after.size());
    if (first >= last) continue;
    const auto in_chunk = static_cast<std::size_t>(first - offset);
    const auto in_piece = static_cast<std::size_t>(first - each->offset);
    const auto length = static_cast<std::size_t>(last - first);
    if (bytes.compare(in_chunk, length, each->after, in_piece, length) != 0) throw differs();
    bytes.replace(in_chunk, length, each->before, in_piece, length);
  }
}

void CheckedOutput::replace(std::uint64_t offset, std::string_view bytes) {
  if (offset > size_ || bytes.size() > size_ - offset)
    throw Error(ErrorCode::internal, "replacing what was not written in " + path().string());
  flush();
  Replacement replacement{offset, std::string(bytes.size(), '\0'), std::string(bytes)};
  if (written().read_at(offset, replacement.before) != bytes.size()) throw differs();
  while (::pwrite(descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
         static_cast<ssize_t>(bytes.size())) {
    if (errno != EINTR) throw system_failure(errno, "writing", path());
  }
  replacements_.push_back(std::move(replacement));
  for (auto& chunk : chunks_) {
    if (chunk.offset < offset + bytes.size() && offset < chunk.offset + chunk.size) chunk.checked = false;
  }
}

void CheckedOutput::flush() {
  writer_.wait();
  if (!filling_.empty()) write_chunk(std::exchange(filling_, {}));
}

void CheckedOutput::close() {
  flush();
  file_.sync();
  if (InputFile(path()).size() != size_) throw differs();
  for (const auto& chunk : chunks_)
    if (!chunk.checked) forget_in_memory(chunk);
  for (auto& chunk : chunks_) check(chunk);
  written_.reset();
  file_.close();
}

}  // namespace smsbackup::stores
