// Two wrappers around a store: one to inherit from that hands everything on, and one that fails on request.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/error.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> inner);
  ~ForwardingStore() override;

  std::unique_ptr<Cursor> open(const Query& query) override;
  std::vector<std::string> split(std::size_t wanted) override;
  std::unique_ptr<Cursor> open_piece(const Query& query, std::string_view piece) override;
  bool reopenable() const override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  std::optional<Record> fetch(std::string_view locator) override;
  Outcomes write(std::span<const Record> records) override;
  void finish() override;
  Durability durability() const override;
  bool takes(RecordType type) const override;
  bool is_empty() override;
  std::string name() const override;

 protected:
  Store& inner() noexcept { return *inner_; }
  const Store& inner() const noexcept { return *inner_; }

 private:
  std::unique_ptr<Store> inner_;
};

// Fails as told: for tests of whatever uses a store.
class SMSBACKUP_EXPORT FaultInjectingStore final : public ForwardingStore {
 public:
  enum class Operation : std::uint8_t { open, next, keys, fetch, write, write_record, finish };

  // Asked before each operation, with how often it was done before (write_record: how many records); an answer is
  // thrown as Error, or becomes that record's failed outcome.
  using Plan = std::function<std::optional<ErrorCode>(Operation operation, std::uint64_t count)>;

  FaultInjectingStore(std::unique_ptr<Store> inner, Plan plan);
  ~FaultInjectingStore() override;

  std::unique_ptr<Cursor> open(const Query& query) override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  std::optional<Record> fetch(std::string_view locator) override;
  Outcomes write(std::span<const Record> records) override;
  void finish() override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace smsbackup
