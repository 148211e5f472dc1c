#include "smsbackup/cancel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

TEST(CancelToken, SharesItsFlagWithCopies) {
  CancelToken token;
  const CancelToken copy = token;
  EXPECT_FALSE(copy.is_cancelled());
  EXPECT_NO_THROW(copy.check());
  token.cancel();
  EXPECT_TRUE(copy.is_cancelled());
  try {
    copy.check();
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

TEST(CancelToken, CallsBackOnce) {
  CancelToken token;
  int calls = 0;
  const auto subscription = token.on_cancel([&] { ++calls; });
  token.cancel();
  token.cancel();
  EXPECT_EQ(calls, 1);
}

TEST(CancelToken, CallsBackAtOnceWhenCancelledAlready) {
  CancelToken token;
  token.cancel();
  int calls = 0;
  const auto subscription = token.on_cancel([&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(CancelToken, DoesNotCallBackAfterTheSubscriptionEnded) {
  CancelToken token;
  int calls = 0;
  token.on_cancel([&] { ++calls; }).reset();
  token.cancel();
  EXPECT_EQ(calls, 0);
}

TEST(CancelToken, LetsACallbackEndItsOwnSubscription) {
  CancelToken token;
  std::unique_ptr<CancelToken::Subscription> subscription;
  subscription = token.on_cancel([&] { subscription.reset(); });
  token.cancel();
  EXPECT_EQ(subscription, nullptr);
}

TEST(CancelToken, EndingASubscriptionWaitsForItsCallback) {
  CancelToken token;
  std::atomic<bool> entered = false;
  std::atomic<bool> left = false;
  auto subscription = token.on_cancel([&] {
    entered = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    left = true;
  });
  std::thread canceller([&] { token.cancel(); });
  while (!entered) std::this_thread::yield();
  subscription.reset();
  EXPECT_TRUE(left);
  canceller.join();
}

}  // namespace
}  // namespace smsbackup
