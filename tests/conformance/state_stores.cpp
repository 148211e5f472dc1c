// The states that must pass the suite: one line each.
#include "conformance/state_store_suite.hpp"
#include "smsbackup/forwarding_state_store.hpp"
#include "smsbackup/state_file.hpp"

namespace smsbackup::test {
namespace {

std::unique_ptr<StateStore> open_memory(const std::filesystem::path&, const Digest&) {
  return std::make_unique<MemoryStateStore>();
}

std::unique_ptr<StateStore> open_forwarding(const std::filesystem::path&, const Digest&) {
  return std::make_unique<FaultInjectingStateStore>(
      std::make_unique<ForwardingStateStore>(std::make_unique<MemoryStateStore>()), nullptr);
}

const StateStoreUnderTest states[] = {
    {"memory", open_memory, false, false},
    {"file", [](const std::filesystem::path& folder,
                const Digest& name) { return open_state_file(folder / "state.db", name); }},
    {"forwarding", open_forwarding, false, false},
};

INSTANTIATE_TEST_SUITE_P(States, StateStoreSuite, testing::ValuesIn(states),
                         [](const testing::TestParamInfo<StateStoreUnderTest>& state) { return state.param.name; });

}  // namespace
}  // namespace smsbackup::test
