// The store: files on the disk, zips, adding to what is there.
#include "smsbackup/synctech_xml_store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "random_record.hpp"
#include "smsbackup/dedup.hpp"
#include "stores/file_descriptor.hpp"
#include "stores/file_lock.hpp"
#include "unit/stores/expect_error.hpp"
#include "unit/stores/file_size_limit.hpp"
#include "unit/stores/read_all.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

using test::expect_error;
using test::get;
using test::put;
using test::read_all;
using test::TempFolder;
using test::text_message;
using Names = std::set<std::string>;

const std::string top =
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By libsmsbackup, in the format of SMS "
    "Backup & Restore-->\n";

// With the columns that every row of the app has.
Sms app_sms(std::string body) {
  Sms sms = text_message(std::move(body));
  sms.protocol = 0;
  sms.subject = null;
  sms.service_center = null;
  sms.status = -1;
  sms.locked = 0;
  sms.extras["toa"] = std::nullopt;
  sms.extras["sc_toa"] = std::nullopt;
  return sms;
}

Call app_call() {
  Call call;
  call.number = "+1";
  call.duration = 3;
  call.date = 1609632000000;
  call.type = call_incoming;
  return call;
}

std::string row(const std::string& body) {
  return "  <sms protocol=\"0\" address=\"+4915112345678\" date=\"1691475216525\" type=\"1\" subject=\"null\" body=\"" +
         body + "\" toa=\"null\" sc_toa=\"null\" service_center=\"null\" read=\"1\" status=\"-1\" locked=\"0\" />\n";
}

void add(const std::filesystem::path& file, const std::vector<Record>& records, const StoreOptions& options = {}) {
  SynctechXmlStore store(file, Access::write, options);
  for (const Outcome& outcome : store.write(records)) EXPECT_TRUE(outcome.written);
  store.finish();
}

Batch all_of(const std::filesystem::path& file) {
  SynctechXmlStore store(file, Access::read);
  return read_all(store);
}

