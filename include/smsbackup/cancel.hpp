// A CancelToken tells running work to stop soon. Copies share one flag. cancel() may be called from any thread, and
// is_cancelled() read from any; requesting from a signal handler needs a thread of the host's own in between.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "smsbackup/export.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT CancelToken {
 public:
  CancelToken();  // not cancelled, until cancel() of it or of a copy
  void cancel();
  bool is_cancelled() const noexcept;
  // Throws Error(cancelled) if it is.
  void check() const;

  // Calls back once when cancelled, at once if it is already; on the thread that cancels. The subscription ends with
  // the returned object: destroying it waits for a callback that is just running on another thread. The callback must
  // not throw.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };
  std::unique_ptr<Subscription> on_cancel(std::function<void()> callback) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace smsbackup
