#include "imap/refusals.hpp"

#include <gtest/gtest.h>

namespace smsbackup::imap {
namespace {

ErrorCode log_in(std::string_view line) { return refusal(*parse_status(line), "logging in", Attempt::log_in).code(); }
ErrorCode append(std::string_view line) { return refusal(*parse_status(line), "storing", Attempt::append).code(); }
ErrorCode other(std::string_view line) { return refusal(*parse_status(line), "selecting").code(); }

TEST(LogInRefusals, SayWhatIsWrongWithTheAccount) {
  EXPECT_EQ(log_in("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"), ErrorCode::wrong_credentials);
  EXPECT_EQ(log_in("NO LOGIN failed."), ErrorCode::wrong_credentials);
  EXPECT_EQ(
      log_in("NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833"),
      ErrorCode::app_password_needed);
  EXPECT_EQ(log_in("NO [ALERT] Please log in via your web browser: https://support.google.com/mail"),
            ErrorCode::app_password_needed);
  EXPECT_EQ(log_in("NO [ALERT] Your account is not enabled for IMAP use."), ErrorCode::imap_disabled);
  EXPECT_EQ(log_in("NO IMAP access is disabled for your domain."), ErrorCode::imap_disabled);
  EXPECT_EQ(log_in("NO [ALERT] Too many simultaneous connections. (Failure)"), ErrorCode::too_many_connections);
  EXPECT_EQ(log_in("NO [UNAVAILABLE] Internal authentication failure"), ErrorCode::busy);
  EXPECT_EQ(log_in("NO [PRIVACYREQUIRED] Plaintext authentication disallowed"), ErrorCode::tls_failed);
  EXPECT_EQ(log_in("NO [LIMIT] too many"), ErrorCode::rate_limited);
  EXPECT_EQ(log_in("BYE [ALERT] Maximum number of connections from user+IP exceeded"), ErrorCode::too_many_connections);
}

TEST(AppendRefusals, TellTheMailFromTheMailbox) {
  EXPECT_EQ(append("NO [OVERQUOTA] Quota exceeded (mailbox for user is full)"), ErrorCode::no_space);
  EXPECT_EQ(append("NO Over quota"), ErrorCode::no_space);
  EXPECT_EQ(append("NO [TOOBIG] Message too large."), ErrorCode::limit_exceeded);
  EXPECT_EQ(append("NO [THROTTLED] slow down"), ErrorCode::rate_limited);
  EXPECT_EQ(append("NO Message contains invalid header"), ErrorCode::server_refused);
  EXPECT_EQ(append("BAD Error in IMAP command APPEND: Invalid internal date."), ErrorCode::server_refused);
  EXPECT_EQ(append("NO [TRYCREATE] Mailbox doesn't exist: SMS"), ErrorCode::not_found);
  EXPECT_TRUE(concerns_one_mail(ErrorCode::limit_exceeded));
  EXPECT_FALSE(concerns_one_mail(ErrorCode::no_space));
}

TEST(OtherRefusals, KnowMissingFolders) {
  EXPECT_EQ(other("NO [NONEXISTENT] Unknown Mailbox: SMS (Failure)"), ErrorCode::not_found);
  EXPECT_EQ(other("NO Mailbox doesn't exist: SMS"), ErrorCode::not_found);
  EXPECT_EQ(other("NO [NOPERM] no"), ErrorCode::permission_denied);
  EXPECT_EQ(other("NO [INUSE] Mailbox in use"), ErrorCode::busy);
  EXPECT_EQ(other("BYE Server shutting down."), ErrorCode::connection_lost);
}

TEST(Refusals, KeepTheServersWordsOutOfTheMessage) {
  const auto error = refusal(*parse_status("NO [AUTHENTICATIONFAILED] no such user joe@example.org"),
                             "logging in at host", Attempt::log_in);
  EXPECT_EQ(std::string(error.what()).find("joe"), std::string::npos);
  EXPECT_EQ(error.detail(), "no such user joe@example.org");
}

TEST(Refusals, SomeMayGoAway) {
  EXPECT_TRUE(is_transient(ErrorCode::connection_lost));
  EXPECT_TRUE(is_transient(ErrorCode::rate_limited));
  EXPECT_FALSE(is_transient(ErrorCode::wrong_credentials));
  EXPECT_FALSE(is_transient(ErrorCode::no_space));
  EXPECT_FALSE(is_transient(ErrorCode::cancelled));
}

}  // namespace
}  // namespace smsbackup::imap
