#include "stores/android_db/phone_files.hpp"

#include <array>
#include <string>
#include <system_error>

#include "stores/android_db/source_database.hpp"
#include "stores/input_file.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores::android_db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view messages_name = "mmssms.db";
constexpr std::string_view calls_name = "calllog.db";
constexpr std::string_view contacts_name = "contacts2.db";
constexpr std::string_view parts_name = "app_parts";

// Where the databases are below what people copy from a phone: the files themselves, one app's folder, all apps'
// folders, or all of /data.
constexpr std::array<std::string_view, 8> places = {
    "",
    "databases",
    "com.android.providers.telephony/databases",
    "com.android.providers.contacts/databases",
    "data/user_de/0/com.android.providers.telephony/databases",
    "data/user_de/0/com.android.providers.contacts/databases",
    "data/data/com.android.providers.telephony/databases",
    "data/data/com.android.providers.contacts/databases",
};

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

fs::path find_in(const fs::path& folder, std::string_view name) {
  for (const std::string_view place : places) {
    fs::path path = place.empty() ? folder / name : folder / place / name;
    if (is_file(path)) return path;
  }
  return {};
}

bool has_calls(const fs::path& file) {
  if (file.empty()) return false;
  try {
    const SourceDatabase database(file);
    return has_table(database.get(), "calls");
  } catch (const Error&) {
    return false;  // not asked for by name, so it is as if it were not there
  }
}

// Since Android 7 calls have a database of their own; contacts2.db may still have the empty table.
fs::path find_calls(const fs::path& folder) {
  if (fs::path calls = find_in(folder, calls_name); !calls.empty()) return calls;
  fs::path contacts = find_in(folder, contacts_name);
  return has_calls(contacts) ? contacts : fs::path();
}

fs::path parts_beside(const fs::path& messages) {
  const fs::path folder = messages.parent_path();
  std::error_code error;
  if (fs::is_directory(folder / parts_name, error)) return folder / parts_name;
  if (folder.filename() == "databases") return folder.parent_path() / parts_name;
  return folder / parts_name;
}

PhoneFiles in_folder(const fs::path& folder, Access access) {
  PhoneFiles files;
  files.messages = find_in(folder, messages_name);
  files.calls = find_calls(folder);
  if (access == Access::read && files.messages.empty() && files.calls.empty()) {
    throw Error(ErrorCode::not_found,
                "opening " + folder.string() + ": there is neither " + std::string(messages_name) + " nor " +
                    std::string(calls_name) + " in it",
                "docs/stores/android-db.md says how to get them from a phone.");
  }
  if (access == Access::write) {
    if (files.messages.empty()) files.messages = folder / messages_name;
    if (files.calls.empty()) files.calls = folder / calls_name;
  }
  if (!files.messages.empty()) files.parts = parts_beside(files.messages);
  return files;
}

// Not there yet: made as a folder, unless it is named like a database.
PhoneFiles new_at(const fs::path& path) {
  if (path.extension() != ".db") return in_folder(path, Access::write);
  return {path, path.parent_path() / calls_name, parts_beside(path)};
}

[[noreturn]] void refuse(const fs::path& path, DatabaseKind kind) {
  switch (kind) {
    case DatabaseKind::google_messages:
      throw Error(ErrorCode::unknown_format,
                  "opening " + path.string() + ": this is the database of the app Google Messages, which can't be read",
                  "The phone's own mmssms.db has the same messages, but for RCS.");
    case DatabaseKind::contacts:
      throw Error(ErrorCode::unknown_format, "opening " + path.string() + ": this has contacts, but no calls",
                  "It is good for --contacts. Calls are in calllog.db since Android 7.");
    default:
      throw Error(ErrorCode::unknown_format,
                  "opening " + path.string() + ": this SQLite database has neither messages nor calls");
  }
}

}  // namespace

bool has_table(const SqliteDatabase& database, std::string_view name) {
  SqliteStatement statement =
      database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?");
  statement.bind(1, name);
  return statement.step();
}

DatabaseKind kind_of(const SqliteDatabase& database) {
  if (has_table(database, "sms") || has_table(database, "pdu")) return DatabaseKind::messages;
  if (has_table(database, "calls")) return DatabaseKind::calls;
  if (has_table(database, "raw_contacts")) return DatabaseKind::contacts;
  if (has_table(database, "messages") && has_table(database, "conversations")) return DatabaseKind::google_messages;
  return DatabaseKind::other;
}

bool is_phone_folder(const fs::path& folder) {
  return !find_in(folder, messages_name).empty() || !find_in(folder, calls_name).empty();
}

PhoneFiles find_phone_files(const fs::path& path, Access access) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    if (access == Access::write) return new_at(path);
    throw Error(ErrorCode::not_found, "opening " + path.string() + ": there is no such file or folder");
  }
  if (error) throw system_failure(error.value(), "opening", path);
  if (fs::is_directory(status)) return in_folder(path, access);
  const bool is_empty = fs::is_regular_file(status) && fs::file_size(path, error) == 0;
  if (is_empty && access == Access::write) return new_at(path);
  InputFile(path).refuse_empty();
  const SourceDatabase database(path);
  switch (const DatabaseKind kind = kind_of(database.get())) {
    case DatabaseKind::messages: {
      const fs::path folder = path.parent_path();
      fs::path calls = find_calls(folder.empty() ? fs::path(".") : folder);
      if (calls.empty() && access == Access::write) calls = folder / calls_name;
      return {path, calls, parts_beside(path)};
    }
    case DatabaseKind::calls:
      return {{}, path, {}};
    default:
      refuse(path, kind);
  }
}

}  // namespace smsbackup::stores::android_db
