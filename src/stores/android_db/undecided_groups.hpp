// MMS to groups that were restored before it was known which of the recipients is the phone itself.
//
// They are in a conversation of their own, with the phone among the parties, until settle() knows better. A list of
// them (`.smsbackup-groups`, beside the database) outlives a kill, and runs that could not tell: a later restore that
// learns the number, or is told it, puts them right.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "stores/android_db/threads.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

class UndecidedGroups {
 public:
  // The database must outlive this. Whoever makes this holds the lock on it.
  explicit UndecidedGroups(const SqliteDatabase& database);

  // Whether there is a list for this database.
  static bool are_beside(const std::filesystem::path& database);

  // A row of `pdu` in the transaction that is open.
  void note(std::int64_t message) { noted_.push_back(message); }
  // To be called before that transaction is committed.
  void publish();
  // It was not committed.
  void forget_noted() noexcept { noted_.clear(); }

  // Puts all of them where they belong, if these are known: `own_numbers`, or when that is empty what the messages
  // tell. In a transaction of its own.
  void settle(const std::vector<std::string>& own_numbers, Threads& threads);

 private:
  const SqliteDatabase& database_;
  std::filesystem::path list_;
  std::vector<std::int64_t> noted_;
};

}  // namespace smsbackup::stores::android_db
