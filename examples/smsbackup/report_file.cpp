#include "report_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "exit_code.hpp"
#include "smsbackup/time.hpp"
#include "terminal.hpp"

namespace tool {
namespace {

// A file beside the final one; it goes away unless it was put under its final name.
class FileBeside {
 public:
  explicit FileBeside(std::string final_name)
      : final_name_(std::move(final_name)), name_(fmt::format("{}.{}.tmp", final_name_, getpid())) {
    descriptor_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail();
  }
  ~FileBeside() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!name_.empty()) unlink(name_.c_str());
  }
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void commit() {
    if (fsync(descriptor_) != 0) fail();
    const int closed = close(descriptor_);
    descriptor_ = -1;
    if (closed != 0 || std::rename(name_.c_str(), final_name_.c_str()) != 0) fail();
    name_.clear();
  }

 private:
  [[noreturn]] void fail() const {
    throw Failure(ExitCode::output,
                  fmt::format("writing the report {} failed: {}", printable(final_name_), std::strerror(errno)));
  }

  std::string final_name_;
  std::string name_;
  int descriptor_ = -1;
};

std::string time_or_null(const std::optional<std::int64_t>& ms) {
  return ms ? fmt::format("\"{}\"", smsbackup::format_iso8601(*ms)) : "null";
}

std::string with_type(std::string_view name, const smsbackup::Stats::PerType& type) {
  return fmt::format(R"("{}":{{"records":{},"incoming":{},"outgoing":{},"undated":{},"oldest":{},"newest":{}}})", name,
                     type.records, type.incoming, type.outgoing, type.undated, time_or_null(type.oldest),
                     time_or_null(type.newest));
}

}  // namespace

void write_report(const std::string& destination, const std::string& json) {
  if (destination.empty()) return;
  if (destination == "-") return print_out(json + "\n");
  FileBeside file(destination);
  file.write_all(json);
  file.write_all("\n");
  file.commit();
}

void print_out(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Failure(ExitCode::output, fmt::format("writing to standard output failed: {}", std::strerror(errno)));
  }
}

std::string to_json(const smsbackup::Stats& stats) {
  return fmt::format(
      R"({{{},{},{},"parties":{},"parts":{},"part_bytes":{},"foreign":{},"problems":{},"duplicates":{},"filtered":{}}})",
      with_type("sms", stats.sms), with_type("mms", stats.mms), with_type("call", stats.call), stats.parties,
      stats.parts, stats.part_bytes, stats.foreign, stats.problems, stats.duplicates, stats.filtered);
}

}  // namespace tool
