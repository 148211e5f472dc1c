#include "model/task_thread.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace smsbackup::model {
namespace {

TEST(TaskThread, DoesOneThingAfterTheOther) {
  std::vector<int> done;
  TaskThread thread(2);
  for (int i = 0; i < 100; ++i) thread.run([&done, i] { done.push_back(i); });
  thread.wait();
  ASSERT_EQ(done.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
}

TEST(TaskThread, WorksInAThreadThatNoSignalReaches) {
  const auto here = std::this_thread::get_id();
  std::thread::id there;
  bool blocked = false;
  TaskThread thread(1);
  thread.run([&] {
    there = std::this_thread::get_id();
    sigset_t set;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &set);
    blocked = ::sigismember(&set, SIGINT) == 1 && ::sigismember(&set, SIGXFSZ) == 1;
  });
  thread.wait();
  EXPECT_NE(there, here);
  EXPECT_TRUE(blocked);
  sigset_t set;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &set);
  EXPECT_EQ(::sigismember(&set, SIGINT), 0);
}

TEST(TaskThread, TellsWhatWentWrongFromThenOnAndDropsTheRest) {
  std::atomic<bool> went_on = false;
  TaskThread thread(1);
  thread.run([] { throw std::runtime_error("the disk is full"); });
  EXPECT_THROW(
      {
        for (;;) thread.run([&] { went_on = true; });
      },
      std::runtime_error);
  EXPECT_THROW(thread.wait(), std::runtime_error);
  EXPECT_THROW(thread.run([&] { went_on = true; }), std::runtime_error);
  EXPECT_FALSE(went_on);
}

TEST(TaskThread, EndsWithWhatItIsDoing) {
  std::atomic<bool> begun = false, may_end = false, done = false;
  {
    TaskThread thread(3);
    thread.run([&] {
      begun = true;
      while (!may_end) std::this_thread::yield();
      done = true;
    });
    while (!begun) std::this_thread::yield();
    may_end = true;
  }
  EXPECT_TRUE(done);
}

TEST(TaskThread, WaitsForNothingWhereNothingIsToBeDone) {
  TaskThread thread(1);
  thread.wait();
  thread.wait();
}

}  // namespace
}  // namespace smsbackup::model
