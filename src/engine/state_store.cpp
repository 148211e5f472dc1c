#include "smsbackup/state_store.hpp"

#include <string>
#include <utility>

#include "smsbackup/forwarding_state_store.hpp"

namespace smsbackup {

StateStore::~StateStore() = default;

MemoryStateStore::MemoryStateStore() = default;
MemoryStateStore::~MemoryStateStore() = default;

void MemoryStateStore::visit_done(const Visitor& visit) {
  for (const Digest& fingerprint : done_) visit(fingerprint);
}
void MemoryStateStore::mark_done(std::span<const Digest> fingerprints) {
  done_.insert(fingerprints.begin(), fingerprints.end());
}
void MemoryStateStore::reset() {
  done_.clear();
  last_run_.reset();
}

ForwardingStateStore::ForwardingStateStore(std::unique_ptr<StateStore> inner) : inner_(std::move(inner)) {
  if (!inner_) throw Error(ErrorCode::invalid_argument, "wrapping a state: there is none");
}
ForwardingStateStore::~ForwardingStateStore() = default;

void ForwardingStateStore::visit_done(const Visitor& visit) { inner_->visit_done(visit); }
void ForwardingStateStore::mark_done(std::span<const Digest> fingerprints) { inner_->mark_done(fingerprints); }
std::optional<StateRun> ForwardingStateStore::last_run() { return inner_->last_run(); }
void ForwardingStateStore::save_run(const StateRun& run) { inner_->save_run(run); }
void ForwardingStateStore::reset() { inner_->reset(); }

FaultInjectingStateStore::FaultInjectingStateStore(std::unique_ptr<StateStore> inner, Plan plan)
    : ForwardingStateStore(std::move(inner)), plan_(std::move(plan)) {}
FaultInjectingStateStore::~FaultInjectingStateStore() = default;

void FaultInjectingStateStore::fail_as_planned(Operation operation) {
  const std::uint64_t count = counts_[operation]++;
  if (!plan_) return;
  if (const std::optional<ErrorCode> code = plan_(operation, count)) {
    throw Error(*code, "using the state: failed on request");
  }
}

void FaultInjectingStateStore::visit_done(const Visitor& visit) {
  fail_as_planned(Operation::visit_done);
  ForwardingStateStore::visit_done(visit);
}
void FaultInjectingStateStore::mark_done(std::span<const Digest> fingerprints) {
  fail_as_planned(Operation::mark_done);
  ForwardingStateStore::mark_done(fingerprints);
}
std::optional<StateRun> FaultInjectingStateStore::last_run() {
  fail_as_planned(Operation::last_run);
  return ForwardingStateStore::last_run();
}
void FaultInjectingStateStore::save_run(const StateRun& run) {
  fail_as_planned(Operation::save_run);
  ForwardingStateStore::save_run(run);
}
void FaultInjectingStateStore::reset() {
  fail_as_planned(Operation::reset);
  ForwardingStateStore::reset();
}

}  // namespace smsbackup
