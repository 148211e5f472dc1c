#include "smsbackup/memory_store.hpp"

#include <charconv>
#include <cstddef>
#include <utility>

#include "smsbackup/dedup.hpp"

namespace smsbackup {
namespace {

class MemoryCursor final : public Cursor {
 public:
  // The end is where it was when the pass began, so that a store may be copied into itself.
  MemoryCursor(const std::vector<Record>& records, Query query)
      : records_(records), end_(records.size()), query_(std::move(query)) {}

  bool next(Batch& out) override {
    if (at_ == end_) return false;
    while (at_ < end_ && !out.full()) {
      const std::size_t row = at_++;
      if (matches(query_, records_[row])) {
        out.positions.push_back("memory, record " + std::to_string(row + 1));
        out.add(records_[row]);
      } else {
        ++out.filtered;
      }
    }
    return true;
  }

  Position position() const override { return {at_, end_}; }

 private:
  const std::vector<Record>& records_;
  std::size_t at_ = 0;
  std::size_t end_;
  Query query_;
};

}  // namespace

MemoryStore::MemoryStore() = default;
MemoryStore::MemoryStore(std::vector<Record> records) : records_(std::move(records)) {}
MemoryStore::~MemoryStore() = default;

std::unique_ptr<Cursor> MemoryStore::open(const Query& query) {
  Query own = query;
  own.contact_group.clear();  // only the engine has the contact book
  if (own.starred_only) own.types.clear();
  return std::make_unique<MemoryCursor>(records_, std::move(own));
}

void MemoryStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  Query wider = query;
  wider.contact_group.clear();
  for (std::size_t row = 0; row < records_.size(); ++row) {
    if (!matches(wider, records_[row])) continue;
    RecordKey key = key_of(records_[row], policy.level, policy.own_numbers);
    key.locator = std::to_string(row);
    visit(key);
  }
}

std::optional<Record> MemoryStore::fetch(std::string_view locator) {
  std::size_t row = 0;
  const auto [end, error] = std::from_chars(locator.data(), locator.data() + locator.size(), row);
  if (error != std::errc() || end != locator.data() + locator.size() || row >= records_.size()) return std::nullopt;
  return records_[row];
}

Outcomes MemoryStore::write(std::span<const Record> records) {
  records_.insert(records_.end(), records.begin(), records.end());
  return Outcomes(records.size(), Outcome{true, std::nullopt});
}

}  // namespace smsbackup
