#include "smsbackup/cancel.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "smsbackup/error.hpp"

namespace smsbackup {

struct CancelToken::State {
  std::atomic<bool> cancelled{false};
  std::mutex mutex;
  std::condition_variable idle;
  std::map<std::uint64_t, std::function<void()>> callbacks;
  std::uint64_t next_id = 0;
  std::uint64_t running = none;  // the callback that runs now, outside the lock
  std::thread::id runner;

  static constexpr std::uint64_t none = ~std::uint64_t{0};
};

namespace {

class Unsubscriber final : public CancelToken::Subscription {
 public:
  explicit Unsubscriber(std::function<void()> unsubscribe) : unsubscribe_(std::move(unsubscribe)) {}
  Unsubscriber(const Unsubscriber&) = delete;
  Unsubscriber& operator=(const Unsubscriber&) = delete;
  ~Unsubscriber() override { unsubscribe_(); }

 private:
  std::function<void()> unsubscribe_;
};

}  // namespace

CancelToken::CancelToken() : state_(std::make_shared<State>()) {}

void CancelToken::cancel() {
  const std::shared_ptr<State> state = state_;  // a callback may destroy this token
  std::unique_lock lock(state->mutex);
  if (state->cancelled.exchange(true)) return;
  state->runner = std::this_thread::get_id();
  while (!state->callbacks.empty()) {
    auto node = state->callbacks.extract(state->callbacks.begin());
    state->running = node.key();
    lock.unlock();
    node.mapped()();
    lock.lock();
    state->running = State::none;
    state->idle.notify_all();
  }
}

bool CancelToken::is_cancelled() const noexcept { return state_->cancelled.load(std::memory_order_relaxed); }

void CancelToken::check() const {
  if (is_cancelled()) throw Error(ErrorCode::cancelled, "cancelled");
}

std::unique_ptr<CancelToken::Subscription> CancelToken::on_cancel(std::function<void()> callback) const {
  std::unique_lock lock(state_->mutex);
  if (state_->cancelled) {
    lock.unlock();
    callback();
    return std::make_unique<Unsubscriber>([] {});
  }
  const std::uint64_t id = state_->next_id++;
  state_->callbacks.emplace(id, std::move(callback));
  return std::make_unique<Unsubscriber>([state = state_, id] {
    std::unique_lock unsubscribing(state->mutex);
    if (state->callbacks.erase(id) != 0) return;
    // What the callback uses may go away once the subscription has: wait until it is through, unless it is the callback
    // itself that ends its subscription.
    if (state->runner == std::this_thread::get_id()) return;
    state->idle.wait(unsubscribing, [&] { return state->running != id; });
  });
}

}  // namespace smsbackup
