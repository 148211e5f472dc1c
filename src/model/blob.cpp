#include "smsbackup/blob.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

#include "model/blob_memo.hpp"
#include "model/os_error.hpp"

namespace smsbackup {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;

class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  bool is_open() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

// A file without a name: it is gone when its last descriptor is closed, also after a crash.
FileDescriptor open_unnamed_file() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) throw Error(ErrorCode::io, "there is no folder for temporary files", "set TMPDIR to a writable folder");
#ifdef O_TMPFILE
  if (FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)); file.is_open()) return file;
#endif
  std::string name = (folder / "smsbackup-XXXXXX").string();
  FileDescriptor file(::mkstemp(name.data()));
  if (!file.is_open()) throw model::os_error(errno, "creating a temporary file");
  ::unlink(name.c_str());
  ::fcntl(file.number(), F_SETFD, FD_CLOEXEC);
  return file;
}

// Never follows a link at the path's end and never waits for a pipe: what a folder from elsewhere holds is not trusted.
FileDescriptor open_regular(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open() && errno != ELOOP) throw model::os_error(errno, "opening " + path.string());
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::invalid_argument, "opening " + path.string() + ": it is no regular file");
  }
  return file;
}

void write_all(const FileDescriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw model::os_error(errno, "writing a temporary file");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

namespace {

// Written once, by whoever is first.
class Memo {
 public:
  std::optional<model::BlobMemo::Value> recall(const model::BlobMemo::Value& question) const noexcept {
    if (state_.load(std::memory_order_acquire) != State::written || question != question_) return std::nullopt;
    return answer_;
  }
  void remember(const model::BlobMemo::Value& question, const model::BlobMemo::Value& answer) noexcept {
    auto expected = State::empty;
    if (!state_.compare_exchange_strong(expected, State::being_written)) return;
    question_ = question;
    answer_ = answer;
    state_.store(State::written, std::memory_order_release);
  }

 private:
  enum class State : std::uint8_t { empty, being_written, written };
  std::atomic<State> state_ = State::empty;
  model::BlobMemo::Value question_{};
  model::BlobMemo::Value answer_{};
};

}  // namespace

struct Blob::Storage {
  std::string memory;           // all bytes, unless there is a file
  FileDescriptor file;          // all bytes, in a temporary file
  std::filesystem::path owned;  // or by somebody else: the file's path
  std::uint64_t size = 0;
  mutable Memo memo;

  bool in_memory() const noexcept { return !file.is_open() && owned.empty(); }

  // Reads from a file that was opened for it, or from the temporary one.
  std::size_t read(const FileDescriptor& from, std::uint64_t offset, std::span<char> out) const {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size - offset));
    std::size_t done = 0;
    while (done < wanted) {
      const ssize_t got = ::pread(from.number(), out.data() + done, wanted - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw model::os_error(errno, "reading " + name());
      if (got == 0) throw Error(ErrorCode::io, name() + " became shorter");
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  std::size_t read(std::uint64_t offset, std::span<char> out) const {
    if (offset >= size) return 0;
    if (file.is_open()) return read(file, offset, out);
    if (!owned.empty()) return read(open_owned(), offset, out);
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size - offset));
    std::memcpy(out.data(), memory.data() + offset, wanted);
    return wanted;
  }

  FileDescriptor open_owned() const {
    FileDescriptor opened = open_regular(owned);
    struct stat status {};
    if (::fstat(opened.number(), &status) != 0) throw model::os_error(errno, "reading " + name());
    if (static_cast<std::uint64_t>(status.st_size) != size) {
      throw Error(ErrorCode::io, name() + " has changed since it was found", "leave it alone until the run has ended");
    }
    return opened;
  }

  std::string name() const { return owned.empty() ? "a temporary file" : owned.string(); }
};

Blob::Blob() noexcept = default;
Blob::Blob(std::string bytes) {
  if (bytes.empty()) return;
  auto storage = std::make_shared<Storage>();
  storage->size = bytes.size();
  storage->memory = std::move(bytes);
  storage_ = std::move(storage);
}
Blob Blob::of_file(const std::filesystem::path& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) throw model::os_error(errno, "opening " + file.string());
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::invalid_argument, "opening " + file.string() + ": it is no regular file");
  }
  if (::access(file.c_str(), R_OK) != 0) throw model::os_error(errno, "opening " + file.string());
  auto storage = std::make_shared<Storage>();
  storage->owned = file;
  storage->size = static_cast<std::uint64_t>(status.st_size);
  return Blob(std::shared_ptr<const Storage>(std::move(storage)));
}

Blob::Blob(std::shared_ptr<const Storage> storage) noexcept : storage_(std::move(storage)) {}
Blob::~Blob() = default;
Blob::Blob(const Blob&) noexcept = default;
Blob::Blob(Blob&&) noexcept = default;
Blob& Blob::operator=(const Blob&) noexcept = default;
Blob& Blob::operator=(Blob&&) noexcept = default;

