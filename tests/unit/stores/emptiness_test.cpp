#include "stores/emptiness.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>

#include "smsbackup/store.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup::stores {
namespace {

using test::TempFolder;

TEST(Emptiness, IsWhereNoFileHasAnythingInIt) {
  const TempFolder folder;
  EXPECT_TRUE(holds_nothing(folder / "missing"));
  std::ofstream(folder / "file").close();
  EXPECT_TRUE(holds_nothing(folder / "file"));

  std::ofstream(folder / "file") << "x";
  EXPECT_FALSE(holds_nothing(folder / "file"));
  EXPECT_FALSE(holds_nothing("/dev/null")) << "a device is none";
}

TEST(Emptiness, LooksIntoFolders) {
  const TempFolder folder;
  const auto mails = folder / "mails";
  std::filesystem::create_directories(mails / ".Call log" / "cur");
  std::ofstream(mails / ".smsbackup.lock") << "x";
  EXPECT_TRUE(holds_nothing(mails));
  std::ofstream(mails / ".Call log" / "cur" / "1:2,S").close();
  EXPECT_FALSE(holds_nothing(mails));
}

TEST(Emptiness, IsWhatStoresSayBeforeTheFirstRecord) {
  const TempFolder folder;
  for (const std::string scheme : {"jsonl", "synctech-xml", "mbox", "maildir", "eml"}) {
    const auto store = open_store(scheme + ":" + (folder / scheme).string(), Access::write);
    EXPECT_TRUE(store->is_empty()) << scheme;
  }
}

}  // namespace
}  // namespace smsbackup::stores
