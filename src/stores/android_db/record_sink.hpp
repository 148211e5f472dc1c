// Writes records into a phone's databases, each batch in one transaction a database.
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
#include "stores/android_db/threads.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

class MessageSink {
 public:
  // `now` (ms) goes into the names of parts' files. Both must outlive this.
  MessageSink(const SqliteDatabase& database, std::filesystem::path parts_folder, std::int64_t now);

  // This phone's numbers, left out of conversations.
  void set_own_numbers(std::vector<std::string> numbers) { own_numbers_ = std::move(numbers); }

  // Calls are passed over. After an Error the object is of no more use.
  void write(std::span<const Record> records, Outcomes& outcomes);

 private:
  struct Columns {  // parameter numbers in the writers
    int sms_thread, mms_thread, msg_box, m_type, text_only, m_size, address_message, part_message, part_data;
  };

  void write_files(std::span<const Record> records);
  void insert(const Sms& sms);
  void insert(const Mms& mms, Direction direction, std::span<const std::string> files);
  void insert_children(const Mms& mms, Direction direction, std::int64_t id, std::span<const std::string> files);

  const SqliteDatabase& database_;
  PartFiles part_files_;
  std::string data_prefix_;  // what phones' paths of parts begin with
  std::optional<RowWriter<Sms>> sms_;
  std::optional<RowWriter<Mms>> mms_;
  std::optional<RowWriter<MmsAddress>> address_;
  std::optional<RowWriter<MmsPart>> part_;
  Columns columns_{};
  Threads threads_;
  std::vector<std::string> own_numbers_;
  std::vector<std::string> file_names_;  // one for each part of the batch that has data
  bool left_out_told_ = false;
};

class CallSink {
 public:
  // The database must outlive this.
  explicit CallSink(const SqliteDatabase& database);
  // Messages are passed over.
  void write(std::span<const Record> records, Outcomes& outcomes);

 private:
  const SqliteDatabase& database_;
  RowWriter<Call> calls_;
};

}  // namespace smsbackup::stores::android_db
