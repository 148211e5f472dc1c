// What the tool remembers from one run to the next: where the state is kept, and when there is one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "smsbackup/state_store.hpp"

namespace tool {

// The state of one phone and one archive for the time of a run; or none.
class RunState {
 public:
  // With --state there is one, and for a phone's database unless --no-state says otherwise; for `backup` and `restore`
  // only. Throws Failure(output) if it can't be used, Failure(usage) if an option needs one and there is none.
  explicit RunState(const Arguments& arguments);

  smsbackup::StateStore* store() const noexcept { return store_.get(); }

  // When the last run began, if it did not come to its end.
  std::optional<std::int64_t> interrupted() const noexcept { return interrupted_; }
  // How many records this run has marked as done without a look at the archive.
  std::uint64_t skipped_now() const;

 private:
  std::unique_ptr<smsbackup::StateStore> store_;
  std::optional<std::int64_t> interrupted_;
  std::uint64_t skipped_before_ = 0;
};

}  // namespace tool
