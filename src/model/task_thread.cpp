#include "model/task_thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <utility>

namespace smsbackup::model {
namespace {

// Whoever starts a thread inside this has it begin with all signals blocked: they are the host's.
class WithoutSignals {
 public:
  WithoutSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

TaskThread::~TaskThread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void TaskThread::rethrow_failure() {
  if (failure_) std::rethrow_exception(failure_);
}

void TaskThread::run(std::function<void()> task) {
  if (!thread_.joinable()) {
    try {
      const WithoutSignals guard;
      thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
      task();
      return;
    }
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || tasks_.size() < most_waiting_; });
  rethrow_failure();
  tasks_.push_back(std::move(task));
  lock.unlock();
  changed_.notify_all();
}

void TaskThread::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || tasks_.empty(); });
  rethrow_failure();
}

void TaskThread::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ends_ || !tasks_.empty(); });
    if (ends_) return;
    auto& task = tasks_.front();  // stays where it is while others are added behind it
    lock.unlock();
    std::exception_ptr failure;
    try {
      task();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    tasks_.pop_front();
    if (failure) {
      failure_ = failure;
      tasks_.clear();
      ends_ = true;
    }
    lock.unlock();
    changed_.notify_all();
    if (failure) return;
  }
}

}  // namespace smsbackup::model
