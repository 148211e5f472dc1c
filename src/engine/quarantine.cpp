#include "engine/quarantine.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include "model/os_error.hpp"

namespace smsbackup::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t digits = 6;

// A new file that only its owner may read.
class NewFile {
 public:
  explicit NewFile(const fs::path& path)
      : doing_("writing to the quarantine"),
        descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0 && errno != EEXIST) throw model::os_error(errno, doing_);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool was_there_already() const noexcept { return descriptor_ < 0; }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw model::os_error(errno, doing_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void close() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    if (::close(descriptor) != 0) throw model::os_error(errno, doing_);
  }

 private:
  std::string doing_;
  int descriptor_;
};

std::string file_name(std::uint64_t number, std::string_view ending) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text.append(ending);
}

// The number of "000012.raw"; 0 if the name is none of ours.
std::uint64_t number_of(const std::string& name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end != name.data() + name.size() && *end == '.' ? number : 0;
}

std::string note_on(const Problem& problem) {
  std::string note = "what: ";
  note += to_string(problem.code);
  note += "\nwhere: " + problem.where;
  if (problem.offset) note += "\noffset: " + std::to_string(*problem.offset);
  if (problem.type) {
    note += "\ntype: ";
    note += to_string(*problem.type);
  }
  note += "\nwhy: " + problem.why;
  note += "\nbytes: " + std::to_string(problem.raw.size());
  if (!problem.raw_is_complete) note += " (there were more)";
  note += problem.record_kept ? "\nrecord: read all the same\n" : "\nrecord: not read or not written\n";
  return note;
}

}  // namespace

void Quarantine::make_folder() {
  std::error_code error;
  if (!fs::is_directory(folder_, error)) {
    error.clear();  // libstdc++ sets it for a folder that isn't there yet, too
    if (folder_.has_parent_path()) fs::create_directories(folder_.parent_path(), error);
    if (error) throw model::os_error(error.value(), "making the quarantine folder");
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
      throw model::os_error(errno, "making the quarantine folder");
    }
  }
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    last_ = std::max(last_, number_of(entry->path().filename().string()));
  }
  if (error) throw model::os_error(error.value(), "reading the quarantine folder");
  made_ = true;
}

void Quarantine::keep(const Problem& problem) {
  if (!made_) make_folder();
  for (;;) {
    ++last_;
    NewFile raw(folder_ / file_name(last_, ".raw"));
    if (raw.was_there_already()) continue;  // another run uses the folder, too
    problem.raw.for_each_chunk([&](std::string_view bytes) { raw.write(bytes); });
    raw.close();
    NewFile note(folder_ / file_name(last_, ".txt"));
    if (note.was_there_already()) continue;
    note.write(note_on(problem));
    note.close();
    return;
  }
}

}  // namespace smsbackup::engine
