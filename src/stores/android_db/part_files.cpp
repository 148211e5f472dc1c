#include "stores/android_db/part_files.hpp"

#include <unistd.h>

#include <set>
#include <system_error>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/input_file.hpp"
#include "stores/output_file.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores::android_db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view list_name = ".smsbackup-parts";
constexpr std::string_view unfinished_prefix = ".smsbackup-part-";
constexpr std::string_view part_prefix = "PART_";
constexpr std::size_t longest_label = 60;
constexpr std::uint64_t largest_list = 64 << 20;

bool is_harmless(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// What part_file_name() makes; the list may have been written by anybody.
bool is_our_name(std::string_view name) noexcept {
  if (!name.starts_with(part_prefix) || name.size() > 255) return false;
  for (const char c : name) {
    if (!is_harmless(c) && c != '.') return false;
  }
  return true;
}

std::string_view base_name(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

std::set<std::string, std::less<>> read_list(const fs::path& path) {
  std::set<std::string, std::less<>> names;
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error))) return names;
  const InputFile file(path);
  if (file.size().value_or(0) > largest_list) return names;
  std::string text(static_cast<std::size_t>(file.size().value_or(0)), '\0');
  text.resize(file.read_at(0, text));
  std::string_view rest = text;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    if (is_our_name(rest.substr(0, end))) names.emplace(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return names;
}

}  // namespace

std::string part_file_name(std::int64_t now, std::uint64_t number, std::string_view label) {
  std::string name(part_prefix);
  name += std::to_string(now) + '_' + std::to_string(number);
  std::string kept;
  for (const char c : label.substr(0, longest_label)) kept += is_harmless(c) || c == '.' ? c : '_';
  if (!kept.empty()) name += '_' + kept;
  return name;
}

PartFiles::PartFiles(fs::path folder, std::int64_t now) : folder_(std::move(folder)), now_(now) {}

fs::path PartFiles::list_path() const { return folder_ / list_name; }

void PartFiles::clean_up(const SqliteDatabase& database) {
  std::error_code error;
  std::vector<fs::path> unfinished;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().native().starts_with(unfinished_prefix)) unfinished.push_back(entry->path());
  }
  for (const fs::path& path : unfinished) fs::remove(path, error);
  auto orphans = read_list(list_path());
  if (!orphans.empty()) {
    SqliteStatement rows = database.prepare("SELECT _data FROM part NOT INDEXED WHERE _data IS NOT NULL");
    while (rows.step()) {
      if (const auto found = orphans.find(base_name(rows.text(0))); found != orphans.end()) orphans.erase(found);
    }
  }
  for (const std::string& name : orphans) fs::remove(folder_ / name, error);
  fs::remove(list_path(), error);
}

std::string PartFiles::add(const Blob& bytes, std::string_view label) {
  std::error_code error;
  if (!files_) {
    if (!fs::is_directory(folder_, error)) {
      fs::create_directories(folder_, error);
      if (error) throw system_failure(error.value(), "making the folder", folder_);
    }
    files_ = std::make_unique<NewFiles>();
  }
  std::string name;
  do {
    name = part_file_name(now_, ++number_, label);
  } while (fs::exists(fs::symlink_status(folder_ / name, error)));
  OutputFile& file = files_->begin(folder_ / (std::string(unfinished_prefix) + std::to_string(number_)));
  names_.push_back(name);
  bool writing = false;
  try {
    bytes.for_each_chunk([&](std::string_view chunk) {
      writing = true;
      file.write(chunk);
      writing = false;
    });
  } catch (const Error& unreadable) {
    if (writing) throw;
    files_->complete(folder_ / name, now_);  // with what there is of it; it will be dropped
    throw Error(ErrorCode::truncated_input, std::string("a part's data can't be read: ") + unreadable.what());
  }
  files_->complete(folder_ / name, now_);
  return name;
}

void PartFiles::drop_since(std::size_t mark) {
  unwanted_.insert(unwanted_.end(), names_.begin() + static_cast<std::ptrdiff_t>(mark), names_.end());
}

void PartFiles::publish() {
  if (!files_) return;
  std::string list;
  for (const std::string& name : names_) list += name + '\n';
  std::error_code ignored;
  fs::remove(list_path(), ignored);
  OutputFile file = OutputFile::create(list_path());
  file.write(list);
  file.sync();
  file.close();
  sync_folder(folder_);
  files_->publish();
  files_.reset();
}

void PartFiles::settle() {
  if (names_.empty()) return;
  for (const std::string& name : unwanted_) ::unlink((folder_ / name).c_str());
  unwanted_.clear();
  names_.clear();
  ::unlink(list_path().c_str());
}

void PartFiles::discard() noexcept {
  files_.reset();
  for (const std::string& name : names_) ::unlink((folder_ / name).c_str());
  if (!names_.empty()) ::unlink(list_path().c_str());
  names_.clear();
  unwanted_.clear();
}

}  // namespace smsbackup::stores::android_db
