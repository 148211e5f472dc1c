// A server that stores a mail after the client, connected again, has looked for it in vain and sent it again.
#include <filesystem>
#include <thread>
#include <utility>

#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"
#include "unit/stores/temp_folder.hpp"

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
  options.retry_for = std::chrono::seconds(120);
  ImapStore archive(options, Access::write);
  // The folder is there already: an APPEND to none is refused, not late.
  peer.add("SMS", "From: somebody@example.org\r\n\r\nhello\r\n");
  const auto records = make_records(5);
  expect_all_written(archive.write(records), records.size());
  archive.finish();
  EXPECT_EQ(peer.connections(), 2);
  // Nobody waits for the answer to a farewell.
  for (int i = 0; i < 5000 && peer.folder("SMS").mails.size() < 1 + late.mails; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
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

// A run that ended without hearing of its first APPEND, whose mails come at some command of the next run.
struct NextRun {
  const char* name;
  const char* capabilities;
  bool cache;
  const char* when;
  std::size_t mails;  // of 5
};
class LateForTheNextRun : public testing::TestWithParam<NextRun> {};

TEST_P(LateForTheNextRun, IsThereOnceIfThatCanBeProven) {
  const auto& late = GetParam();
  TempFolder cache;
  MailPeer peer(MailPeer::Options{.capabilities = late.capabilities});
  peer.add("SMS", "From: somebody@example.org\r\n\r\nhello\r\n");
  peer.on_command([&](const MailPeer::Command& command) {
    if (command.connection == 1 && command.name == "APPEND") return Answer{Answer::Kind::late, {}};
    if (command.connection == 2 && command.name == late.when) peer.deliver_late();
    return Answer();
  });
  auto options = options_for(peer);
  if (late.cache) options.key_cache = cache.path();
  const auto records = make_records(5);
  EXPECT_THROW(ImapStore(options, Access::write).write(records), Error);
  ImapStore archive(options, Access::write);
  EXPECT_EQ(read_keys(archive).size(), 0U);
  expect_all_written(archive.write(records), records.size());
  archive.finish();
  EXPECT_EQ(peer.folder("SMS").mails.size(), 1 + late.mails);
  const auto got = read_all(archive);
  for (const auto& record : records) EXPECT_NE(std::find(got.begin(), got.end(), record), got.end());
}

INSTANTIATE_TEST_SUITE_P(Servers, LateForTheNextRun,
                         testing::Values(NextRun{"WhichLooksForIt", "UIDPLUS MULTIAPPEND LITERAL+", true, "APPEND", 5},
                                         NextRun{"AtItsEnd", "UIDPLUS MULTIAPPEND LITERAL+", true, "SELECT", 5},
                                         NextRun{"OneByOne", "UIDPLUS LITERAL+", true, "APPEND", 5},
                                         NextRun{"WithoutUidsInItsAnswers", "MULTIAPPEND LITERAL+", true, "APPEND", 10},
                                         NextRun{"WithoutAPlaceToKeepIt", "UIDPLUS MULTIAPPEND LITERAL+", false,
                                                 "APPEND", 10}),
                         [](const auto& late) { return std::string(late.param.name); });

std::size_t files(const TempFolder& folder, const std::string& kind) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    count += entry.path().extension() == kind;
  return count;
}

// Both copies are there when the run is over; the next one knows which of them is its own, and the third has nothing
// to look for.
TEST(LateCopy, AfterTheEndOfARunIsRemovedByTheNext) {
  TempFolder cache;
  MailPeer peer;
  peer.add("SMS", "From: somebody@example.org\r\n\r\nhello\r\n");
  peer.on_command([&, broken = false](const MailPeer::Command& command) mutable {
    if (command.name == "LOGOUT") peer.deliver_late();
    if (command.name != "APPEND" || std::exchange(broken, true)) return Answer();
    return Answer{Answer::Kind::late, {}};
  });
  auto options = options_for(peer);
  options.key_cache = cache.path();
  options.retry_for = std::chrono::seconds(120);
  {
    ImapStore archive(options, Access::write);
    expect_all_written(archive.write(make_records(5)), 5);
    archive.finish();
  }
  EXPECT_EQ(files(cache, ".sent"), 1U);
  while (peer.folder("SMS").mails.size() != 11) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ImapStore(options, Access::write).finish();
  EXPECT_EQ(peer.folder("SMS").mails.size(), 6U);
  EXPECT_EQ(files(cache, ".sent"), 0U);
  const int before = peer.connections();
  ImapStore(options, Access::write).finish();
  EXPECT_EQ(peer.connections(), before);
}

TEST(LateCopy, LeavesNothingBehindWhenAllWasConfirmed) {
  TempFolder cache;
  MailPeer peer;
  auto options = options_for(peer);
  options.key_cache = cache.path();
  ImapStore archive(options, Access::write);
  const auto early = archive.write_ahead(make_records(5)).size();
  EXPECT_EQ(files(cache, ".sent"), 1U);
  EXPECT_EQ(early + archive.settle().size(), 5U);
  EXPECT_EQ(files(cache, ".sent"), 0U);
}

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
  options.retry_for = std::chrono::seconds(120);
  ImapStore archive(options, Access::write);
  expect_all_written(archive.write(make_records(1)), 1);
  archive.finish();
  EXPECT_EQ(peer.folder("SMS").mails.size(), 3U);
  EXPECT_EQ(peer.folder("SMS").mails.back().bytes, changed);
}

}  // namespace
}  // namespace smsbackup::imap
