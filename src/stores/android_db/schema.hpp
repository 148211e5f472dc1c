// The tables of databases that are made new, as Android's providers make them (docs/stores/android-db.md).
#pragma once

#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

// mmssms.db as Android 9 to 13 have it; newer ones update it by themselves.
inline constexpr int messages_version = 67;
// calllog.db as Android 12 has it: the first with all columns that a Call has.
inline constexpr int calls_version = 10;

// In one transaction: a killed process leaves an empty file or all of it.
void make_messages(const SqliteDatabase& database);
void make_calls(const SqliteDatabase& database);

}  // namespace smsbackup::stores::android_db