std::uint64_t Blob::size() const noexcept { return storage_ ? storage_->size : 0; }

bool Blob::in_memory() const noexcept { return !storage_ || storage_->in_memory(); }

std::size_t Blob::read(std::uint64_t offset, std::span<char> out) const {
  return storage_ ? storage_->read(offset, out) : 0;
}

void Blob::for_each_chunk(const std::function<void(std::string_view)>& visit) const {
  if (empty()) return;
  if (in_memory()) {
    visit(storage_->memory);
    return;
  }
  const FileDescriptor opened = storage_->file.is_open() ? FileDescriptor() : storage_->open_owned();
  const FileDescriptor& file = storage_->file.is_open() ? storage_->file : opened;
  const auto chunk = std::make_unique<std::array<char, chunk_size>>();
  for (std::uint64_t offset = 0; offset < storage_->size;) {
    const std::size_t got = storage_->read(file, offset, *chunk);
    visit({chunk->data(), got});
    offset += got;
  }
}

std::string Blob::bytes() const {
  std::string all;
  all.reserve(static_cast<std::size_t>(size()));
  for_each_chunk([&](std::string_view chunk) { all += chunk; });
  return all;
}

bool operator==(const Blob& a, const Blob& b) {
  if (a.storage_ == b.storage_) return true;
  if (a.size() != b.size()) return false;
  if (a.in_memory() && b.in_memory()) return a.storage_->memory == b.storage_->memory;
  const auto other = std::make_unique<std::array<char, chunk_size>>();
  const auto mine = std::make_unique<std::array<char, chunk_size>>();
  for (std::uint64_t offset = 0; offset < a.size();) {
    const std::size_t got = a.read(offset, *mine);
    if (b.read(offset, {other->data(), got}) != got || std::memcmp(mine->data(), other->data(), got) != 0) return false;
    offset += got;
  }
  return true;
}

namespace model {

std::optional<BlobMemo::Value> BlobMemo::recall(const Blob& blob, const Value& question) noexcept {
  return blob.storage_ ? blob.storage_->memo.recall(question) : std::nullopt;
}

void BlobMemo::remember(const Blob& blob, const Value& question, const Value& answer) noexcept {
  if (blob.storage_ && blob.storage_->owned.empty()) blob.storage_->memo.remember(question, answer);
}

}  // namespace model

struct BlobWriter::State {
  std::size_t memory_limit;
  std::string buffer;  // everything, or what the file doesn't have yet
  FileDescriptor file;
  std::uint64_t in_file = 0;

  void flush() {
    write_all(file, buffer);
    in_file += buffer.size();
    buffer.clear();
  }
};

BlobWriter::BlobWriter(std::size_t memory_limit) : state_(std::make_unique<State>()) {
  state_->memory_limit = memory_limit;
}
BlobWriter::~BlobWriter() = default;
BlobWriter::BlobWriter(BlobWriter&&) noexcept = default;
BlobWriter& BlobWriter::operator=(BlobWriter&&) noexcept = default;

void BlobWriter::append(std::string_view bytes) {
  State& state = *state_;
  if (!state.file.is_open()) {
    if (bytes.size() <= state.memory_limit && state.buffer.size() <= state.memory_limit - bytes.size()) {
      state.buffer += bytes;
      return;
    }
    state.file = open_unnamed_file();
    state.flush();
    state.buffer.shrink_to_fit();
  }
  if (state.buffer.size() + bytes.size() < chunk_size) {
    state.buffer += bytes;
    return;
  }
  state.flush();
  write_all(state.file, bytes);
  state.in_file += bytes.size();
}

void BlobWriter::take(std::string bytes) {
  State& state = *state_;
  if (state.file.is_open() || !state.buffer.empty() || bytes.size() > state.memory_limit) {
    append(bytes);
  } else {
    state.buffer = std::move(bytes);
  }
}

std::uint64_t BlobWriter::size() const noexcept { return state_->in_file + state_->buffer.size(); }

Blob BlobWriter::finish() {
  State& state = *state_;
  if (!state.file.is_open()) {
    // What it grew by in advance is up to as much again, and many blobs may be kept for long.
    if (state.buffer.capacity() - state.buffer.size() > state.buffer.size() / 8) state.buffer.shrink_to_fit();
    return Blob(std::exchange(state.buffer, {}));
  }
  state.flush();
  auto storage = std::make_shared<Blob::Storage>();
  storage->file = std::move(state.file);
  storage->size = std::exchange(state.in_file, 0);
  return Blob(std::shared_ptr<const Blob::Storage>(std::move(storage)));
}

}  // namespace smsbackup
