// A calendar file (RFC 5545, docs/stores/icalendar.md): calls as events, titled as SMS Backup+ titles them. No archive:
// of a call its number, date, duration, type and subject are kept, and SMS and MMS are not taken at all.
//
// Events are added to a calendar that is there; what is not ours stays as it is, to the byte. An event has the same UID
// whenever and wherever it is written, so that a calendar program that imports the file again adds nothing.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "smsbackup/export.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT IcalendarStore final : public Store {
 public:
  // Names come from `options.mime.contacts`, words from `options.mime.wording`, the category from
  // `options.mime.call_folder`, and the time of writing (DTSTAMP) from `options.mime.clock`. Throws as open_store()
  // does.
  IcalendarStore(std::filesystem::path file, Access access, StoreOptions options = {});
  ~IcalendarStore() override;

  // Calls that were written here before, with as much of them as is kept. Other events count as foreign, and so do ours
  // once a calendar program has dropped their columns.
  std::unique_ptr<Cursor> open(const Query& query) override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  // Refuses calls that no calendar can hold: without a date, or not between the years 1 and 9999.
  Outcomes write(std::span<const Record> records) override;
  void finish() override;
  bool takes(RecordType type) const override { return type == RecordType::call; }
  bool is_empty() override;
  Durability durability() const override { return Durability::at_finish; }
  std::string name() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
