// A second look at a folder costs what is new, and is right whatever other clients did meanwhile.
#include "imap/session.hpp"
#include "integration/imap/imap_fixture.hpp"
#include "support/cutting_proxy.hpp"

namespace smsbackup {
namespace {

using namespace test;

class KeyCache : public ImapTest {
 protected:
  void SetUp() override {
    ImapTest::SetUp();
    if (IsSkipped()) return;
    proxy_ = std::make_unique<CuttingProxy>(server_->port());
    options_ = plain_options(proxy_->port());
    options_.folder = unique("Keys");
    options_.key_cache = folder_.path() / "cache";
  }

  // The dates of all keys, ascending, and how many bytes it took to learn them.
  std::vector<std::int64_t> look() {
    const auto before = proxy_->passed();
    std::vector<std::int64_t> dates;
    ImapStore store(options_, Access::write);
    for (const auto& key : read_keys(store)) dates.push_back(key.date.value_or(0));
    store.finish();
    std::sort(dates.begin(), dates.end());
    bytes_ = proxy_->passed() - before;
    return dates;
  }
  void add(int from, int to) {
    ImapStore store(options_, Access::write);
    std::vector<Record> records;
    for (int i = from; i < to; ++i) records.emplace_back(make_sms(i));
    expect_all_written(store.write(records), records.size());
  }
  static std::vector<std::int64_t> dates(std::initializer_list<std::pair<int, int>> ranges) {
    std::vector<std::int64_t> out;
    for (const auto& [from, to] : ranges)
      for (int i = from; i < to; ++i) out.push_back(*make_sms(i).date);
    return out;
  }
  void as_another_client(const std::vector<std::string>& commands) {
    imap::Session session(options_);
    ASSERT_TRUE(session.select(options_.folder, false));
    for (const auto& command : commands) EXPECT_TRUE(session.dialogue().command(command).ok()) << command;
  }

  ServerFolder folder_{"keycache"};
  std::unique_ptr<CuttingProxy> proxy_;
  ImapOptions options_;
  std::int64_t bytes_ = 0;
};

TEST_F(KeyCache, CostsOnlyWhatIsNew) {
  add(0, 1000);
  EXPECT_EQ(look(), dates({{0, 1000}}));
  const auto first = bytes_;
  EXPECT_EQ(look(), dates({{0, 1000}}));
  EXPECT_LT(bytes_, 3000);
  EXPECT_GT(first, 100 * 1000);
  add(1000, 1010);
  EXPECT_EQ(look(), dates({{0, 1010}}));
  EXPECT_LT(bytes_, 3000 + 10 * 1000);
}

TEST_F(KeyCache, NoticesMailsThatWereRemoved) {
  add(0, 20);
  look();
  as_another_client({"STORE 3:5 +FLAGS (\\Deleted)", "EXPUNGE"});
  EXPECT_EQ(look().size(), 17U);
  EXPECT_EQ(look().size(), 17U);
  EXPECT_LT(bytes_, 3000);
}

TEST_F(KeyCache, NoticesRemovedAndAddedMailsOfEqualNumber) {
  add(0, 20);
  look();
  as_another_client({"STORE 1:5 +FLAGS (\\Deleted)", "EXPUNGE"});
  add(20, 25);
  const auto now = look();
  EXPECT_EQ(now.size(), 20U);
  EXPECT_EQ(std::vector<std::int64_t>(now.end() - 5, now.end()), dates({{20, 25}}));
}

TEST_F(KeyCache, NoticesThatTheLastMailWasRemoved) {
  add(0, 20);
  look();
  as_another_client({"STORE 20 +FLAGS (\\Deleted)", "EXPUNGE"});
  EXPECT_EQ(look().size(), 19U);
}

TEST_F(KeyCache, LeavesOutWhatIsMarkedDeletedUntilItIsNot) {
  add(0, 20);
  look();
  as_another_client({"STORE 3:5 +FLAGS (\\Deleted)"});
  EXPECT_EQ(look().size(), 17U);
  as_another_client({"STORE 3:5 -FLAGS (\\Deleted)"});
  EXPECT_EQ(look().size(), 20U);
}

TEST_F(KeyCache, StartsOverWhenTheFolderWasMadeAnew) {
  add(0, 20);
  look();
  {
    imap::Session session(options_);
    EXPECT_TRUE(session.dialogue().command("DELETE " + session.quoted_name(options_.folder)).ok());
  }
  add(100, 105);
  EXPECT_EQ(look(), dates({{100, 105}}));
}

TEST_F(KeyCache, IsIgnoredWhenDamaged) {
  add(0, 20);
  look();
  for (const auto& file : std::filesystem::directory_iterator(*options_.key_cache)) write_file(file.path(), "nonsense");
  EXPECT_EQ(look(), dates({{0, 20}}));
}

}  // namespace
}  // namespace smsbackup
