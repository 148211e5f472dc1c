#include "stores/emptiness.hpp"

#include <string>
#include <system_error>

namespace smsbackup::stores {
namespace {

namespace fs = std::filesystem;

bool has_no_file(const fs::path& folder) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_directory(error) && entry->path().filename().string().front() != '.') return false;
  }
  return !error;
}

}  // namespace

bool holds_nothing(const fs::path& place) noexcept {
  try {
    std::error_code error;
    const fs::file_status status = fs::status(place, error);
    if (!fs::exists(status)) return status.type() == fs::file_type::not_found;
    if (fs::is_directory(status)) return has_no_file(place);
    return fs::is_regular_file(status) && fs::file_size(place, error) == 0 && !error;
  } catch (...) {  // out of memory
    return false;
  }
}

}  // namespace smsbackup::stores
