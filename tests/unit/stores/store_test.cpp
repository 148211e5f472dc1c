#include "smsbackup/store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "read_all.hpp"
#include "smsbackup/jsonl_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "stores/detect_store.hpp"
#include "temp_folder.hpp"

namespace smsbackup {
namespace {

using namespace std::string_view_literals;

using test::expect_error;
using test::get;
using test::put;
using test::read_all;
using test::TempFolder;
using test::text_message;

const std::string data = SMSBACKUP_TEST_DATA;
bool has_mail_servers() {
  const auto schemes = registered_stores();
  return std::count(schemes.begin(), schemes.end(), "imaps") != 0;
}

std::string scheme_of_bytes(std::string_view bytes) { return stores::detect_by_beginning(bytes).scheme; }
std::string what_bytes_are(std::string_view bytes) { return stores::detect_by_beginning(bytes).what; }

TEST(StoreAddress, IsASchemeAndALocation) {
  const StoreAddress address = parse_store_address("mbox:/a/b");
  EXPECT_EQ(address.scheme, "mbox");
  EXPECT_EQ(address.location, "/a/b");
  EXPECT_EQ(parse_store_address("JSONL:-").scheme, "jsonl");
  EXPECT_EQ(parse_store_address("JSONL:-").location, "-");
  EXPECT_EQ(parse_store_address("memory:").scheme, "memory");
}

TEST(StoreAddress, IsAPlainPathWithoutAScheme) {
  for (const char* path : {"sms.xml", "/a/b:c", "./a:b", "-", "1:2", "a b:c", ":x"}) {
    EXPECT_EQ(parse_store_address(path).scheme, "") << path;
    EXPECT_EQ(parse_store_address(path).location, path);
  }
}

TEST(StoreAddress, IsAPlainPathWhereAFileHasThatName) {
  TempFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  put(folder / "sms:2023", "x");
  EXPECT_EQ(parse_store_address("sms:2023").location, "sms:2023");
  std::filesystem::current_path(before);
}

TEST(StoreAddress, RefusesASchemeThatNobodyKnows) {
  const Error error = expect_error(ErrorCode::invalid_argument, [] { parse_store_address("foo:secret"); });
  EXPECT_EQ(std::string(error.what()), "opening a store: nothing is known by the name foo:");
  EXPECT_EQ(error.hint(), "Known are android-db:, eml:, icalendar:, " +
                              std::string(has_mail_servers() ? "imap:, imap+starttls:, imaps:, " : "") +
                              "jsonl:, maildir:, mbox:, memory:, synctech-xml: or a plain path. "
                              "A path with a colon in it is written as ./PATH.");
  expect_error(ErrorCode::invalid_argument, [] { parse_store_address(""); });
}

TEST(StoreAddress, ShowsNoPassword) {
  const Error error = expect_error(ErrorCode::invalid_argument, [] { parse_store_address("pop3://me:secret@host"); });
  EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
  EXPECT_EQ(error.hint().find("secret"), std::string::npos);
}

TEST(OpenStore, KnowsMailServers) {
  if (!has_mail_servers()) {
    expect_error(ErrorCode::unsupported, [] { open_store("imaps://me@mail.example.org/SMS", Access::read); });
    return;
  }
  // Nothing is connected before it is used.
  EXPECT_EQ(open_store("imaps://me@mail.example.org/SMS", Access::read)->name(), "imaps://me@mail.example.org/SMS");
  EXPECT_EQ(open_store("imap+starttls://me@mail.example.org/SMS", Access::write)->name(),
            "imap+starttls://me@mail.example.org/SMS");
}

TEST(OpenStore, WritesAndReadsEveryFormatByItsScheme) {
  TempFolder folder;
  for (const std::string scheme : {"eml", "jsonl", "maildir", "mbox", "synctech-xml"}) {
    const std::string uri = scheme + ":" + (folder / scheme).string();
    const auto out = open_store(uri, Access::write);
    out->write(std::vector<Record>{text_message("hello")});
    out->finish();
    const auto in = open_store(uri, Access::read);
    EXPECT_EQ(in->name(), (folder / scheme).string());
    const Batch batch = read_all(*in);
    ASSERT_EQ(batch.records.size(), 1U) << scheme;
    EXPECT_EQ(std::get<Sms>(batch.records[0]).body, "hello");
    // And by what it holds.
    EXPECT_EQ(detect_store(folder / scheme), scheme);
    EXPECT_EQ(read_all(*open_store((folder / scheme).string(), Access::read)).records.size(), 1U) << scheme;
  }
}

TEST(OpenStore, ChoosesTheFormatOfANewFileByItsName) {
  TempFolder folder;
  const auto made_by = [&](const std::string& name) {
    const auto store = open_store((folder / name).string(), Access::write);
    store->write(std::vector<Record>{text_message("hello")});
    store->finish();
    return detect_store(folder / name);
  };
  EXPECT_EQ(made_by("a.xml"), "synctech-xml");
  EXPECT_EQ(made_by("a.ZIP"), "synctech-xml");
  EXPECT_EQ(made_by("a.mbox"), "mbox");
  EXPECT_EQ(made_by("a.jsonl"), "jsonl");
  EXPECT_EQ(made_by("a.ndjson"), "jsonl");
  EXPECT_EQ(made_by("a.eml"), "eml");
  EXPECT_EQ(made_by("mails"), "maildir");
  EXPECT_EQ(made_by("mails.2023/"), "maildir");
  std::filesystem::create_directory(folder / "empty.folder");
  EXPECT_EQ(made_by("empty.folder"), "maildir");
  put(folder / "empty.mbox", "");
  EXPECT_EQ(made_by("empty.mbox"), "mbox");
  const Error error = expect_error(ErrorCode::unknown_format, [&] { made_by("a.txt"); });
  EXPECT_EQ(std::string(error.what()),
            "opening " + (folder / "a.txt").string() + " for writing: its name doesn't tell the format");
}

TEST(OpenStore, AddsToWhatIsThereWhateverItsName) {
  TempFolder folder;
  put(folder / "a.xml", R"({"__type":"sms","body":"one"})");
  const auto store = open_store((folder / "a.xml").string(), Access::write);
  store->write(std::vector<Record>{text_message("two")});
  store->finish();
  EXPECT_EQ(detect_store(folder / "a.xml"), "jsonl");
  EXPECT_EQ(read_all(*store).records.size(), 2U);
}

TEST(OpenStore, SaysWhatIsMissing) {
  const Error error = expect_error(ErrorCode::invalid_argument, [] { open_store("mbox:", Access::read); });
  EXPECT_EQ(std::string(error.what()), "opening a mbox: store: its path is missing");
  expect_error(ErrorCode::not_found, [] { open_store("/none/such", Access::read); });
  expect_error(ErrorCode::not_found, [] { open_store("/none/such.mbox", Access::write); });
}

TEST(OpenStore, SaysWhatItSeesWhereItCantRead) {
  TempFolder folder;
  const auto refuse = [&](std::string_view bytes) {
    put(folder / "a", bytes);
    return std::string(
        expect_error(ErrorCode::unknown_format, [&] { open_store((folder / "a").string(), Access::read); }).what());
  };
  const std::string opening = "opening " + (folder / "a").string() + ": ";
  EXPECT_EQ(refuse("SQLite format 3\0 and so on"sv), opening + "this is a damaged SQLite database");
  EXPECT_EQ(refuse("\x01\x02\x03"), opening + "this is no format that can be read");
  EXPECT_EQ(refuse("<?xml version=\"1.0\"?><html/>"), opening + "this is XML of another kind");
  EXPECT_EQ(refuse("PK\x03\x04 and nothing"), opening + "this is a damaged zip file");
  put(folder / "a", "");
  expect_error(ErrorCode::empty_input, [&] { open_store((folder / "a").string(), Access::read); });
  std::filesystem::create_directory(folder / "d");
  const Error empty =
      expect_error(ErrorCode::unknown_format, [&] { open_store((folder / "d").string(), Access::read); });
  EXPECT_EQ(std::string(empty.what()), "opening " + (folder / "d").string() + ": this is an empty folder");
  put(folder / "d/diary.txt", "x");
  EXPECT_EQ(detect_store(folder / "d"), "");
  expect_error(ErrorCode::unknown_format, [&] { open_store((folder / "d").string(), Access::write); });
}

TEST(OpenStore, DoesNotReadAPipeToSeeWhatItIs) {
  TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  // Opening it for reading alone would wait for a writer.
  const int writer = ::open((folder / "pipe").c_str(), O_RDWR);
  EXPECT_EQ(detect_store(folder / "pipe"), "");
  ::close(writer);
}

TEST(DetectStore, KnowsTheSamples) {
  for (const auto& entry : std::filesystem::directory_iterator(data + "/synctech-xml")) {
    if (entry.path().extension() == ".xml") {
      EXPECT_EQ(detect_store(entry.path()), "synctech-xml") << entry.path();
    }
  }
  EXPECT_EQ(detect_store(data + "/smsbackupplus/001-sms-inbox-ascii.eml"), "eml");
  EXPECT_EQ(detect_store(data + "/smsbackupplus"), "eml");
  const auto zip = stores::detect(data + "/sms-ie/g2b-sms-basic.zip");
  EXPECT_EQ(zip.scheme, "");
  EXPECT_TRUE(zip.what.starts_with("a zip of SMS Import / Export")) << zip.what;
}

TEST(DetectStore, KnowsAFormatByItsFirstBytes) {
  EXPECT_EQ(scheme_of_bytes("{\"__type\":\"sms\""), "jsonl");
  EXPECT_EQ(scheme_of_bytes("\xEF\xBB\xBF[\n {\"address\": \"1\""), "jsonl");
  EXPECT_EQ(scheme_of_bytes("{\"name\":\"a package\"}"), "");
  EXPECT_EQ(scheme_of_bytes("From - Tue Aug 08 06:13:36 2023\r\nA: b\r\n"), "mbox");
  EXPECT_EQ(scheme_of_bytes("From what I hear\n"), "");
  EXPECT_EQ(scheme_of_bytes("X-smssync-datatype: SMS\n"), "eml");
  EXPECT_EQ(scheme_of_bytes("Subject: x\r\nFrom: a@b\r\n\r\n"), "eml");
  EXPECT_EQ(scheme_of_bytes("Note: this is a text\n\nFrom: me\nTo: you\n"), "");
  EXPECT_EQ(scheme_of_bytes("  <smses count=\"0\">"), "synctech-xml");
  EXPECT_EQ(scheme_of_bytes("<?xml version='1.0'?>\n<calls count=\"0\">"), "synctech-xml");
  EXPECT_EQ(scheme_of_bytes("\xFF\xFE<\0s\0m\0s\0e\0s\0 \0"sv), "synctech-xml");
  EXPECT_EQ(scheme_of_bytes(""), "");
  EXPECT_EQ(what_bytes_are("SSEF\0\xFF\0\1"sv), "an encrypted SMS Import / Export file");
}

TEST(RegisterStore, MakesASchemeKnown) {
  register_store("test-memory", [](const StoreAddress& address, Access, const StoreOptions&) {
    EXPECT_EQ(address.location, "//host/x");
    return std::make_unique<MemoryStore>(std::vector<Record>{text_message("from the host")});
  });
  const auto schemes = registered_stores();
  EXPECT_EQ(std::count(schemes.begin(), schemes.end(), "test-memory"), 1);
  EXPECT_EQ(read_all(*open_store("test-memory://host/x", Access::read)).records.size(), 1U);
}

TEST(RegisterStore, RefusesWhatCantBeAScheme) {
  const auto factory = [](const StoreAddress&, Access, const StoreOptions&) -> std::unique_ptr<Store> {
    return nullptr;
  };
  for (const char* scheme : {"", "Upper", "a:b", "1a", "a b"}) {
    expect_error(ErrorCode::invalid_argument, [&] { register_store(scheme, factory); });
  }
  expect_error(ErrorCode::invalid_argument, [] { register_store("empty", {}); });
}

}  // namespace
}  // namespace smsbackup
