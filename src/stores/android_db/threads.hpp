// The conversations of a phone: tables `threads` and `canonical_addresses`.
//
// A thread is the set of the other parties (Android: MmsSmsProvider.getOrCreateThreadId). Dates, counts and snippets of
// threads are kept up to date by triggers on a phone, which count a whole conversation again for each message and put
// the current time for its date; here they are kept in memory and written once for each batch.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "smsbackup/record.hpp"
#include "stores/android_db/table.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

class Threads {
 public:
  // Reads what is there. A database without these tables has no threads.
  explicit Threads(const SqliteDatabase& database);

  // The thread of these parties, found or made; nothing if the database has no threads. Within a transaction.
  std::optional<std::int64_t> of(const std::vector<std::string_view>& parties);

  struct Message {
    std::optional<std::int64_t> date;  // ms
    bool counts = true;                // drafts don't
    bool unread = false;
    bool failed = false;
    bool attachment = false;
    const Text* snippet = nullptr;
    Integer snippet_charset;  // MIBenum
  };
  void add(std::int64_t thread, const Message& message);

  // Writes the threads that have new messages. Within the transaction that writes the messages.
  void save();

  // Messages were moved out of or into these threads: says of them again what their messages say. One without a message
  // goes away, and so do its parties if they are in no other. Within a transaction, after save().
  void count_again(const std::vector<std::int64_t>& threads);

 private:
  struct Thread {
    std::int64_t newest = 0;  // ms; 0: nothing in it
    std::int64_t count = 0;
    bool unread = false;
    bool failed = false;
    bool attachment = false;
    bool touched = false;
    bool new_snippet = false;
    std::string snippet;
    bool null_snippet = true;
    std::int64_t snippet_charset = 0;
  };
  struct Address {
    std::int64_t id;
    std::string spelling;
  };

  void read_addresses(const SqliteDatabase& database);
  void read_threads(const SqliteDatabase& database);
  void read_messages(const SqliteDatabase& database, const std::string& table,
                     std::initializer_list<const char*> needed, const std::string& columns);
  std::int64_t address_id(std::string_view spelling);
  std::int64_t thread_id(const std::string& recipients, std::size_t parties);
  void write(std::int64_t id, const Thread& thread);
  std::unordered_set<std::int64_t> add_messages_of(const std::string& threads);
  void remove(const std::unordered_set<std::int64_t>& threads);

  const SqliteDatabase& database_;
  bool usable_ = false;
  SqliteStatement add_address_;
  SqliteStatement add_thread_;
  SqliteStatement update_;
  SqliteStatement update_snippet_;
  int group_type_parameter_ = 0;

  std::unordered_map<std::string, std::vector<Address>> by_bucket_;  // address_bucket()
  std::unordered_map<std::string, std::int64_t> by_spelling_;        // of those asked for lately
  std::unordered_map<std::string, std::int64_t> by_recipients_;
  std::unordered_map<std::string, std::int64_t> of_one_;  // the thread with nobody else, by spelling
  std::unordered_map<std::int64_t, Thread> threads_;
  std::vector<std::int64_t> touched_;
};

// Those whom a phone shows a message's conversation with: all parties but the phone's own number. In a message that
// came in, a single recipient is the phone itself; in one to several, its number is among them, as one of
// `own_numbers`. In one that the phone sent only to itself, it is the other party, too. Nobody is known by name "", for
// a conversation needs somebody.
std::vector<std::string_view> other_parties(const Mms& mms, Direction direction,
                                            const std::vector<std::string>& own_numbers);

}  // namespace smsbackup::stores::android_db
