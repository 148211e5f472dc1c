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
  EXPECT_EQ(to_string(ErrorCode::host_not_found), "host_not_found");
  EXPECT_EQ(to_string(ErrorCode::connection_refused), "connection_refused");
  EXPECT_EQ(to_string(ErrorCode::connection_lost), "connection_lost");
  EXPECT_EQ(to_string(ErrorCode::timed_out), "timed_out");
  EXPECT_EQ(to_string(ErrorCode::certificate_rejected), "certificate_rejected");
  EXPECT_EQ(to_string(ErrorCode::tls_failed), "tls_failed");
  EXPECT_EQ(to_string(ErrorCode::protocol), "protocol");
  EXPECT_EQ(to_string(ErrorCode::wrong_credentials), "wrong_credentials");
  EXPECT_EQ(to_string(ErrorCode::token_expired), "token_expired");
  EXPECT_EQ(to_string(ErrorCode::app_password_needed), "app_password_needed");
  EXPECT_EQ(to_string(ErrorCode::imap_disabled), "imap_disabled");
  EXPECT_EQ(to_string(ErrorCode::too_many_connections), "too_many_connections");
  EXPECT_EQ(to_string(ErrorCode::rate_limited), "rate_limited");
  EXPECT_EQ(to_string(ErrorCode::server_refused), "server_refused");
}

}  // namespace
}  // namespace smsbackup
