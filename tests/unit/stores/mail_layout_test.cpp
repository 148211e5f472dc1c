// What the mail stores know without decoding: headers, the names in a Maildir, the names of .eml files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "stores/eml_folder.hpp"
#include "stores/lf_mail.hpp"
#include "stores/mail_headers.hpp"
#include "stores/maildir_folder.hpp"
#include "stores/new_files.hpp"
#include "temp_folder.hpp"

namespace smsbackup::stores {
namespace {

using test::get;
using test::put;
using test::TempFolder;

using Strings = std::vector<std::string>;
using Names = std::set<std::string>;

Strings strings(const NameList& list) {
  Strings all;
  for (std::size_t i = 0; i < list.size(); ++i) all.emplace_back(list[i]);
  return all;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TEST(MailHeaders, EndAtTheFirstEmptyLine) {
  EXPECT_EQ(header_section("A: b\nC: d\n\nbody\n\n"), "A: b\nC: d\n\n");
  EXPECT_EQ(header_section("A: b\r\n\r\nbody"), "A: b\r\n\r\n");
  EXPECT_EQ(header_section("\nbody"), "\n");
  EXPECT_EQ(header_section("A: b"), "A: b");
  EXPECT_FALSE(has_complete_header("A: b\n"));
  EXPECT_FALSE(has_complete_header("A: some sixteen bytes and more\n\rB: c\n"));
  EXPECT_EQ(header_section("A: some sixteen bytes and more\nB: c\n\r\n\r\n"),
            "A: some sixteen bytes and more\nB: c\n\r\n");
  EXPECT_TRUE(has_complete_header("A: b\n\n"));
}

TEST(MailHeaders, GiveTheFirstFieldOfANameUnfolded) {
  const std::string_view headers = "Subject: x\r\nMESSAGE-id :\r\n <a@b>\r\n\t(c)  \r\nMessage-ID: <second>\r\n\r\n";
  EXPECT_EQ(header_value(headers, "Message-ID"), "<a@b> (c)");
  EXPECT_EQ(header_value(headers, "Subject"), "x");
  EXPECT_EQ(header_value(headers, "From"), "");
  EXPECT_EQ(header_value("A", "A"), "");
  // Far enough behind that many bytes are looked at together.
  EXPECT_EQ(header_value("Xa: 1\nXb: 2\nY: X-C: 3\nXX-C: 4\nx-c\t: 5\n six\n", "X-C"), "5 six");
}

TEST(LfMail, LosesItsCarriageReturns) {
  std::string out;
  write_with_lf("A: b\r\n\r\ntext\r\n", [&](std::string_view bytes) { out += bytes; });
  EXPECT_EQ(out, "A: b\n\ntext\n");
}

TEST(MaildirFolder, IsMadeAndKnown) {
  TempFolder folder;
  const auto maildir = folder / "mail";
  EXPECT_FALSE(is_maildir(maildir));
  EXPECT_TRUE(is_free_for_maildir(maildir));
  make_maildir(maildir);
  EXPECT_TRUE(is_maildir(maildir));
  EXPECT_TRUE(std::filesystem::is_directory(maildir / "tmp"));
  make_maildir(maildir);
  put(folder / "something", "else");
  EXPECT_FALSE(is_free_for_maildir(folder.path()));
}

TEST(MaildirFolder, ListsByNameAcrossCurAndNew) {
  TempFolder folder;
  make_maildir(folder.path());
  put(folder / "cur/3.c:2,S", "");
  put(folder / "new/2.b", "");
  put(folder / "cur/1.a:2,", "");
  put(folder / "cur/.hidden", "");
  put(folder / "tmp/0.t", "");
  std::filesystem::create_directory(folder / "cur/folder");
  const NameList list = list_maildir(folder.path());
  Strings paths;
  for (std::size_t i = 0; i < list.size(); ++i) paths.push_back(mail_path(list[i]));
  EXPECT_EQ(paths, (Strings{"cur/1.a:2,", "new/2.b", "cur/3.c:2,S"}));
}

TEST(MaildirFolder, FindsAMailWhoseFlagsHaveChanged) {
  TempFolder folder;
  make_maildir(folder.path());
  put(folder / "cur/1.a:2,FS", "");
  EXPECT_EQ(find_mail(folder.path(), "cur/1.a:2,FS"), "cur/1.a:2,FS");
  EXPECT_EQ(find_mail(folder.path(), "cur/1.a:2,"), "cur/1.a:2,FS");
  EXPECT_EQ(find_mail(folder.path(), "new/1.a"), "cur/1.a:2,FS");
  EXPECT_EQ(find_mail(folder.path(), "new/2.b"), "");
}

TEST(MaildirFolder, FindsNothingOutsideItself) {
  TempFolder folder;
  make_maildir(folder / "mail");
  put(folder / "secret", "");
  for (const auto* name : {"cur/../../secret", "../secret", "cur/", "cur/..", "tmp/x", "/etc/passwd", ""}) {
    EXPECT_EQ(find_mail(folder / "mail", name), "") << name;
  }
}

TEST(MaildirFolder, ReadsFlags) {
  const auto all = maildir_flags("1.a:2,FRST");
  EXPECT_TRUE(all.seen && all.flagged && all.trashed);
  const auto none = maildir_flags("SFT.a");
  EXPECT_FALSE(none.seen || none.flagged || none.trashed);
}

TEST(MaildirFolder, RemovesOnlyOldLeftovers) {
  TempFolder folder;
  make_maildir(folder.path());
  put(folder / "tmp/1.a", "");
  // The file's own time is that of the mail and says nothing.
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder / "tmp/1.a").c_str(), old, 0), 0);
  clean_maildir(folder.path(), now() + 35LL * 3600 * 1000);
  EXPECT_TRUE(std::filesystem::exists(folder / "tmp/1.a"));
  clean_maildir(folder.path(), now() + 37LL * 3600 * 1000);
  EXPECT_FALSE(std::filesystem::exists(folder / "tmp/1.a"));
}

