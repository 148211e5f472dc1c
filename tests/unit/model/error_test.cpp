#include "smsbackup/error.hpp"

#include <gtest/gtest.h>

namespace smsbackup {
namespace {

TEST(Error, KeepsWhatAPeerSaidApartFromItsOwnMessage) {
  const Error error = Error(ErrorCode::io, "reading sms.xml failed", "check the disk").at(42).with_detail("private");
  EXPECT_STREQ(error.what(), "reading sms.xml failed");
  EXPECT_EQ(error.hint(), "check the disk");
  EXPECT_EQ(error.offset(), 42u);
  EXPECT_EQ(error.detail(), "private");
}

TEST(Error, CodesHaveStableNames) {
  EXPECT_EQ(to_string(ErrorCode::invalid_argument), "invalid_argument");
  EXPECT_EQ(to_string(ErrorCode::truncated_input), "truncated_input");
  EXPECT_EQ(to_string(ErrorCode::internal), "internal");
}

}  // namespace
}  // namespace smsbackup
