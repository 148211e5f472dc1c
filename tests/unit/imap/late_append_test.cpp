// A server that stores a mail after the client, connected again, has looked for it in vain and sent it again.
#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;
using Answer = MailPeer::Answer;

struct Late {
  const char* name;
  const char* capabilities;
  const char* when;   // at which command of the second connection the server stores what it got in the first
  std::size_t mails;  // in the folder afterwards, of 5
};
class LateAppend : public testing::TestWithParam<Late> {};

TEST_P(LateAppend, IsThereOnceIfThatCanBeProven) {
  const auto& late = GetParam();
  MailPeer peer(MailPeer::Options{.capabilities = late.capabilities});
  bool broken = false;
  peer.on_command([&](const MailPeer::Command& command) {
    if (command.name == "APPEND" && !broken) {
      broken = true;
      return Answer{Answer::Kind::late, {}};
    }
    if (command.connection == 2 && command.name == late.when) peer.deliver_late();
    return Answer();
  });
  auto options = options_for(peer);
  options.retry_for = std::chrono::seconds(20);
  ImapStore archive(options, Access::write);
  // The folder is there already: an APPEND to none is refused, not late.
  peer.add("SMS", "From: somebody@example.org\r\n\r\nhello\r\n");
  const auto records = make_records(5);
  expect_all_written(archive.write(records), records.size());
  archive.finish();
  EXPECT_EQ(peer.connections(), 2);
  EXPECT_EQ(peer.folder("SMS").mails.size(), 1 + late.mails);
  // However often it is there: a restore takes each once.
  std::vector<Record> got = read_all(archive);
  for (const auto& record : records) EXPECT_NE(std::find(got.begin(), got.end(), record), got.end());
}

INSTANTIATE_TEST_SUITE_P(Servers, LateAppend,
                         testing::Values(Late{"BeforeTheLook", "UIDPLUS MULTIAPPEND LITERAL+", "EXAMINE", 5},
                                         Late{"BeforeItIsSentAgain", "UIDPLUS MULTIAPPEND LITERAL+", "APPEND", 5},
                                         Late{"AtTheLastMoment", "UIDPLUS MULTIAPPEND LITERAL+", "SELECT", 5},
                                         Late{"OneByOne", "UIDPLUS LITERAL+", "APPEND", 5},
                                         Late{"WithoutUidsInItsAnswers", "MULTIAPPEND LITERAL+", "APPEND", 10},
                                         Late{"AfterTheEnd", "UIDPLUS MULTIAPPEND LITERAL+", "LOGOUT", 10}),
                         [](const auto& late) { return std::string(late.param.name); });

// The other copy is not what was sent: somebody has changed it, so both stay.
TEST(LateCopy, ADifferentMailOfThatIdIsLeftAlone) {
  MailPeer peer;
  peer.add("SMS", "From: somebody@example.org\r\n\r\nhello\r\n");
  int appends = 0;
  std::string changed;
  peer.on_command([&](const MailPeer::Command& command) {
    if (command.name == "APPEND" && appends++ == 0) return Answer{Answer::Kind::late, {}};
    if (command.name == "SELECT") {
      changed = peer.folder("SMS").mails.back().bytes + "changed\r\n";
      peer.add("SMS", changed);
    }
    return Answer();
  });
  auto options = options_for(peer);
  options.retry_for = std::chrono::seconds(20);
  ImapStore archive(options, Access::write);
  expect_all_written(archive.write(make_records(1)), 1);
  archive.finish();
  EXPECT_EQ(peer.folder("SMS").mails.size(), 3U);
  EXPECT_EQ(peer.folder("SMS").mails.back().bytes, changed);
}

}  // namespace
}  // namespace smsbackup::imap
