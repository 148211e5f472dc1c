// Two wrappers around a state: one to inherit from that hands everything on, and one that fails on request.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "smsbackup/error.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/state_store.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT ForwardingStateStore : public StateStore {
 public:
  explicit ForwardingStateStore(std::unique_ptr<StateStore> inner);
  ~ForwardingStateStore() override;

  void visit_done(const Visitor& visit) override;
  void mark_done(std::span<const Digest> fingerprints) override;
  std::optional<StateRun> last_run() override;
  void save_run(const StateRun& run) override;
  void reset() override;

 protected:
  StateStore& inner() noexcept { return *inner_; }

 private:
  std::unique_ptr<StateStore> inner_;
};

// Fails as told: for tests of whatever uses a state.
class SMSBACKUP_EXPORT FaultInjectingStateStore final : public ForwardingStateStore {
 public:
  enum class Operation : std::uint8_t { visit_done, mark_done, last_run, save_run, reset };

  // Asked before each operation, with how often it was done before; an answer is thrown as Error.
  using Plan = std::function<std::optional<ErrorCode>(Operation operation, std::uint64_t count)>;

  FaultInjectingStateStore(std::unique_ptr<StateStore> inner, Plan plan);
  ~FaultInjectingStateStore() override;

  void visit_done(const Visitor& visit) override;
  void mark_done(std::span<const Digest> fingerprints) override;
  std::optional<StateRun> last_run() override;
  void save_run(const StateRun& run) override;
  void reset() override;

 private:
  void fail_as_planned(Operation operation);

  Plan plan_;
  std::map<Operation, std::uint64_t> counts_;
};

}  // namespace smsbackup