TEST(MaildirNames, SortByDateAndThenByOrder) {
  MaildirNames names;
  const std::string first = names.next(1691475216525);
  const std::string second = names.next(1691475216525);
  const std::string earlier = names.next(999'999'999'000);
  EXPECT_TRUE(first.starts_with("1691475216.M525000P")) << first;
  EXPECT_TRUE(first.ends_with(".smsbackup")) << first;
  EXPECT_LT(first, second);
  EXPECT_LT(earlier, first);
  EXPECT_TRUE(names.next(-5).starts_with("0000000000.M000000P"));
  EXPECT_NE(MaildirNames().next(0), MaildirNames().next(0));
}

TEST(EmlFolder, NamesFilesByMonthTimeTypeAndId) {
  MailHead head;
  head.message_id = "<f2f7191467e00fab77d677c07374f878@sms-backup-plus.local>";
  head.internal_date = 1691475216525;
  EXPECT_EQ(eml_name(head), "2023-08/20230808-061336-sms-f2f7191467e00fab");
  head.type = RecordType::call;
  head.internal_date = -1;
  head.message_id = "<ab@cd>";
  EXPECT_EQ(eml_name(head), "1969-12/19691231-235959-call-ab");
  head.internal_date = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(eml_name(head), "9999-12/99991231-235959-call-ab");
}

TEST(EmlFolder, ListsTheFilesOfAllFoldersSorted) {
  TempFolder folder;
  std::filesystem::create_directories(folder / "2023-08/deeper");
  std::filesystem::create_directories(folder / ".smsbackup-tmp");
  put(folder / "2023-08/b.eml", "");
  put(folder / "2023-08/deeper/a.EML", "");
  put(folder / "z.eml", "");
  put(folder / "readme.txt", "");
  put(folder / ".smsbackup-tmp/1.eml", "");
  put(folder / ".eml", "");
  std::filesystem::create_directory_symlink(folder.path(), folder / "circle");
  const Strings expected = {"2023-08/b.eml", "2023-08/deeper/a.EML", "z.eml"};
  EXPECT_EQ(strings(list_eml_files(folder.path())), expected);
  EXPECT_EQ(strings(list_eml_files(folder / "")), expected);
}

TEST(NewFiles, AppearTogetherWithTheirTimes) {
  TempFolder folder;
  NewFiles files;
  for (int i = 0; i < 300; ++i) {
    const std::string name = std::to_string(i);
    files.begin(folder / (".t" + name)).write(name);
    files.complete(folder / name, 1691475216525 + i);
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "0"));
  files.publish();
  EXPECT_EQ(folder.entries().size(), 300U);
  EXPECT_EQ(get(folder / "299"), "299");
  struct stat status {};
  ASSERT_EQ(::stat((folder / "7").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1691475216);
  EXPECT_EQ(status.st_mtim.tv_nsec, 532'000'000);
}

TEST(NewFiles, GoAwayWhenNotPublished) {
  TempFolder folder;
  {
    NewFiles files;
    files.begin(folder / ".t1").write("x");
    files.complete(folder / "1", 0);
    files.begin(folder / ".t2").write("half");
  }
  EXPECT_EQ(folder.entries(), Names{});
}

TEST(NewFiles, TakeDatesBeforeAndFarBehindOurs) {
  TempFolder folder;
  NewFiles files;
  int number = 0;
  for (const std::int64_t time :
       {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const std::string name = std::to_string(number++);
    files.begin(folder / (".t" + name)).write(name);
    files.complete(folder / name, time);
  }
  files.publish();
  EXPECT_EQ(folder.entries(), (Names{"0", "1", "2"}));
}

}  // namespace
}  // namespace smsbackup::stores
