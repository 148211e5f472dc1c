#include "model/os_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "stores/system_failure.hpp"

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

TEST(OsError, SaysTheSameOfAFileAndOfAnythingElse) {
  for (const int number : {ENOSPC, EDQUOT, EFBIG, EROFS, EMFILE, EPIPE, EISDIR, ELOOP, EBUSY, EIO}) {
    EXPECT_EQ(model::os_error(number, "x").code(), stores::system_failure(number, "writing", "/y").code());
    EXPECT_EQ(model::os_error(number, "x").hint(), stores::system_failure(number, "writing", "/y").hint());
  }
  EXPECT_EQ(model::os_error(EFBIG, "x").code(), ErrorCode::no_space);
  EXPECT_EQ(model::os_error(EROFS, "x").hint(), "That file system is mounted read-only.");
}

}  // namespace
}  // namespace smsbackup
