#include "model/os_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace smsbackup {
namespace {

TEST(OsError, TellsAFullDiskFromOtherFailures) {
  EXPECT_EQ(model::os_error(ENOSPC, "x").code(), ErrorCode::no_space);
  EXPECT_EQ(model::os_error(EDQUOT, "x").code(), ErrorCode::no_space);
  EXPECT_EQ(model::os_error(EIO, "x").code(), ErrorCode::io);
  EXPECT_EQ(model::os_error(ENOENT, "x").code(), ErrorCode::not_found);
  EXPECT_EQ(model::os_error(EACCES, "x").code(), ErrorCode::permission_denied);
}

TEST(OsError, SaysWhatWasBeingDone) {
  EXPECT_STREQ(model::os_error(EIO, "reading sms.xml").what(), "reading sms.xml failed: Input/output error");
}

}  // namespace
}  // namespace smsbackup
