#include "smsbackup/contacts.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

Contact contact(std::string name, std::vector<std::string> numbers, std::vector<std::string> emails = {}) {
  Contact contact;
  contact.name = std::move(name);
  contact.numbers = std::move(numbers);
  contact.emails = std::move(emails);
  return contact;
}

std::optional<std::string> name_of(ContactBook& book, std::string_view address) {
  const auto found = book.lookup(address);
  return found ? found->name : std::nullopt;
}

class File {
 public:
  explicit File(std::string_view text) : path_(std::filesystem::temp_directory_path() / "smsbackup-contacts-test.vcf") {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(MemoryContactBook, FindsANumberInAnySpelling) {
  MemoryContactBook book;
  book.add(contact("Anna", {"+49 151 12345678"}, {"Anna@Example.org"}));
  book.add(contact("Bank", {"MY BANK", "40404"}));
  EXPECT_EQ(name_of(book, "015112345678"), "Anna");
  EXPECT_EQ(name_of(book, "anna@example.org"), "Anna");
  EXPECT_EQ(name_of(book, "mybank"), "Bank");
  EXPECT_EQ(name_of(book, "40404"), "Bank");
  EXPECT_EQ(name_of(book, "0040404"), std::nullopt);
  EXPECT_EQ(name_of(book, "015212345678"), std::nullopt);
  EXPECT_EQ(book.size(), 2u);
}

TEST(MemoryContactBook, KnowsNobodyBehindAnUnknownNumber) {
  MemoryContactBook book;
  book.add(contact("Nobody", {"", "-1", "-2"}));
  for (const std::string_view address : {"", "-1", "-2", "insert-address-token"}) {
    EXPECT_EQ(book.lookup(address), std::nullopt) << address;
  }
}

TEST(MemoryContactBook, PrefersTheVerySpellingThenTheSameDigits) {
  MemoryContactBook book;
  book.add(contact("Loose", {"0151 12345678"}));
  book.add(contact("Digits", {"+49 151 12345678"}));
  book.add(contact("Text", {"+4915112345678"}));
  EXPECT_EQ(name_of(book, "+4915112345678"), "Text");
  EXPECT_EQ(name_of(book, "+49-151-12345678"), "Digits");
  EXPECT_EQ(name_of(book, "004915112345678"), "Loose");
}

TEST(MemoryContactBook, GivesIdsToContactsWithoutOne) {
  MemoryContactBook book;
  Contact known = contact("Known", {"1"});
  known.id = 1;
  book.add(known);
  book.add(contact("New", {"2"}));
  book.add(contact("Newer", {"3"}));
  EXPECT_EQ(book.lookup("1")->id, 1);
  EXPECT_EQ(book.lookup("2")->id, 2);
  EXPECT_EQ(book.lookup("3")->id, 3);
}

TEST(ContactBook, AsksTheContactForItsGroups) {
  MemoryContactBook book;
  Contact member = contact("A", {"1"});
  member.groups = {"Family"};
  EXPECT_TRUE(book.in_group(member, "Family"));
  EXPECT_FALSE(book.in_group(member, "Friends"));
}

TEST(Contact, WritesToGmailFirst) {
  EXPECT_EQ(contact("", {}).mail_address(), std::nullopt);
  EXPECT_EQ(contact("", {}, {""}).mail_address(), std::nullopt);
  EXPECT_EQ(contact("", {}, {"", "a@b"}).mail_address(), "a@b");
  EXPECT_EQ(contact("", {}, {"a@b", "c@GoogleMail.com", "d@gmail.com"}).mail_address(), "c@GoogleMail.com");
}

// What SMS Backup+ wrote into the mails' From and To.
TEST(Contact, ChoosesTheAddressThatSmsBackupPlusChose) {
  const std::map<std::string, std::optional<std::string>> expected{
      {"054-sms-contact-gmail-wins", "gabi77@GMail.com"},
      {"055-sms-contact-primary-wins", "hugo@primary.example"},
      {"057-sms-contact-mail-two", "jana@example.org, jana2@example.org"},
      {"058-sms-contact-mail-empty", std::nullopt}};
  for (const auto& [id, address] : expected) {
    std::ifstream file(std::string(SMSBACKUP_TEST_DATA "/smsbackupplus/") + id + ".json");
    const nlohmann::json golden = nlohmann::json::parse(file);
    Contact person;
    for (const int primary : {1, 0}) {
      for (const auto& row : golden["contacts"]["emails"]) {
        if (row["is_primary"] == primary) person.emails.push_back(row["data1"]);
      }
    }
    EXPECT_EQ(person.mail_address(), address) << id;
  }
}

TEST(ReadVcardFile, FillsABook) {
  const File file("BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nTEL:+49 151 12345678\nEND:VCARD\nBEGIN:VCARD\nFN:Cut\nTEL:1");
  std::vector<Problem> problems;
  MemoryContactBook book = read_vcard_file(file.path(), {}, &problems);
  EXPECT_EQ(book.size(), 2u);
  EXPECT_EQ(name_of(book, "015112345678"), "Anna");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].where, file.path().string() + ", card 2, byte 63");
}

TEST(ReadVcardFile, SaysWhatIsWrongWithTheFile) {
  const auto code = [](const std::filesystem::path& path) -> std::string_view {
    try {
      read_vcard_file(path);
      return "none";
    } catch (const Error& error) {
      return to_string(error.code());
    }
  };
  EXPECT_EQ(code("/nonexistent/contacts.vcf"), "not_found");
  EXPECT_EQ(code(File("").path()), "empty_input");
  EXPECT_EQ(code(File("not a vCard").path()), "unknown_format");
  EXPECT_EQ(code(std::filesystem::temp_directory_path()), "invalid_argument");
  EXPECT_EQ(code(File("BEGIN:VCARD").path()), "none");
}

}  // namespace
}  // namespace smsbackup
