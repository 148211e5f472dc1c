// A thread that does one thing after the other, so that whoever hands them over need not wait for a disk.
//
// Owned and used by one thread. No signal is delivered to it. What a task throws ends the work: the tasks behind it are
// dropped, and the owner hears of it at its next call.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace smsbackup::model {

class TaskThread {
 public:
  // So many tasks may wait: they hold the memory that they work on.
  explicit TaskThread(std::size_t most_waiting) : most_waiting_(most_waiting) {}
  // Waits for the task that is being done, and drops the rest.
  ~TaskThread();
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  // Has it done, later. Waits while too many tasks wait. Where the system gives no thread, does it now.
  void run(std::function<void()> task);
  // Until all is done.
  void wait();

 private:
  void work();
  void rethrow_failure();

  std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;  // the first is being done
  bool ends_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // begins with the first task
};

}  // namespace smsbackup::model