void put_zip(const std::filesystem::path& file, const std::vector<std::pair<std::string, std::string>>& entries,
             const char* password = nullptr) {
  int error = 0;
  zip_t* const zip = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  ASSERT_NE(zip, nullptr);
  for (const auto& [name, content] : entries) {
    zip_source_t* const source = zip_source_buffer(zip, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(zip, name.c_str(), source, 0);
    ASSERT_GE(index, 0);
    if (password != nullptr) {
      ASSERT_EQ(zip_file_set_encryption(zip, static_cast<zip_uint64_t>(index), ZIP_EM_AES_256, password), 0);
    }
  }
  ASSERT_EQ(zip_close(zip), 0);
}

TEST(SynctechXmlStore, LeavesOutWhatNobodyLooksAt) {
  TempFolder folder;
  put(folder / "a.xml", top + "<smses count=\"2\">\n" + row("see &amp; hear") + row("you") + "</smses>");
  SynctechXmlStore store(folder / "a.xml", Access::read);
  Needs needs;
  needs.columns = {"body", "toa"};
  needs.positions = false;
  const auto cursor = read(store, {}, nullptr, {}, {}, needs);
  Sms expected;
  expected.address = "+4915112345678";
  expected.date = 1691475216525;
  expected.type = sms_inbox;
  expected.body = "see & hear";
  expected.extras["toa"] = std::nullopt;
  Batch batch;
  ASSERT_TRUE(cursor->next(batch));
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(std::get<Sms>(batch.records[0]), expected);
  EXPECT_EQ(std::get<Sms>(batch.records[1]).body, Text("you"));
  EXPECT_TRUE(batch.positions.empty());
  EXPECT_TRUE(batch.problems.empty());
}

TEST(SynctechXmlStore, WritesAFileAsTheAppDoes) {
  TempFolder folder;
  add(folder / "sms.xml", {app_sms("one"), app_sms("two")});
  EXPECT_EQ(get(folder / "sms.xml"),
            top + "<smses count=\"2\"                   >\n" + row("one") + row("two") + "</smses>\n");
  EXPECT_EQ(folder.entries(), Names{"sms.xml"});

  add(folder / "calls.xml", {app_call()});
  EXPECT_EQ(get(folder / "calls.xml"),
            top +
                "<calls count=\"1\"                   >\n  <call number=\"+1\" duration=\"3\" date=\"1609632000000\" "
                "type=\"1\" />\n</calls>\n");
}

TEST(SynctechXmlStore, WritesAFileWithoutRows) {
  TempFolder folder;
  SynctechXmlStore store(folder / "sms.xml", Access::write);
  EXPECT_TRUE(read_all(store).records.empty());
  store.finish();
  EXPECT_EQ(get(folder / "sms.xml"), top + "<smses count=\"0\"                   >\n</smses>\n");
  EXPECT_TRUE(all_of(folder / "sms.xml").records.empty());
}

TEST(SynctechXmlStore, KeepsAnyRecordOfAllTypes) {
  TempFolder folder;
  test::RandomRecords random(3);
  std::vector<Record> records;
  for (int i = 0; i < 700; ++i) records.push_back(random.next());
  for (const char* const name : {"a.xml", "a.zip"}) {
    add(folder / name, records);
    Batch read = all_of(folder / name);
    EXPECT_EQ(read.records, records);
    EXPECT_TRUE(read.problems.empty());
    add(folder / name, records);
    EXPECT_EQ(all_of(folder / name).records.size(), 1400u);
  }
  EXPECT_EQ(folder.entries(), (Names{"a.xml", "a.zip"}));
}

TEST(SynctechXmlStore, AddsBehindWhatIsThereAndKeepsItToTheByte) {
  TempFolder folder;
  const std::string prologue =
      "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!--File Created By SMS Backup & Restore v10 on "
      "1/1/2024-->\n<?xml-stylesheet type=\"text/xsl\" href=\"sms.xsl\"?>\n";
  const std::string rows =
      "  <!-- kept -->\n  <sms body='a \"quoted\" &#55357;&#56832;' date=\"1\" />\n\n  junk\n<sms body=\"2\"/>";
  put(folder / "sms.xml",
      prologue + "<smses backup_set=\"x-y\" count='99' type=\"full\">\n" + rows + "\n</smses>\n<!-- the end -->\n");
  add(folder / "sms.xml", {app_sms("new")});
  EXPECT_EQ(get(folder / "sms.xml"), prologue +
                                         "<smses count=\"3\" backup_set=\"x-y\" type=\"full\"                   >\n" +
                                         rows + "\n" + row("new") + "</smses>\n");
  add(folder / "sms.xml", {app_sms("newer")});
  EXPECT_EQ(get(folder / "sms.xml"), prologue +
                                         "<smses count=\"4\" backup_set=\"x-y\" type=\"full\"                   >\n" +
                                         rows + "\n" + row("new") + row("newer") + "</smses>\n");
}

TEST(SynctechXmlStore, KeepsTheGoodRowsOfAFileThatIsCutOff) {
  TempFolder folder;
  put(folder / "sms.xml", "<?xml version='1.0'?>\n<smses count=\"9\">\n  <sms body=\"whole\" />\n  <sms body=\"ha");
  add(folder / "sms.xml", {app_sms("new")});
  EXPECT_EQ(get(folder / "sms.xml"),
            "<?xml version='1.0'?>\n<smses count=\"2\"                   >\n  <sms body=\"whole\" />\n" + row("new") +
                "</smses>\n");
  EXPECT_TRUE(all_of(folder / "sms.xml").problems.empty());
}

TEST(SynctechXmlStore, GathersRowsOfSeveralRoots) {
  TempFolder folder;
  put(folder / "both.xml",
      "<smses><sms body=\"1\" /><sms body=\"2\" /></smses><x/>\n<calls>\n<call number=\"3\">\n</call>\n</calls>");
  add(folder / "both.xml", {app_sms("new")});
  EXPECT_EQ(get(folder / "both.xml"),
            top +
                "<smses count=\"4\"                   >\n  <sms body=\"1\" /><sms body=\"2\" />\n  "
                "<call number=\"3\">\n</call>\n" +
                row("new") + "</smses>\n");
}

TEST(SynctechXmlStore, TurnsAFileInAnotherEncodingIntoUtf8) {
  TempFolder folder;
  put(folder / "sms.xml",
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<smses type=\"full\">\n  <sms body=\"gr\xfc\xdf\" "
      "/>\n</smses>");
  add(folder / "sms.xml", {app_sms("new")});
  EXPECT_EQ(get(folder / "sms.xml"),
            top + "<smses count=\"2\" type=\"full\"                   >\n  <sms body=\"gr\xC3\xBC\xC3\x9F\" />\n" +
                row("new") + "</smses>\n");
}

TEST(SynctechXmlStore, KeepsMessagesAndCallsApartAsTheAppDoes) {
  TempFolder folder;
  put(folder / "sms.xml", "<smses count=\"0\"></smses>");
  put(folder / "calls.xml", "<calls count=\"1\"><call number=\"1\" /></calls>");
  const auto refused = [&](const std::string& name, const Record& record) {
    SynctechXmlStore store(folder / name, Access::write);
    const Outcomes outcomes = store.write(std::vector<Record>{record});
    store.finish();
    EXPECT_FALSE(outcomes.at(0).written);
    return outcomes.at(0).problem.value_or(Problem{}).why;
  };
  EXPECT_EQ(refused("sms.xml", app_call()), "the file is one of messages, which the app keeps apart from calls");
  EXPECT_EQ(refused("calls.xml", app_sms("x")), "the file is one of calls, which the app keeps apart from messages");
  add(folder / "calls.xml", {app_call()});
  EXPECT_EQ(all_of(folder / "calls.xml").records.size(), 2u);
}

TEST(SynctechXmlStore, KeepsBothInAFileOfItsOwn) {
  TempFolder folder;
  add(folder / "all.xml", {app_call()});
  EXPECT_NE(get(folder / "all.xml").find("<calls count=\"1\""), std::string::npos);
  add(folder / "all.xml", {app_sms("x")});
  EXPECT_NE(get(folder / "all.xml").find("<smses count=\"2\""), std::string::npos);
  const Batch all = all_of(folder / "all.xml");
  ASSERT_EQ(all.records.size(), 2u);
  EXPECT_EQ(all.records[0], Record(app_call()));
  EXPECT_EQ(all.records[1], Record(app_sms("x")));
}

TEST(SynctechXmlStore, NothingHasTheNameBeforeItIsFinished) {
  TempFolder folder;
  {
    SynctechXmlStore store(folder / "sms.xml", Access::write);
    store.write(std::vector<Record>{app_sms("x")});
    EXPECT_FALSE(std::filesystem::exists(folder / "sms.xml"));
    EXPECT_EQ(store.durability(), Durability::at_finish);
  }
  EXPECT_EQ(folder.entries(), Names{});
}

TEST(SynctechXmlStore, KeepsTheOldFileWhenTheDiskIsFull) {
  TempFolder folder;
  for (const char* const name : {"a.xml", "a.zip"}) {
    add(folder / name, {app_sms("old")});
    const std::string before = get(folder / name);
    {
      SynctechXmlStore store(folder / name, Access::write);
      const test::FileSizeLimit limit(1'000'000);
      expect_error(ErrorCode::no_space, [&] {
        store.write(std::vector<Record>{app_sms(std::string(2'000'000, 'x'))});
        store.finish();
      });
      expect_error(ErrorCode::io, [&] { store.finish(); });
    }
    EXPECT_EQ(get(folder / name), before);
  }
  EXPECT_EQ(folder.entries(), (Names{"a.xml", "a.zip"}));
}

TEST(SynctechXmlStore, RefusesOtherWritersFromTheLookUpOn) {
  TempFolder folder;
  SynctechXmlStore one(folder / "sms.xml", Access::write);
  one.keys({}, {}, [](const RecordKey&) { FAIL(); });
  SynctechXmlStore two(folder / "sms.xml", Access::write);
  expect_error(ErrorCode::busy, [&] { two.write(std::vector<Record>{app_sms("x")}); });
}

TEST(SynctechXmlStore, GivesAKeyForEachRecord) {
  TempFolder folder;
  add(folder / "all.xml", {app_sms("x"), app_call()});
  SynctechXmlStore store(folder / "all.xml", Access::read);
  std::vector<RecordKey> keys;
  store.keys({}, {}, [&](const RecordKey& key) { keys.push_back(key); });
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].type, RecordType::sms);
  EXPECT_EQ(keys[0].date, 1691475216525);
  EXPECT_EQ(keys[0].content, content_digest(Record(app_sms("x"))));
  EXPECT_EQ(keys[1].type, RecordType::call);
}

