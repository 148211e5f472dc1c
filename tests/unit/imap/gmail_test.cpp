// Gmail's way of being a server: no MULTIAPPEND, literals above 4096 bytes only when asked for, mails of bounded size.
#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;

MailPeer::Options gmail() {
  MailPeer::Options options;
  options.log_in =
      "UNSELECT IDLE NAMESPACE QUOTA ID X-GM-EXT-1 UIDPLUS SASL-IR AUTH=XOAUTH2 AUTH=PLAIN AUTH=OAUTHBEARER";
  options.capabilities =
      "UNSELECT IDLE NAMESPACE QUOTA ID X-GM-EXT-1 UIDPLUS ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED "
      "LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=200000";
  options.largest_mail = 200'000;
  return options;
}

TEST(LikeGmail, ABackupARestoreAndASecondBackup) {
  MailPeer peer(gmail());
  auto records = make_records(60, 4, 5, 20'000);
  MemoryStore phone;
  phone.write(records);
  auto options = options_for(peer);
  options.folder.clear();
  {
    ImapStore archive(options, Access::write);
    const auto report = transfer(phone, archive);
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(report.total().written, 69U);
  }
  EXPECT_EQ(peer.folder("SMS").mails.size(), 64U);
  EXPECT_EQ(peer.folder("Call log").mails.size(), 5U);
  {
    MemoryStore back;
    ImapStore archive(options, Access::read);
    EXPECT_TRUE(transfer(archive, back).complete());
    expect_same(read_all(back), records);
  }
  ImapStore archive(options, Access::write);
  const auto again = transfer(phone, archive);
  EXPECT_EQ(again.total().duplicate, 69U);
  EXPECT_EQ(again.total().written, 0U);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(LikeGmail, ASmallMailIsSentAtOnceAndALargeOneWhenAskedFor) {
  MailPeer peer(gmail());
  ImapStore archive(options_for(peer), Access::write);
  expect_all_written(archive.write(make_records(5, 2, 0, 20'000)), 7);
  archive.finish();
  read_all(archive);
  const auto names = peer.names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "APPEND"), 7);
  EXPECT_EQ(std::count(names.begin(), names.end(), "+"), 2);
}

TEST(LikeGmail, AMailAboveItsLimitIsAProblemAndTheRestGoesOn) {
  MailPeer peer(gmail());
  auto records = make_records(5);
  records.insert(records.begin() + 2, make_mms(1, 300'000));
  ImapStore archive(options_for(peer), Access::write);
  const auto outcomes = archive.write(records);
  ASSERT_EQ(outcomes.size(), 6U);
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(outcomes[i].written, i != 2);
  EXPECT_EQ(outcomes[2].problem.value().code, ErrorCode::limit_exceeded);
}

TEST(LikeGmail, RefusalsHaveTheirOwnCodes) {
  for (const auto& [name, answer, code] :
       {std::tuple("AUTHENTICATE", "NO [ALERT] Application-specific password required: https://support.google.com/",
                   ErrorCode::app_password_needed),
        std::tuple("AUTHENTICATE", "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
                   ErrorCode::wrong_credentials),
        std::tuple("AUTHENTICATE", "NO [ALERT] Your account is not enabled for IMAP use. Please visit your settings",
                   ErrorCode::imap_disabled),
        std::tuple("AUTHENTICATE", "NO [ALERT] Too many simultaneous connections. (Failure)",
                   ErrorCode::too_many_connections),
        std::tuple("APPEND", "NO [OVERQUOTA] Account exceeded command or bandwidth limits", ErrorCode::no_space),
        std::tuple("APPEND", "NO [THROTTLED] Account exceeded command or bandwidth limits", ErrorCode::rate_limited)}) {
    MailPeer peer(gmail());
    peer.on_command([&, wanted = std::string(name), text = std::string(answer)](const MailPeer::Command& command) {
      return command.name == wanted ? MailPeer::Answer::tagged(text) : MailPeer::Answer();
    });
    ImapStore archive(options_for(peer), Access::write);
    try {
      archive.write(make_records(1));
      ADD_FAILURE() << answer;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << answer;
    }
  }
}

}  // namespace
}  // namespace smsbackup::imap
