// Where a phone's databases are in a folder.
#pragma once

#include <filesystem>

#include "smsbackup/store.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

struct PhoneFiles {
  std::filesystem::path messages;  // mmssms.db; empty where there is none and none may be made
  std::filesystem::path calls;     // calllog.db, or contacts2.db with the calls of an old Android; or empty
  std::filesystem::path parts;     // app_parts, there or not
};

// `path` is a folder, or one of the databases. For reading, what isn't there is empty, and it is Error(not_found) if
// nothing is; for writing it is where it will be made. Throws Error(empty_input) for a file without a byte, and
// Error(unknown_format) for one that is no such database.
PhoneFiles find_phone_files(const std::filesystem::path& path, Access access);

// Whether find_phone_files() would find a database in the folder. Looks at names only.
bool is_phone_folder(const std::filesystem::path& folder);

// What an SQLite file is by its tables.
enum class DatabaseKind { messages, calls, contacts, google_messages, other };
DatabaseKind kind_of(const SqliteDatabase& database);

// A table that has rows of its own: neither a view nor a virtual one, which could do anything when it is read.
bool has_table(const SqliteDatabase& database, std::string_view name);

}  // namespace smsbackup::stores::android_db