TEST(SynctechXmlStore, SaysWhatIsWrongWithTheFile) {
  TempFolder folder;
  put(folder / "empty.xml", "");
  put(folder / "photo.xml", "\xff\xd8\xff\xe0 JFIF");
  put(folder / "page.html", "<!DOCTYPE html>\n<html><body><p>x</p></body></html>");
  const auto opening = [&](const std::string& name) {
    return [&folder, name] { SynctechXmlStore store(folder / name, Access::read); };
  };
  expect_error(ErrorCode::not_found, opening("missing.xml"));
  expect_error(ErrorCode::empty_input, opening("empty.xml"));
  expect_error(ErrorCode::unknown_format, opening("photo.xml"));
  expect_error(ErrorCode::invalid_argument, [&] { SynctechXmlStore store(folder.path(), Access::read); });
  expect_error(ErrorCode::not_found, [&] { SynctechXmlStore store(folder / "no/sms.xml", Access::write); });
  expect_error(ErrorCode::unknown_format, [&] { all_of(folder / "page.html"); });
  // Something else is never overwritten.
  expect_error(ErrorCode::unknown_format, [&] { SynctechXmlStore store(folder / "photo.xml", Access::write); });
  expect_error(ErrorCode::unknown_format, [&] { add(folder / "page.html", {app_sms("x")}); });
  EXPECT_EQ(get(folder / "page.html"), "<!DOCTYPE html>\n<html><body><p>x</p></body></html>");
  add(folder / "empty.xml", {app_sms("x")});
  EXPECT_EQ(all_of(folder / "empty.xml").records.size(), 1u);
}

