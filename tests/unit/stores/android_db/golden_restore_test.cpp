// What SMS Backup+ would insert into a phone, our restore inserts, too; and with it what SMS Backup+ leaves out.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "smsbackup/android_db_store.hpp"
#include "smsbackup/columns.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "unit/mime/golden_data.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

using nlohmann::json;
using test::TempFolder;

template <class Row>
std::map<std::string, std::string> columns_by_name(const Row& row) {
  std::map<std::string, std::string> columns;
  for_each_column(row, [&](std::string_view name, std::optional<std::string_view> text) {
    columns[std::string(name)] = text ? std::string(*text) : "(null)";
  });
  return columns;
}

std::map<std::string, std::string> columns_by_name(const Record& record) {
  return std::visit([](const auto& row) { return columns_by_name(row); }, record);
}

// What is on the phone after restoring one record onto a new one.
std::vector<Record> restored(const Record& record) {
  const TempFolder folder;
  MemoryStore archive({record});
  {
    AndroidDbStore phone(folder / "phone", Access::write);
    EXPECT_TRUE(restore(archive, phone).complete());
  }
  std::vector<Record> records;
  AndroidDbStore phone(folder / "phone", Access::read);
  const auto cursor = phone.open({});
  for (Batch batch; cursor->next(batch); batch.clear()) {
    for (Record& found : batch.records) {
      if (auto* mms = std::get_if<Mms>(&found)) {
        for (MmsPart& part : mms->parts) {
          if (part.data) part.data = Blob(part.data->bytes());  // the folder goes away
        }
      }
      records.push_back(std::move(found));
    }
  }
  return records;
}

TEST(GoldenRestore, HasAllThatSmsBackupPlusInserts) {
  int compared = 0;
  int better = 0;  // where the decoder is, see docs/smsbackupplus-differences.md
  MimeDecoder decoder;
  for (const golden::Case& c : golden::cases()) {
    if (!c.mail || !c.restored || c.restored->at("content_values").is_null()) continue;
    SCOPED_TRACE(c.id);
    const DecodedMail mail = decoder.decode(*c.mail);
    ASSERT_EQ(mail.kind, MailKind::record);
    auto decoded = columns_by_name(mail.record);
    const auto records = restored(mail.record);
    ASSERT_EQ(records.size(), 1U);
    auto columns = columns_by_name(records.front());
    // SMS Backup+ reads these and then inserts none of them; here they become failed messages.
    const bool dropped = c.restored->at("restore_task").at("rows_inserted") == 0;
    for (const auto& [name, value] : c.restored->at("content_values").items()) {
      if (value.is_null()) continue;
      if (name == "thread_id") {
        EXPECT_NE(columns.at(name), "(null)");
        continue;
      }
      // Settings of the app, and a look-up in the phone's contacts.
      if (name == "read" || name == "new" || name == "name" || name == "numbertype") continue;
      if (name == "type" && dropped && std::holds_alternative<Sms>(mail.record)) continue;
      const std::string expected = value.is_string() ? value.get<std::string>() : value.dump();
      ++compared;
      if (columns.at(name) != expected) {
        EXPECT_EQ(columns.at(name), decoded.at(name)) << name;
        ++better;
      }
    }
  }
  EXPECT_GT(compared, 750);
  EXPECT_LT(better, 20);
}

TEST(GoldenRestore, RestoresTheMmsThatSmsBackupPlusCannot) {
  int mms = 0;
  MimeDecoder decoder;
  for (const golden::Case& c : golden::cases()) {
    if (!c.mail) continue;
    const DecodedMail mail = decoder.decode(*c.mail);
    const auto* before = std::get_if<Mms>(&mail.record);
    if (mail.kind != MailKind::record || before == nullptr) continue;
    SCOPED_TRACE(c.id);
    ++mms;
    const auto records = restored(mail.record);
    ASSERT_EQ(records.size(), 1U);
    const Mms& after = std::get<Mms>(records.front());
    EXPECT_EQ(content_digest(after), content_digest(mail.record));
    EXPECT_TRUE(after.thread_id.has_value());
    EXPECT_TRUE(after.m_type.has_value());
    EXPECT_TRUE(after.msg_box.has_value());
    EXPECT_EQ(direction_of(records.front()), direction_of(mail.record));
    EXPECT_GE(after.addresses.size(), before->addresses.size());
    EXPECT_EQ(after.parts.size(), before->parts.size());
  }
  EXPECT_GT(mms, 35);
}

}  // namespace
}  // namespace smsbackup
