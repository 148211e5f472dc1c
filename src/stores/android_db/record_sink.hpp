// Writes records into a phone's databases. What was written since the last commit() is there whole, or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "smsbackup/sink.hpp"
#include "stores/android_db/part_files.hpp"
#include "stores/android_db/row_writer.hpp"
#include "stores/android_db/search_index.hpp"
#include "stores/android_db/threads.hpp"
#include "stores/android_db/undecided_groups.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

class MessageSink {
 public:
  // `now` (ms) goes into the names of parts' files. Both must outlive this.
  MessageSink(const SqliteDatabase& database, std::filesystem::path parts_folder, std::int64_t now);

  // This phone's numbers, left out of conversations.
  void set_own_numbers(std::vector<std::string> numbers) { own_numbers_ = std::move(numbers); }

  // Calls are passed over. After an Error the object is of no more use, and what was not committed is gone.
  void write(std::span<const Record> records, Outcomes& outcomes);
  // Returns when rows, files and threads would survive a power cut.
  void commit();
  // After the last commit(): puts groups where they belong, once it is known which number is the phone's own.
  void settle_groups();

 private:
  struct Columns {  // parameter numbers in the writers
    int sms_thread, mms_thread, msg_box, m_type, text_only, m_size, address_message, part_message, part_data;
  };

  void insert(const Sms& sms);
  void insert(const Mms& mms, Direction direction);
  void insert_children(const Mms& mms, Direction direction, std::int64_t id);
  void insert_parts(const Mms& mms, std::int64_t id);

  const SqliteDatabase& database_;
  PartFiles part_files_;
  std::string data_prefix_;  // what phones' paths of parts begin with
  std::optional<RowWriter<Sms>> sms_;
  std::optional<RowWriter<Mms>> mms_;
  std::optional<RowWriter<MmsAddress>> address_;
  std::optional<RowWriter<MmsPart>> part_;
  Columns columns_{};
  Threads threads_;
  UndecidedGroups undecided_;
  SearchIndex search_;
  std::vector<std::string> own_numbers_;
  bool left_out_told_ = false;
  std::optional<SqliteTransaction> transaction_;
};

class CallSink {
 public:
  // The database must outlive this.
  explicit CallSink(const SqliteDatabase& database);
  // Messages are passed over.
  void write(std::span<const Record> records, Outcomes& outcomes);
  void commit();

 private:
  const SqliteDatabase& database_;
  RowWriter<Call> calls_;
  std::optional<SqliteTransaction> transaction_;
};

}  // namespace smsbackup::stores::android_db