TEST(SynctechXmlStore, ReadsAPipeOnce) {
  TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  stores::FileDescriptor both(::open((folder / "pipe").c_str(), O_RDWR));
  const std::string file = "<smses>" + row("x") + "</smses>";
  ASSERT_EQ(::write(both.get(), file.data(), file.size()), static_cast<ssize_t>(file.size()));
  SynctechXmlStore store(folder / "pipe", Access::read);
  EXPECT_FALSE(store.reopenable());
  both.reset();
  EXPECT_EQ(read_all(store).records.size(), 1u);
  expect_error(ErrorCode::unsupported, [&] { store.open({}); });
}

TEST(SynctechXmlZip, ReadsTheOneXmlFileInAZip) {
  TempFolder folder;
  const std::string file = top + "<smses count=\"1\">\n" + row("zipped") + "</smses>\n";
  put_zip(folder / "a.zip", {{"read me.txt", "hello"}, {"folder/sms-2024.XML", file}});
  put_zip(folder / "renamed.xml", {{"whatever", file}});
  for (const char* const name : {"a.zip", "renamed.xml"}) {
    const Batch all = all_of(folder / name);
    ASSERT_EQ(all.records.size(), 1u);
    EXPECT_EQ(all.records[0], Record(app_sms("zipped")));
  }
}

TEST(SynctechXmlZip, WritesOneEntryNamedLikeTheZip) {
  TempFolder folder;
  add(folder / "sms-2024.zip", {app_sms("one")});
  int error = 0;
  zip_t* const zip = zip_open((folder / "sms-2024.zip").c_str(), ZIP_RDONLY, &error);
  ASSERT_NE(zip, nullptr);
  EXPECT_EQ(zip_get_num_entries(zip, 0), 1);
  EXPECT_STREQ(zip_get_name(zip, 0, 0), "sms-2024.xml");
  zip_discard(zip);
  EXPECT_EQ(folder.entries(), Names{"sms-2024.zip"});
}

TEST(SynctechXmlZip, SaysWhatIsWrongWithAZip) {
  TempFolder folder;
  const std::string file = "<smses>" + row("x") + "</smses>";
  put_zip(folder / "locked.zip", {{"sms.xml", file}}, "secret");
  const Error locked = expect_error(ErrorCode::unsupported, [&] { all_of(folder / "locked.zip"); });
  EXPECT_EQ(std::string(locked.what()), "reading " + (folder / "locked.zip").string() + ": the zip is encrypted");
  EXPECT_EQ(locked.hint(), "Unpack it with its password first, for instance with 7z, and read the XML file.");
  put_zip(folder / "two.zip", {{"sms.xml", file}, {"calls.xml", file}});
  expect_error(ErrorCode::unsupported, [&] { all_of(folder / "two.zip"); });
  put_zip(folder / "none.zip", {{"a.txt", "x"}, {"b.txt", "y"}});
  expect_error(ErrorCode::unknown_format, [&] { all_of(folder / "none.zip"); });
  put_zip(folder / "cut.zip", {{"sms.xml", file}});
  put(folder / "cut.zip", get(folder / "cut.zip").substr(0, 100));
  expect_error(ErrorCode::truncated_input, [&] { all_of(folder / "cut.zip"); });
}

TEST(SynctechXmlZip, KeepsTheRowsBeforeDamagedBytes) {
  TempFolder folder;
  std::string file = "<smses>";
  test::RandomRecords random(1);
  for (int i = 0; i < 20000; ++i) file += row(std::to_string(random.integer()));
  put_zip(folder / "a.zip", {{"sms.xml", file + "</smses>"}});
  std::string bytes = get(folder / "a.zip");
  bytes.replace(bytes.size() / 2, 64, std::string(64, '\xaa'));
  put(folder / "a.zip", bytes);
  const Batch all = all_of(folder / "a.zip");
  // Packed bytes may unpack to something for long; the checksum tells at the end.
  EXPECT_GT(all.records.size(), 5000u);
  EXPECT_EQ(all.records.at(0), [] {
    test::RandomRecords first(1);
    return Record(app_sms(std::to_string(first.integer())));
  }());
  ASSERT_FALSE(all.problems.empty());
  EXPECT_EQ(all.problems.back().code, ErrorCode::corrupt_input);
}

}  // namespace
}  // namespace smsbackup
