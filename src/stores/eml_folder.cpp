#include "stores/eml_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "smsbackup/error.hpp"
#include "smsbackup/record.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

constexpr std::size_t id_digits = 16;

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

bool is_eml_name(std::string_view name) {
  if (name.size() <= 4 || name.front() == '.') return false;
  std::string extension(name.substr(name.size() - 4));
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return extension == ".eml";
}

NameList list_eml_files(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  NameList names;
  const std::size_t prefix = (folder / "").string().size();
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code unknown;
    const bool is_folder = entry->is_directory(unknown);
    if (is_folder && name.starts_with('.')) entry.disable_recursion_pending();
    if (!is_folder && is_eml_name(name)) names.add(std::string_view(entry->path().native()).substr(prefix));
  }
  if (error) throw system_failure(error.value(), "reading the folder", folder);
  names.sort();
  return names;
}

std::string eml_name(const MailHead& head) {
  using namespace std::chrono;
  const auto first = sys_seconds(sys_days(year(0) / 1 / 1));
  const auto last = sys_seconds(sys_days(year(10000) / 1 / 1)) - seconds(1);
  const sys_seconds moment =
      std::clamp<sys_seconds>(floor<seconds>(sys_time<milliseconds>(milliseconds(head.internal_date))), first, last);
  const auto day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss clock(moment - day);
  std::string id;
  for (const char c : std::string_view(head.message_id).substr(0, head.message_id.find('@'))) {
    if (id.size() < id_digits && is_hex_digit(c)) id += c;
  }
  const int years = static_cast<int>(date.year());
  const unsigned month = static_cast<unsigned>(date.month());
  return fmt::format("{:04}-{:02}/{:04}{:02}{:02}-{:02}{:02}{:02}-{}-{}", years, month, years, month,
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), to_string(head.type), id);
}

}  // namespace smsbackup::stores
