// One pass over the records of a phone's databases: SMS, then MMS, then calls, each in the order of their rows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "smsbackup/limits.hpp"
#include "smsbackup/source.hpp"
#include "stores/android_db/message_reader.hpp"
#include "stores/android_db/row_scan.hpp"
#include "stores/batch_filler.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

// What a cursor reads. The databases must outlive it; either may be missing.
struct Databases {
  const SqliteDatabase* messages = nullptr;
  const SqliteDatabase* calls = nullptr;
  std::filesystem::path parts;
  bool cut_off = false;  // a file is shorter than it should be
};

class RecordCursor final : public Cursor {
 public:
  RecordCursor(Databases databases, Query query, const Limits& limits);
  ~RecordCursor() override;

  bool next(Batch& out) override;
  Position position() const override { return {done_, total_}; }

 private:
  template <class Row>
  struct Section;

  template <class Row>
  void open_section(std::unique_ptr<Section<Row>>& section, const SqliteDatabase* database, const char* table);
  template <class Row>
  bool fill(std::unique_ptr<Section<Row>>& section, BatchFiller& out);
  template <class Row>
  void read_row(Section<Row>& section, BatchFiller& out);

  Databases databases_;
  Query query_;
  Limits limits_;
  std::vector<Problem> problems_;  // to be told with the next batch
  std::uint64_t left_out_ = 0;     // rows of types that the query doesn't want
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> total_;
  std::unique_ptr<MmsReader> mms_reader_;
  std::unique_ptr<Section<Sms>> sms_;
  std::unique_ptr<Section<Mms>> mms_;
  std::unique_ptr<Section<Call>> calls_;
};

// Locators: "sms/12", "mms/7", "call/3".
std::string locator_of(RecordType type, std::int64_t id);
std::optional<Record> fetch_record(const Databases& databases, const Limits& limits, std::string_view locator,
                                   std::unique_ptr<MmsReader>& mms_reader);

}  // namespace smsbackup::stores::android_db
