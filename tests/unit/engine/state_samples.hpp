// What the tests of runs with a state share: a phone of a few records, and an archive that counts what is asked of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::test {

inline Record sms(int number) {
  Sms row;
  row.id = number + 1;
  row.address = "+15550100";
  row.date = 1600000000123 + number * std::int64_t{1000};
  row.type = sms_inbox;
  row.body = "message " + std::to_string(number);
  return row;
}

inline std::vector<Record> many(int count, int first = 0) {
  std::vector<Record> records;
  for (int i = first; i < first + count; ++i) records.push_back(sms(i));
  return records;
}

// Records in memory; durable as soon as they are written, or at finish only.
class CountingStore final : public Store {
 public:
  explicit CountingStore(Durability durability = Durability::each_write, std::vector<Record> records = {})
      : durability_(durability), durable_(std::move(records)) {}

  std::unique_ptr<Cursor> open(const Query& query) override { return durable_.open(query); }
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    ++keys_read;
    if (keys_fail) throw Error(ErrorCode::connection_lost, "reading keys: failed on request");
    durable_.keys(query, policy, visit);
  }
  std::optional<Record> fetch(std::string_view locator) override { return durable_.fetch(locator); }
  Outcomes write(std::span<const Record> records) override {
    if (write_fails_after-- == 0) throw Error(ErrorCode::no_space, "writing: failed on request");
    if (before_write) before_write();
    ++writes;
    Outcomes outcomes;
    for (const Record& record : records) {
      if (refuse && refuse(record)) {
        outcomes.push_back({false, Problem{}});
        continue;
      }
      (durability_ == Durability::each_write ? durable_ : staged_).write({&record, 1});
      outcomes.push_back({true, std::nullopt});
    }
    return outcomes;
  }
  void finish() override {
    ++finished;
    if (finish_fails) throw Error(ErrorCode::no_space, "finishing: failed on request");
    durable_.write(staged_.records());
    staged_ = MemoryStore();
  }
  Durability durability() const override { return durability_; }
  bool is_empty() override { return durable_.is_empty(); }
  std::string name() const override { return "archive"; }

  const std::vector<Record>& records() const { return durable_.records(); }
  int touched() const { return keys_read + writes + finished; }

  int keys_read = 0;
  int writes = 0;
  int finished = 0;
  bool keys_fail = false;
  bool finish_fails = false;
  int write_fails_after = -1;
  std::function<bool(const Record&)> refuse;
  std::function<void()> before_write;

 private:
  Durability durability_;
  MemoryStore durable_;
  MemoryStore staged_;
};

inline BackupOptions with(StateStore& state) {
  BackupOptions options;
  options.state = &state;
  options.clock = [] { return std::int64_t{1700000000000}; };
  return options;
}

inline Report back_up(const std::vector<Record>& phone, Sink& archive, const BackupOptions& options) {
  MemoryStore source(phone);
  Report report = backup(source, archive, options);
  if (!report.adds_up()) throw Error(ErrorCode::internal, "the counts do not add up: " + report.to_json());
  return report;
}

}  // namespace smsbackup::test
