// The tables of functions.json: small functions of SMS Backup+ with their inputs and outputs.
#include <gtest/gtest.h>

#include "golden_data.hpp"
#include "mime/call_text.hpp"
#include "mime/encoded_word.hpp"
#include "mime/mailbox.hpp"
#include "mime/parameters.hpp"

namespace smsbackup {
namespace {

using nlohmann::json;

std::optional<std::string> text(const json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<std::string>();
}

std::string decoded(std::string_view value) {
  const auto charsets = system_charsets();
  std::string out;
  mime::append_decoded_words(value, *charsets, out);
  return out;
}

TEST(Functions, PersonsAreWrittenAsSmsBackupPlusDoes) {
  const json functions = golden::functions();
  for (const json& entry : functions.at("person")) {
    SCOPED_TRACE(entry.dump());
    const json& input = entry.at("input");
    std::optional<Contact> contact;
    if (input.at("id") != 0 || !input.at("name").is_null()) {
      contact.emplace();
      contact->id = input.at("id").get<std::int64_t>();
      contact->name = text(input.at("name"));
      if (!input.at("email").is_null()) contact->emails.push_back(input.at("email").get<std::string>());
    }
    const std::optional<std::string> number = text(input.at("number"));
    const mime::Person person(number ? std::optional<std::string_view>(*number) : std::nullopt, contact, "Unknown");
    EXPECT_EQ(person.name(), entry.at("get_name").get<std::string>());
    EXPECT_EQ(person.number(), entry.at("get_number").get<std::string>());
    EXPECT_EQ(person.email(), entry.at("get_email").get<std::string>());
    EXPECT_EQ(person.id(), text(entry.at("get_id")));
    EXPECT_EQ(decoded(person.mailbox(AddressStyle::name)), decoded(entry.at("address_NAME").get<std::string>()));
    EXPECT_EQ(decoded(person.mailbox(AddressStyle::number)), decoded(entry.at("address_NUMBER").get<std::string>()));
    EXPECT_EQ(decoded(person.mailbox(AddressStyle::name_and_number)),
              decoded(entry.at("address_NAME_AND_NUMBER").get<std::string>()));
  }
}

TEST(Functions, NamesAreCleanedAsSmsBackupPlusDoes) {
  const json functions = golden::functions();
  for (const json& entry : functions.at("sanitize")) {
    SCOPED_TRACE(entry.dump());
    const std::string input = entry.at("input").get<std::string>();
    EXPECT_EQ(mime::sanitized(input), entry.at("sanitize").get<std::string>());
    EXPECT_EQ(mime::encode_local_part(input), entry.at("encode_local").get<std::string>());
  }
}

TEST(Functions, FileNamesAreEncodedAsSmsBackupPlusDoes) {
  const json functions = golden::functions();
  for (const json& entry : functions.at("encode_rfc2231")) {
    SCOPED_TRACE(entry.dump());
    const std::string input = entry.at("input").get<std::string>();
    EXPECT_EQ(mime::encode_parameter("name", input), entry.at("name").get<std::string>());
    EXPECT_EQ(mime::encode_parameter("filename", input), entry.at("filename").get<std::string>());
  }
}

TEST(Functions, CallsAreWordedAsSmsBackupPlusDoes) {
  const Wording wording;
  const json functions = golden::functions();
  for (const json& entry : functions.at("call_format")) {
    SCOPED_TRACE(entry.dump());
    const json& input = entry.at("input");
    const auto type = input.at("type").get<std::int64_t>();
    const auto duration = input.at("duration").get<std::int64_t>();
    EXPECT_EQ(mime::duration_text(duration), entry.at("duration_text").get<std::string>());
    EXPECT_EQ(mime::call_type_text(type, wording), entry.at("type_text").get<std::string>());
    EXPECT_EQ(mime::call_body(type, input.at("number").get<std::string>(), duration, wording),
              entry.at("format").get<std::string>());
    const auto number = input.at("number").get<std::string>();
    EXPECT_EQ(mime::call_title(type, number, wording), entry.at("calendar_title").get<std::string>());
    EXPECT_EQ(mime::call_description(type, number, duration, wording),
              entry.at("calendar_description").get<std::string>());
  }
}

}  // namespace
}  // namespace smsbackup
