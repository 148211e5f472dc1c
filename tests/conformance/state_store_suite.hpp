// What every StateStore must do, whatever it keeps its fingerprints in. One takes part with a line in state_stores.cpp.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "smsbackup/state_store.hpp"

namespace smsbackup::test {

struct StateStoreUnderTest {
  std::string name;  // for the test's name: letters, digits and '_'

  // Opens the state of that name somewhere in `folder`, which is empty at the start of each test.
  std::function<std::unique_ptr<StateStore>(const std::filesystem::path& folder, const Digest& name)> open;
  // Whether it is still there when it is opened again.
  bool lasts = true;
  // Whether two processes, or two objects, can't have it open at the same time.
  bool is_exclusive = true;

  friend void PrintTo(const StateStoreUnderTest& state, std::ostream* out) { *out << state.name; }
};

class StateStoreSuite : public testing::TestWithParam<StateStoreUnderTest> {
 protected:
  StateStoreSuite();
  ~StateStoreSuite() override;

  std::unique_ptr<StateStore> open(const std::string& phone = "phone") const {
    return GetParam().open(folder_, state_name(phone, "archive"));
  }

  std::filesystem::path folder_;
};

}  // namespace smsbackup::test
