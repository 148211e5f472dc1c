// What the three mail stores have in common, and the layout of each.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "file_size_limit.hpp"
#include "read_all.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/eml_store.hpp"
#include "smsbackup/maildir_store.hpp"
#include "smsbackup/mbox_store.hpp"
#include "temp_folder.hpp"

namespace smsbackup {
namespace {

using test::expect_error;
using test::FileSizeLimit;
using test::get;
using test::put;
using test::read_all;
using test::TempFolder;
using test::text_message;

using Names = std::set<std::string>;
using Records = std::vector<Record>;

const std::string golden = std::string(SMSBACKUP_TEST_DATA) + "/smsbackupplus/001-sms-inbox-ascii.eml";
constexpr std::string_view foreign_mail =
    "From: a@example.org\nTo: b@example.org\nSubject: lunch\nMessage-ID: <lunch@example.org>\n\nAt noon?\n";

StoreOptions fixed() {
  StoreOptions options;
  options.mime.clock = [] { return std::int64_t{1708854415000}; };
  options.mime.zone = utc_zone();
  return options;
}

std::string body_of(const Record& record) { return std::get<Sms>(record).body.value(); }

Records some_records() {
  Mms mms;
  mms.date = 1691475217000;
  mms.msg_box = mms_inbox;
  mms.m_type = mms_retrieve_conf;
  mms.read = 0;
  MmsAddress from;
  from.address = "+4915112345678";
  from.type = mms_from;
  mms.addresses.push_back(from);
  MmsPart picture;
  picture.ct = "image/jpeg";
  picture.data = Blob(std::string(100'000, '\xD8'));
  mms.parts.push_back(picture);
  Call call;
  call.number = "+4915112345678";
  call.date = 1691475218000;
  call.duration = 267;
  call.type = call_incoming;
  return {text_message("From me\n>From you\r\nFrom x Tue Aug  8 06:13:36 2023\n\n"), mms, call};
}

template <class StoreType>
void add(const std::filesystem::path& path, const Records& records) {
  StoreType store(path, Access::write, fixed());
  for (const Outcome& outcome : store.write(records)) EXPECT_TRUE(outcome.written);
  store.finish();
}

template <class StoreType>
Batch contents(const std::filesystem::path& path, const Query& query = {}) {
  StoreType store(path, Access::read, fixed());
  return read_all(store, query);
}

Names files_below(const std::filesystem::path& folder) {
  Names names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) names.insert(entry.path().lexically_relative(folder).string());
  }
  return names;
}

// The only file below a folder.
std::filesystem::path only_file(const std::filesystem::path& folder) {
  const Names names = files_below(folder);
  EXPECT_EQ(names.size(), 1U);
  return names.empty() ? folder : folder / *names.begin();
}

template <class StoreType>
class MailStore : public testing::Test {};
using MailStoreTypes = testing::Types<MaildirStore, MboxStore, EmlStore>;
TYPED_TEST_SUITE(MailStore, MailStoreTypes);

TYPED_TEST(MailStore, GivesBackWhatWasWritten) {
  TempFolder folder;
  add<TypeParam>(folder / "store", some_records());
  const Batch batch = contents<TypeParam>(folder / "store");
  EXPECT_EQ(batch.records, some_records());
  EXPECT_TRUE(batch.problems.empty());
  EXPECT_EQ(batch.foreign, 0U);
  EXPECT_EQ(folder.entries(), Names{"store"});
}

TYPED_TEST(MailStore, AddsToWhatIsThere) {
  TempFolder folder;
  add<TypeParam>(folder / "store", {text_message("one", 1000)});
  add<TypeParam>(folder / "store", {text_message("two", 2000)});
  const Batch batch = contents<TypeParam>(folder / "store");
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(body_of(batch.records[0]), "one");
  EXPECT_EQ(body_of(batch.records[1]), "two");
}

TYPED_TEST(MailStore, GivesKeysWithContentFromWhatItWrote) {
  TempFolder folder;
  add<TypeParam>(folder / "store", some_records());
  for (const Access access : {Access::read, Access::write}) {
    for (const DedupLevel level : {DedupLevel::tolerant, DedupLevel::exact}) {
      TypeParam store(folder / "store", access, fixed());
      DedupPolicy policy;
      policy.level = level;
      std::vector<RecordKey> keys;
      store.keys({}, policy, [&](const RecordKey& key) { keys.push_back(key); });
      ASSERT_EQ(keys.size(), 3U);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const RecordKey expected = key_of(some_records()[i], level);
        EXPECT_EQ(keys[i].type, expected.type);
        EXPECT_EQ(keys[i].content, expected.content) << i;
        EXPECT_EQ(keys[i].direction, expected.direction);
        if (!keys[i].locator.empty()) {
          EXPECT_EQ(store.fetch(keys[i].locator), some_records()[i]);
        }
      }
    }
  }
}

// Such columns stand in a part of the mail, where its header doesn't show them.
TYPED_TEST(MailStore, GivesWholeKeysWhereColumnsAreTooLongForAHeader) {
  TempFolder folder;
  const std::string long_name(40'000, 'n');
  Sms sms = text_message("one");
  sms.address = long_name;
  Mms mms = std::get<Mms>(some_records()[1]);
  mms.addresses[0].address = long_name;
  Call call = std::get<Call>(some_records()[2]);
  call.number = long_name;
  const Records records = {sms, mms, call};
  add<TypeParam>(folder / "store", records);
  TypeParam store(folder / "store", Access::read, fixed());
  std::vector<std::vector<std::string>> parties;
  store.keys({}, {}, [&](const RecordKey& key) { parties.push_back(key.parties); });
  EXPECT_EQ(parties, (std::vector<std::vector<std::string>>(3, {long_name})));
}

TYPED_TEST(MailStore, GivesOnlyKeysThatMayMatch) {
  TempFolder folder;
  add<TypeParam>(folder / "store", some_records());
  TypeParam store(folder / "store", Access::read, fixed());
  Query query;
  query.types = {RecordType::sms, RecordType::call};
  query.since = 1691475217500;
  std::vector<RecordType> types;
  store.keys(query, {}, [&](const RecordKey& key) { types.push_back(key.type); });
  EXPECT_EQ(types, std::vector<RecordType>{RecordType::call});
}

TYPED_TEST(MailStore, FiltersByTheQuery) {
  TempFolder folder;
  add<TypeParam>(folder / "store", some_records());
  Query query;
  query.types = {RecordType::call, RecordType::sms};
  query.until = 1691475218000;
  const Batch batch = contents<TypeParam>(folder / "store", query);
  EXPECT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(batch.filtered, 2U);
}

TYPED_TEST(MailStore, GivesTwoDifferentRecordsOfOneSecondDifferentIdsOnEveryRun) {
  TempFolder folder;
  add<TypeParam>(folder / "both", {text_message("one"), text_message("two")});
  add<TypeParam>(folder / "apart", {text_message("one")});
  add<TypeParam>(folder / "apart", {text_message("two")});
  const auto ids = [&](std::string_view name) {
    std::multiset<std::string> found;
    const auto path = folder / name;
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(path)) {
      for (const auto& file : files_below(path)) files.push_back(path / file);
    } else {
      files.push_back(path);
    }
    for (const auto& file : files) {
      const std::string text = get(file);
      for (auto at = text.find("\nMessage-ID:"); at != std::string::npos; at = text.find("\nMessage-ID:", at + 1)) {
        found.insert(text.substr(text.find('<', at), text.find('>', at) - text.find('<', at)));
      }
    }
    return found;
  };
  const auto both = ids("both");
  ASSERT_EQ(both.size(), 2U);
  EXPECT_NE(*both.begin(), *both.rbegin());
  EXPECT_EQ(ids("apart"), both);
  EXPECT_EQ(contents<TypeParam>(folder / "apart").records.size(), 2U);
}

TYPED_TEST(MailStore, KeepsOtherWritersOutUntilFinish) {
  TempFolder folder;
  TypeParam first(folder / "store", Access::write, fixed());
  TypeParam second(folder / "store", Access::write, fixed());
  first.write(Records{text_message("one", 1000)});
  expect_error(ErrorCode::busy, [&] { second.write(Records{text_message("two", 2000)}); });
  first.finish();
  TypeParam third(folder / "store", Access::write, fixed());
  third.write(Records{text_message("two", 2000)});
  third.finish();
  EXPECT_EQ(contents<TypeParam>(folder / "store").records.size(), 2U);
}

TYPED_TEST(MailStore, RefusesToWriteWhatWasOpenedForReading) {
  TempFolder folder;
  add<TypeParam>(folder / "store", {text_message("one")});
  TypeParam store(folder / "store", Access::read, fixed());
  expect_error(ErrorCode::invalid_argument, [&] { store.write(Records{text_message("x")}); });
}

TYPED_TEST(MailStore, SaysThatNothingIsThere) {
  TempFolder folder;
  expect_error(ErrorCode::not_found, [&] { TypeParam store(folder / "none", Access::read); });
  expect_error(ErrorCode::not_found, [&] { TypeParam store(folder / "none/store", Access::write); });
}

TYPED_TEST(MailStore, ReadsNothingFromAStoreThatIsYetToBeMade) {
  TempFolder folder;
  TypeParam store(folder / "store", Access::write, fixed());
  EXPECT_TRUE(read_all(store).records.empty());
  store.keys({}, {}, [](const RecordKey&) { FAIL(); });
  EXPECT_EQ(files_below(folder.path()).count("store"), 0U);
}

TYPED_TEST(MailStore, KeepsWhatWasThereWhenTheDiskIsFull) {
  TempFolder folder;
  add<TypeParam>(folder / "store", {text_message("one", 1000)});
  const Names before = files_below(folder.path());
  {
    TypeParam store(folder / "store", Access::write, fixed());
    const FileSizeLimit limit(500'000);
    expect_error(ErrorCode::no_space, [&] {
      store.write(Records{text_message("two", 2000), text_message(std::string(3'000'000, 'x'), 3000)});
      store.finish();
    });
  }
  EXPECT_EQ(files_below(folder.path()), before);
  EXPECT_EQ(contents<TypeParam>(folder / "store").records.size(), 1U);
}

TEST(MaildirStore, NamesItsFilesByDateAndFlags) {
  TempFolder folder;
  add<MaildirStore>(folder / "mail", some_records());
  EXPECT_TRUE(std::filesystem::is_directory(folder / "mail/new"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "mail/tmp"));
  const Names names = files_below(folder / "mail");
  ASSERT_EQ(names.size(), 3U);
  auto name = names.begin();
  EXPECT_TRUE(name->starts_with("cur/1691475216.M525000P")) << *name;
  EXPECT_TRUE(name->ends_with(".smsbackup:2,S")) << *name;
  struct stat status {};
  ASSERT_EQ(::stat((folder / "mail" / *name).c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1691475216);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(MaildirStore, MarksAsUnseenWhatThePhoneHasNotRead) {
  TempFolder folder;
  StoreOptions options = fixed();
  options.mime.mark_as_read = MarkAsRead::message_status;
  MaildirStore store(folder / "mail", Access::write, options);
  Sms unread = text_message("one");
  unread.read = 0;
  store.write(Records{unread});
  store.finish();
  EXPECT_TRUE(only_file(folder / "mail").string().ends_with(":2,"));
}

TEST(MaildirStore, WritesLfLineEnds) {
  TempFolder folder;
  add<MaildirStore>(folder / "mail", {text_message("one\r\ntwo")});
  EXPECT_EQ(get(only_file(folder / "mail")).find('\r'), std::string::npos);
  EXPECT_EQ(body_of(contents<MaildirStore>(folder / "mail").records.at(0)), "one\r\ntwo");
}

TEST(MaildirStore, ReadsTheMailsOfSmsBackupPlusAndLeavesOthersAlone) {
  TempFolder folder;
  for (const char* name : {"cur", "new", "tmp"}) std::filesystem::create_directory(folder / name);
  put(folder / "new/1.a", get(golden));
  put(folder / "cur/2.b:2,S", foreign_mail);
  put(folder / "cur/3.c:2,ST", get(golden));  // deleted by the user
  put(folder / "tmp/4.d", get(golden));
  MaildirStore store(folder.path(), Access::write, fixed());
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(body_of(batch.records[0]), "Hello, are you there? See you at 7pm.");
  EXPECT_EQ(batch.positions[0], (folder / "new/1.a").string());
  EXPECT_EQ(batch.foreign, 2U);
  std::vector<RecordKey> keys;
  store.keys({}, {}, [&](const RecordKey& key) { keys.push_back(key); });
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].locator, "new/1.a");
  EXPECT_EQ(keys[0].content, content_digest(batch.records[0]));
  EXPECT_EQ(store.fetch("new/1.a"), batch.records[0]);
  EXPECT_EQ(store.fetch("new/none"), std::nullopt);
  store.finish();
  EXPECT_EQ(files_below(folder.path()), (Names{"new/1.a", "cur/2.b:2,S", "cur/3.c:2,ST", "tmp/4.d"}));
}

TEST(MaildirStore, TakesTheFlagForAStar) {
  TempFolder folder;
  add<MaildirStore>(folder / "mail", {text_message("one", 1000), text_message("two", 2000)});
  const auto name = *files_below(folder / "mail").rbegin();
  std::filesystem::rename(folder / "mail" / name, (folder / "mail" / name).string() + "F");
  Query query;
  query.starred_only = true;
  const Batch batch = contents<MaildirStore>(folder / "mail", query);
  ASSERT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(body_of(batch.records[0]), "two");
  EXPECT_EQ(batch.filtered, 1U);
}

TEST(MaildirStore, TellsWhenAMailGoesAwayWhileItIsRead) {
  TempFolder folder;
  add<MaildirStore>(folder / "mail", {text_message("one", 1000), text_message("two", 2000)});
  MaildirStore store(folder / "mail", Access::read);
  const auto cursor = store.open({});
  const Names names = files_below(folder / "mail");
  std::filesystem::remove(folder / "mail" / *names.begin());
  std::filesystem::rename(folder / "mail" / *names.rbegin(), (folder / "mail" / *names.rbegin()).string() + "F");
  Batch batch;
  ASSERT_TRUE(cursor->next(batch));
  ASSERT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(body_of(batch.records[0]), "two");
  ASSERT_EQ(batch.problems.size(), 1U);
  EXPECT_EQ(to_string(batch.problems[0].code), "not_found");
}

TEST(MaildirStore, RefusesAFolderOfOtherThings) {
  TempFolder folder;
  put(folder / "diary.txt", "x");
  expect_error(ErrorCode::unknown_format, [&] { MaildirStore store(folder.path(), Access::write); });
  expect_error(ErrorCode::unknown_format, [&] { MaildirStore store(folder.path(), Access::read); });
  expect_error(ErrorCode::unknown_format, [&] { MaildirStore store(folder / "diary.txt", Access::read); });
  EXPECT_EQ(folder.entries(), Names{"diary.txt"});
}

TEST(MboxStore, WritesTheMboxrdForm) {
  TempFolder folder;
  add<MboxStore>(folder / "a.mbox", {text_message("one"), text_message("two")});
  const std::string text = get(folder / "a.mbox");
  EXPECT_TRUE(text.starts_with("From smsbackup@localhost Tue Aug  8 06:13:36 2023\nStatus: RO\n")) << text;
  EXPECT_TRUE(text.ends_with("\n\n"));
  EXPECT_NE(text.find("\n\nFrom smsbackup@localhost Tue Aug  8 06:13:36 2023\n"), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(MboxStore, LosesOnlyTheLastRecordWhereverTheFileIsCut) {
  TempFolder folder;
  add<MboxStore>(folder / "whole", {text_message("one"), text_message("two and more of it")});
  const std::string text = get(folder / "whole");
  const std::size_t second = text.find("\n\nFrom ") + 2;
  const Batch whole = contents<MboxStore>(folder / "whole");
  for (std::size_t cut = second; cut < text.size(); ++cut) {
    put(folder / "a", text.substr(0, cut));
    const Batch batch = contents<MboxStore>(folder / "a");
    ASSERT_GE(batch.records.size(), 1U) << cut;
    EXPECT_TRUE(batch.records[0] == whole.records[0]) << cut;
    // Either what is left of the second is noticed to be damaged or to be no record any more, or it is whole.
    const bool noticed = batch.problems.size() == 1 || batch.foreign == 1 || cut == second;
    const bool lossless = batch.records.size() == 2 && std::get<Sms>(batch.records[1]).body == "two and more of it";
    EXPECT_TRUE(noticed || lossless) << cut << "\n" << text.substr(second, cut - second);
  }
}

TEST(MboxStore, PutsAnEmptyLineBeforeWhatItAdds) {
  TempFolder folder;
  for (const std::string_view end : {"", "\n", "\n\n", "\r\n\r\n"}) {
    put(folder / "a", "From - Tue Aug 08 06:13:36 2023\nSubject: x\nFrom: a@b\n\ntext" + std::string(end));
    add<MboxStore>(folder / "a", {text_message("two")});
    const Batch batch = contents<MboxStore>(folder / "a");
    EXPECT_EQ(batch.foreign, 1U);
    EXPECT_EQ(batch.records.size(), 1U);
    EXPECT_NE(get(folder / "a").find(end.ends_with("\r\n") ? "\n\r\nFrom smsbackup" : "text\n\nFrom smsbackup"),
              std::string::npos);
  }
}

TEST(MboxStore, ReadsTheFlagsThatMailProgramsNote) {
  TempFolder folder;
  const std::string from = "From - Tue Aug 08 06:13:36 2023\n";
  put(folder / "a", from + "X-Status: AF\n" + get(golden) + "\n\n" + from + "X-Status: D\n" + get(golden) + "\n\n" +
                        from + get(golden) + "\n");
  Query query;
  query.starred_only = true;
  const Batch batch = contents<MboxStore>(folder / "a", query);
  EXPECT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(batch.filtered, 1U);
  EXPECT_EQ(batch.foreign, 1U);
  EXPECT_EQ(batch.positions[0], (folder / "a").string() + ", mail 1");
}

TEST(MboxStore, RefusesWhatIsNoMbox) {
  TempFolder folder;
  put(folder / "a", "From what I hear\n");
  const Error error = expect_error(ErrorCode::unknown_format, [&] { MboxStore store(folder / "a", Access::read); });
  EXPECT_EQ(std::string(error.what()),
            "reading " + (folder / "a").string() + " as an mbox: it does not begin with a \"From \" line");
  expect_error(ErrorCode::unknown_format, [&] { MboxStore store(folder / "a", Access::write); });
  put(folder / "empty", "");
  expect_error(ErrorCode::empty_input, [&] { MboxStore store(folder / "empty", Access::read); });
}

TEST(MboxStore, BoundsAMail) {
  TempFolder folder;
  add<MboxStore>(folder / "a", {text_message(std::string(100'000, 'x'), 1000), text_message("two", 2000)});
  StoreOptions options = fixed();
  options.limits.mail_size = 50'000;
  options.limits.problem_raw = 1000;
  MboxStore store(folder / "a", Access::read, options);
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 1U);
  ASSERT_EQ(batch.problems.size(), 1U);
  EXPECT_EQ(to_string(batch.problems[0].code), "limit_exceeded");
  EXPECT_EQ(batch.problems[0].offset, 0U);
  EXPECT_EQ(batch.problems[0].raw.size(), 1000U);
  EXPECT_FALSE(batch.problems[0].raw_is_complete);
}

TEST(EmlStore, SortsItsFilesIntoMonths) {
  TempFolder folder;
  add<EmlStore>(folder / "mails", {text_message("one"), text_message("one"), Call()});
  const Names names = files_below(folder / "mails");
  ASSERT_EQ(names.size(), 3U);
  EXPECT_EQ(names.count("2023-08/20230808-061336-sms-f2f7191467e00fab.eml"), 1U);
  EXPECT_EQ(names.count("2023-08/20230808-061336-sms-f2f7191467e00fab-2.eml"), 1U);
  EXPECT_FALSE(std::filesystem::exists(folder / "mails/.smsbackup-tmp"));
  const std::string text = get(folder / "mails/2023-08/20230808-061336-sms-f2f7191467e00fab.eml");
  EXPECT_NE(text.find("\r\n"), std::string::npos);
}

TEST(EmlStore, ReadsASingleFile) {
  EmlStore store(golden, Access::read);
  const Batch batch = read_all(store);
  ASSERT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(body_of(batch.records[0]), "Hello, are you there? See you at 7pm.");
  EXPECT_EQ(store.name(), golden);
}

TEST(EmlStore, WritesOneRecordIntoASingleFile) {
  TempFolder folder;
  EmlStore store(folder / "a.eml", Access::write, fixed());
  const Outcomes outcomes = store.write(Records{text_message("one"), text_message("two")});
  store.finish();
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_TRUE(outcomes[0].written);
  EXPECT_FALSE(outcomes[1].written);
  EXPECT_EQ(to_string(outcomes[1].problem.value().code), "unsupported");
  EXPECT_EQ(folder.entries(), Names{"a.eml"});
  EXPECT_EQ(body_of(read_all(store).records.at(0)), "one");
}

TEST(EmlStore, CountsOtherMailsAndTellsUnreadableFiles) {
  TempFolder folder;
  put(folder / "a.eml", foreign_mail);
  std::filesystem::create_symlink("nowhere", folder / "b.eml");
  put(folder / "c.eml", get(golden));
  const Batch batch = contents<EmlStore>(folder.path());
  EXPECT_EQ(batch.records.size(), 1U);
  EXPECT_EQ(batch.foreign, 1U);
  ASSERT_EQ(batch.problems.size(), 1U);
  EXPECT_EQ(batch.problems[0].where, (folder / "b.eml").string());
}

TEST(EmlStore, FetchesNothingOutsideItself) {
  TempFolder folder;
  std::filesystem::create_directory(folder / "mails");
  put(folder / "secret.eml", get(golden));
  EmlStore store(folder / "mails", Access::read);
  EXPECT_EQ(store.fetch("../secret.eml"), std::nullopt);
  EXPECT_EQ(store.fetch((folder / "secret.eml").string()), std::nullopt);
  EXPECT_EQ(store.fetch(""), std::nullopt);
}

TEST(EmlStore, ClearsAwayWhatAKilledRunLeft) {
  TempFolder folder;
  std::filesystem::create_directories(folder / "mails/.smsbackup-tmp");
  put(folder / "mails/.smsbackup-tmp/1", "half a mail");
  add<EmlStore>(folder / "mails", {text_message("one")});
  EXPECT_EQ(files_below(folder / "mails"), Names{"2023-08/20230808-061336-sms-f2f7191467e00fab.eml"});
}

TEST(MailReader, NoticesAChangedText) {
  TempFolder folder;
  add<EmlStore>(folder / "mails", {text_message("one two three")});
  const auto file = only_file(folder / "mails");
  std::string text = get(file);
  const auto at = text.rfind("two");
  ASSERT_NE(at, std::string::npos);
  put(file, text.replace(at, 3, "2wo"));
  const Batch batch = contents<EmlStore>(folder / "mails");
  ASSERT_EQ(batch.records.size(), 1U);
  ASSERT_EQ(batch.problems.size(), 1U);
  EXPECT_EQ(to_string(batch.problems[0].code), "corrupt_input");
  EXPECT_TRUE(batch.problems[0].record_kept);
}

}  // namespace
}  // namespace smsbackup
