#include "places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "console.hpp"
#include "smsbackup/contacts.hpp"
#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/memory_store.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using smsbackup::Access;
using smsbackup::Error;
using smsbackup::ErrorCode;

smsbackup::StoreAddress address_of(const std::string& place) {
  try {
    return smsbackup::parse_store_address(place);
  } catch (const Error& error) {
    throw Failure(ExitCode::usage, describe(error));
  }
}

fs::path location_of(const std::string& place) { return address_of(place).location; }

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  if (fs::equivalent(a, b, ignored)) return true;
  return fs::weakly_canonical(a, ignored) == fs::weakly_canonical(b, ignored);
}

// Whether `path` is somewhere below the folder.
bool is_inside(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return false;
  const fs::path inner = fs::weakly_canonical(path, ignored);
  const fs::path outer = fs::weakly_canonical(folder, ignored);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool in_memory(const std::string& place) { return address_of(place).scheme == "memory"; }

std::unique_ptr<smsbackup::Store> open(const std::string& place, Access access, const smsbackup::StoreOptions& options,
                                       ExitCode code) {
  try {
    return smsbackup::open_store(place, access, options);
  } catch (const Error& error) {
    throw Failure(error.code() == ErrorCode::invalid_argument ? ExitCode::usage : code, describe(error));
  }
}

bool holds_something(const std::string& place) {
  const fs::path path = location_of(place);
  if (path.string().starts_with("//")) return true;  // a server knows itself
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? !fs::is_empty(path, ignored)
                                         : fs::exists(path, ignored) && fs::file_size(path, ignored) > 0;
}

}  // namespace

bool is_standard_stream(const std::string& place) {
  const smsbackup::StoreAddress address = address_of(place);
  return address.scheme == "jsonl" && address.location == "-";
}

std::string identity_of(const std::string& place) {
  const smsbackup::StoreAddress address = smsbackup::parse_store_address(place);
  if (is_standard_stream(place) || address.location.substr(0, 2) == "//") return place;
  std::error_code ignored;
  const fs::path path = fs::weakly_canonical(fs::absolute(address.location, ignored), ignored);
  return path.empty() ? place : path.string();
}

void check_places(const std::vector<std::string>& from, const std::string& to) {
  if (std::count_if(from.begin(), from.end(), is_standard_stream) > 1) {
    throw Failure(ExitCode::usage, "standard input can be read once only");
  }
  if (is_standard_stream(to) || in_memory(to)) return;
  const fs::path output = location_of(to);
  for (const std::string& place : from) {
    if (is_standard_stream(place) || in_memory(place)) continue;
    const fs::path input = location_of(place);
    if (same_file(input, output)) {
      throw Failure(ExitCode::usage, fmt::format("{} is both read and written; name another output", printable(place)));
    }
    std::error_code ignored;
    if (is_inside(output, input) || (fs::is_directory(input, ignored) && is_inside(input, output))) {
      throw Failure(ExitCode::usage, fmt::format("{} and {} are inside each other; name an output elsewhere",
                                                 printable(place), printable(to)));
    }
  }
}

void check_is_no_store(const std::string& file, const std::vector<std::string>& from, const std::string& to) {
  if (file.empty() || file == "-") return;
  const auto refuse = [&file](const std::string& place) {
    if (is_standard_stream(place) || in_memory(place) || !same_file(file, location_of(place))) return;
    throw Failure(ExitCode::usage,
                  fmt::format("{} is a store; name another file for the report, log or calendar", printable(file)));
  };
  std::for_each(from.begin(), from.end(), refuse);
  refuse(to);
}

std::shared_ptr<smsbackup::ContactBook> open_contacts(const Arguments& arguments, Console& console) {
  if (arguments.contacts.empty()) return nullptr;
  try {
    std::vector<smsbackup::Problem> problems;
    auto book = std::make_shared<smsbackup::MemoryContactBook>(
        smsbackup::read_contacts_file(arguments.contacts, smsbackup::Limits{}, &problems));
    for (const smsbackup::Problem& problem : problems) {
      console.print(fmt::format("smsbackup: {}: {}", printable(problem.where), printable(problem.why)));
    }
    return book;
  } catch (const Error& error) {
    throw Failure(ExitCode::input, describe(error));
  }
}

std::unique_ptr<WatchedStore> open_input(const std::string& place, const smsbackup::StoreOptions& options,
                                         Trouble& trouble) {
  return std::make_unique<WatchedStore>(open(place, Access::read, options, ExitCode::input), Side::reading, trouble);
}

std::unique_ptr<WatchedStore> open_output(const std::string& place, const smsbackup::StoreOptions& options,
                                          bool only_look, Trouble& trouble) {
  std::unique_ptr<smsbackup::Store> store;
  if (!only_look) {
    store = open(place, Access::write, options, ExitCode::output);
  } else if (!is_standard_stream(place) && holds_something(place)) {
    store = open(place, Access::read, options, ExitCode::output);
  } else {
    store = std::make_unique<smsbackup::MemoryStore>();
  }
  return std::make_unique<WatchedStore>(std::move(store), Side::writing, trouble);
}

std::unique_ptr<WatchedStore> open_calendar(const std::string& file, const smsbackup::StoreOptions& options,
                                            bool only_look, Trouble& trouble) {
  // Where there is none yet, an empty one that takes calls only.
  class EmptyCalendar final : public smsbackup::ForwardingStore {
   public:
    EmptyCalendar() : ForwardingStore(std::make_unique<smsbackup::MemoryStore>()) {}
    bool takes(smsbackup::RecordType type) const override { return type == smsbackup::RecordType::call; }
  };
  const std::string place = "icalendar:" + file;
  std::unique_ptr<smsbackup::Store> store;
  if (only_look && !holds_something(place)) {
    store = std::make_unique<EmptyCalendar>();
  } else {
    store = open(place, only_look ? Access::read : Access::write, options, ExitCode::output);
  }
  return std::make_unique<WatchedStore>(std::move(store), Side::writing, trouble);
}

std::string describe(const Error& error) {
  std::string text = printable(error.what());
  if (!error.hint().empty() && text.find(error.hint()) == text.npos) {
    text += fmt::format(" ({})", printable(error.hint()));
  }
  return text;
}

}  // namespace tool
