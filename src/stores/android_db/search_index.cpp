#include "stores/android_db/search_index.hpp"

#include <sqlite3.h>

#include "model/logger.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::stores::android_db {
namespace {

// Where the ids of parts begin among those of SMS (MmsProvider).
constexpr std::int64_t first_part_id = std::int64_t{2} << 32;

// Any other virtual table may do anything when it is written.
bool has_index(const SqliteDatabase& database) {
  return database.number(
             "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'words' AND rootpage = 0 AND"
             " (sql LIKE 'CREATE VIRTUAL TABLE words USING FTS3%' OR sql LIKE 'CREATE VIRTUAL TABLE words USING "
             "FTS4%')") != 0;
}

}  // namespace

SearchIndex::SearchIndex(const SqliteDatabase& database) : database_(database) {
  if (!has_index(database)) return;
  try {
    insert_ = database.prepare("INSERT INTO words(_id, index_text, source_id, table_to_use) VALUES(?, ?, ?, ?)");
  } catch (const Error&) {
    give_up();
  }
}

void SearchIndex::give_up() {
  model::logger().warn("the phone's search index can't be written: its search will not find what is restored");
  insert_.reset();
}

void SearchIndex::add(const MmsPart& part, std::int64_t id) {
  if (part.ct == Text("text/plain")) add(part.text, first_part_id + id, id, part_table);
}

void SearchIndex::add(const Text& text, std::int64_t id, std::int64_t source, std::int64_t table) {
  if (insert_) words_.push_back({text, id, source, table});
}

void SearchIndex::write() {
  if (words_.empty()) return;
  database_.run("SAVEPOINT search");
  try {
    insert_all();
    // Makes SQLite write out what it has gathered here, where it can be undone, and not in the commit.
    database_.run("SAVEPOINT gathered");
  } catch (const Error& error) {
    words_.clear();
    const bool is_ended = sqlite3_get_autocommit(database_.handle()) != 0;
    if (is_ended || error.code() == ErrorCode::no_space || error.code() == ErrorCode::cancelled) throw;
    give_up();
    database_.run("ROLLBACK TO search");
  }
  database_.run("RELEASE search");
}

void SearchIndex::insert_all() {
  for (const Words& words : words_) {
    insert_->bind(1, words.id);
    if (words.text.has_value()) {
      insert_->bind_borrowed(2, *words.text);
    } else {
      insert_->bind_null(2);
    }
    insert_->bind(3, words.source);
    insert_->bind(4, words.table);
    insert_->run();
  }
  words_.clear();
}

}  // namespace smsbackup::stores::android_db
