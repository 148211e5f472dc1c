// Mailboxes that a state knows to be filled, and that are not.
#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/state_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;

Report back_up(const MailPeer& peer, std::vector<Record> records, MemoryStateStore& state,
               const std::string& folder = "SMS") {
  MemoryStore phone(std::move(records));
  auto options = options_for(peer);
  options.folder = folder;
  ImapStore archive(options, Access::write);
  BackupOptions with_state;
  with_state.state = &state;
  return backup(phone, archive, with_state);
}

std::string refusal_of(const MailPeer& peer, std::vector<Record> records, MemoryStateStore& state,
                       const std::string& folder = "SMS") {
  try {
    back_up(peer, std::move(records), state, folder);
    return "none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_NE(error.hint().find("--reset-state"), std::string::npos);
    return error.what();
  }
}

TEST(EmptyMailboxes, AreNoticedWhenTheirFolderWasRemoved) {
  MailPeer peer;
  MemoryStateStore state;
  EXPECT_TRUE(back_up(peer, make_records(5), state).complete());
  peer.remove_folder("SMS");
  EXPECT_NE(refusal_of(peer, make_records(6), state).find("it is empty, but records were put there"),
            std::string::npos);
  EXPECT_EQ(peer.folder("SMS").mails.size(), 0U);
  state.reset();
  EXPECT_TRUE(back_up(peer, make_records(6), state).complete());
  EXPECT_EQ(peer.folder("SMS").mails.size(), 6U);
}

TEST(EmptyMailboxes, AreNoticedWhenTheyWereEmptied) {
  MailPeer peer;
  MemoryStateStore state;
  EXPECT_TRUE(back_up(peer, make_records(3), state).complete());
  for (std::uint32_t uid = 1; uid <= 3; ++uid) peer.remove_mail("SMS", uid);
  EXPECT_NE(refusal_of(peer, make_records(4), state), "none");
}

TEST(EmptyMailboxes, AreAskedAboutBySomethingNewOnly) {
  MailPeer peer;
  MemoryStateStore state;
  back_up(peer, make_records(3), state);
  peer.remove_folder("SMS");
  const int before = peer.connections();
  EXPECT_TRUE(back_up(peer, make_records(3), state).complete());
  EXPECT_EQ(peer.connections(), before);
}

TEST(EmptyMailboxes, AreNoneAsLongAsOneOfTheirFoldersHoldsSomething) {
  MailPeer peer;
  MemoryStateStore state;
  EXPECT_TRUE(back_up(peer, make_records(3), state, "").complete());  // SMS only
  MemoryStore phone(make_records(3, 0, 2));
  auto options = options_for(peer);
  options.folder.clear();
  ImapStore archive(options, Access::write);
  BackupOptions calls;
  calls.query.types = {RecordType::call};
  calls.state = &state;
  EXPECT_EQ(backup(phone, archive, calls).call.written, 2U);
  EXPECT_EQ(peer.folder("Call log").mails.size(), 2U);
}

TEST(EmptyMailboxes, AreNotAskedAboutBeforeAnythingIs) {
  MailPeer peer;
  ImapStore archive(options_for(peer), Access::write);
  EXPECT_FALSE(archive.is_empty());
  EXPECT_EQ(peer.connections(), 0);
  read_keys(archive);
  EXPECT_TRUE(archive.is_empty());
  expect_all_written(archive.write(make_records(1)), 1);
  EXPECT_FALSE(archive.is_empty());
}

}  // namespace
}  // namespace smsbackup::imap
