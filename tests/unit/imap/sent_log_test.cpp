#include "imap/sent_log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "unit/stores/file_size_limit.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup::imap {
namespace {

class SentLogs : public testing::Test {
 protected:
  SentLog log() const { return SentLog(cache_.path(), "me@host:993", "SMS"); }
  std::filesystem::path file() const { return std::filesystem::directory_iterator(cache_.path())->path(); }
  void leave(const std::vector<std::string>& ids) const {
    auto one = log();
    one.begin(7, 12);
    for (const auto& id : ids) one.add(id);
    one.flush();
  }
  void write(const std::string& text) const { std::ofstream(file(), std::ios::binary) << text; }

  test::TempFolder cache_;
};

TEST_F(SentLogs, AreReadByTheNextRun) {
  leave({"<a@x>", "<b@x>"});
  auto next = log();
  EXPECT_EQ(next.earlier(), (std::unordered_map<std::string, std::uint32_t>{{"<a@x>", 0}, {"<b@x>", 0}}));
  EXPECT_EQ(next.from(), 12U);
  EXPECT_EQ(next.uid_validity(), 7U);
  EXPECT_TRUE(SentLog(cache_.path(), "me@host:993", "Call log").earlier().empty());
  EXPECT_TRUE(SentLog(cache_.path(), "you@host:993", "SMS").earlier().empty());
}

TEST_F(SentLogs, GrowThroughRunsThatEndEarly) {
  leave({"<a@x>"});
  auto second = log();
  second.begin(7, 30);
  second.add("<b@x>");
  second.flush();
  auto third = log();
  EXPECT_EQ(third.earlier().size(), 2U);
  EXPECT_EQ(third.from(), 12U) << "the first run's mails may come too";
}

TEST_F(SentLogs, ForgetWhatWasLeftInAFolderThatIsAnother) {
  leave({"<a@x>"});
  auto next = log();
  next.begin(8, 1);
  EXPECT_TRUE(next.earlier().empty());
  next.add("<b@x>");
  next.flush();
  auto third = log();
  EXPECT_EQ(third.earlier().size(), 1U);
  EXPECT_EQ(third.uid_validity(), 8U);
}

TEST_F(SentLogs, KeepWhatTheyAreToldWithItsUid) {
  leave({"<a@x>", "<b@x>"});
  auto next = log();
  next.begin(7, 12);
  next.replace({{"<b@x>", 44}});
  EXPECT_EQ(log().earlier(), (std::unordered_map<std::string, std::uint32_t>{{"<b@x>", 44}}));
  next.replace({});
  EXPECT_TRUE(std::filesystem::is_empty(cache_.path()));
}

TEST_F(SentLogs, KeepWhatTheyHadWhereTheDiskTakesNoMore) {
  leave({"<a@x>", "<b@x>"});
  auto next = log();
  next.begin(7, 12);
  {
    const test::FileSizeLimit limit(35);
    next.replace({{"<b@x>", 44}, {"<c@x>", 0}});
  }
  EXPECT_EQ(log().earlier(), (std::unordered_map<std::string, std::uint32_t>{{"<a@x>", 0}, {"<b@x>", 0}}));
}

TEST_F(SentLogs, LeaveAloneWhatAnotherRunWroteMeanwhile) {
  leave({"<a@x>"});
  auto late = log();
  late.begin(7, 12);
  {
    auto other = log();
    other.begin(7, 12);
    other.add("<b@x>");
  }
  late.add("<c@x>");
  late.flush();
  EXPECT_EQ(log().earlier(), (std::unordered_map<std::string, std::uint32_t>{{"<a@x>", 0}, {"<b@x>", 0}}));
}

TEST_F(SentLogs, BeginAnewOnceEverythingWasConfirmed) {
  leave({"<a@x>"});
  {
    auto next = log();
    next.begin(7, 12);
    next.replace({});
    next.add("<b@x>");
  }
  EXPECT_EQ(log().earlier(), (std::unordered_map<std::string, std::uint32_t>{{"<b@x>", 0}}));
}

TEST_F(SentLogs, GoOnAfterBeingReplaced) {
  leave({"<a@x>", "<b@x>"});
  {
    auto next = log();
    next.begin(7, 12);
    next.replace({{"<b@x>", 44}});
    next.add("<c@x>");
  }
  EXPECT_EQ(log().earlier(), (std::unordered_map<std::string, std::uint32_t>{{"<b@x>", 44}, {"<c@x>", 0}}));
  EXPECT_EQ(log().from(), 12U);
}

TEST_F(SentLogs, AreReadUpToWhereTheyAreDamaged) {
  leave({"<a@x>"});
  const std::string head = "smsbackup sent 1\n7 12\n";
  for (const auto& [text, left] : std::vector<std::pair<std::string, std::size_t>>{
           {"", 0},
           {"something else\n7 12\n<a@x> 0\n", 0},
           {"smsbackup sent 1\n7\n<a@x> 0\n", 0},
           {"smsbackup sent 1\n7 99999999999\n<a@x> 0\n", 0},
           {head + "<a@x> 0\n<b@x> 0", 1},
           {head + "<a@x> 0\n\n<b@x> 0\n", 1},
           {head + "<a@x> 0\nb@x 0\n", 1},
           {head + "<a@x> 0\n<" + std::string(5000, 'b') + "> 0\n<c@x> 0\n", 1}}) {
    SCOPED_TRACE(text.substr(0, 60));
    write(text);
    EXPECT_EQ(log().earlier().size(), left);
  }
}

TEST_F(SentLogs, LoseNothingBehindALineThatWasCutOff) {
  leave({"<a@x>"});
  write("smsbackup sent 1\n7 12\n<a@x> 0\n<b@");
  {
    auto next = log();
    next.begin(7, 12);
    next.add("<c@x>");
  }
  EXPECT_EQ(log().earlier(), (std::unordered_map<std::string, std::uint32_t>{{"<a@x>", 0}, {"<c@x>", 0}}));
}

TEST_F(SentLogs, AreBounded) {
  leave({"<a@x>"});
  std::string text = "smsbackup sent 1\n7 12\n";
  for (std::size_t i = 0; i < SentLog::max_entries + 10; ++i) text += '<' + std::to_string(i) + "@x> 0\n";
  write(text);
  EXPECT_EQ(log().earlier().size(), SentLog::max_entries);
}

TEST_F(SentLogs, BelongToTheirOwnerAlone) {
  leave({"<a@x>"});
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

}  // namespace
}  // namespace smsbackup::imap
