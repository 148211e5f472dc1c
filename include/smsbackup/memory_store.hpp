// A store in memory: for tests, and for hosts that gather records themselves.
#pragma once

#include <string>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT MemoryStore final : public Store {
 public:
  MemoryStore();
  explicit MemoryStore(std::vector<Record> records);
  ~MemoryStore() override;

  const std::vector<Record>& records() const noexcept { return records_; }

  std::unique_ptr<Cursor> open(const Query& query) override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  std::optional<Record> fetch(std::string_view locator) override;
  Outcomes write(std::span<const Record> records) override;
  bool is_empty() override { return records_.empty(); }
  std::string name() const override { return "memory"; }

 private:
  std::vector<Record> records_;
};

}  // namespace smsbackup
