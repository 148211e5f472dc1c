// The search index of a phone: the full-text table `words`, which the provider asks when an app searches messages
// (content://mms-sms/search). A provider fills it as messages come, and never again, so a restore has to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "smsbackup/record.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

class SearchIndex {
 public:
  // A database without such a table, or with one that this SQLite can't write (another tokenizer, damage), has no
  // index. The database must outlive this.
  explicit SearchIndex(const SqliteDatabase& database);

  // Rows that were inserted in the transaction that is open. Kept until write(): a savepoint, as each MMS is one, would
  // make SQLite put what it has gathered onto the disk.
  void add(const Sms& sms, std::int64_t id) { add(sms.body, id, id, sms_table); }
  // The phone indexes plain text only.
  void add(const MmsPart& part, std::int64_t id);
  // Rows that were added since are gone.
  std::size_t mark() const noexcept { return words_.size(); }
  void drop_since(std::size_t mark) { words_.resize(mark); }

  // To be called before the transaction is committed. A damaged index is left as it was; it must not keep messages from
  // coming back. Throws Error where the transaction as a whole can't go on.
  void write();

 private:
  static constexpr std::int64_t sms_table = 1;  // in `table_to_use`
  static constexpr std::int64_t part_table = 2;
  struct Words {
    Text text;
    std::int64_t id = 0;
    std::int64_t source = 0;
    std::int64_t table = 0;
  };
  void add(const Text& text, std::int64_t id, std::int64_t source, std::int64_t table);
  void insert_all();
  void give_up();

  const SqliteDatabase& database_;
  std::optional<SqliteStatement> insert_;
  std::vector<Words> words_;
};

}  // namespace smsbackup::stores::android_db
