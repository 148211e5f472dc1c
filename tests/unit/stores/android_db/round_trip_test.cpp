// From a phone into every kind of archive and onto an empty phone: what is there equals what was there, in every column
// that is not the phone's own.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "conformance/phone_rows.hpp"
#include "random_record.hpp"
#include "smsbackup/android_db_store.hpp"
#include "smsbackup/jsonl.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "unit/stores/android_db/sql.hpp"
#include "unit/stores/read_all.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

using test::TempFolder;

// A month of a phone: a few people and groups, and records that have everything wrong.
std::vector<Record> records_of_a_phone(std::uint64_t seed) {
  test::RandomRecords random(seed);
  const std::vector<std::string> people = {"+4915112345678",  "015112345678", "MY BANK", "12345",
                                           "ann@example.org", "+15550100",    ""};
  std::vector<Record> records;
  std::int64_t date = 1'600'000'000'000;
  for (int i = 0; i < 300; ++i) {
    date += 1000 + static_cast<std::int64_t>(random.below(100'000));
    Record record = random.next();
    const auto person = [&] { return people[random.below(people.size())]; };
    if (auto* sms = std::get_if<Sms>(&record)) {
      sms->address = person();
      sms->date = date;
      sms->type = random.below(2) == 0 ? sms_inbox : sms_sent;
    } else if (auto* mms = std::get_if<Mms>(&record)) {
      mms->date = date / 1000 * 1000;
      mms->msg_box = random.below(2) == 0 ? mms_inbox : mms_sent;
      mms->m_type = mms->msg_box == Integer(mms_inbox) ? mms_retrieve_conf : mms_send_req;
      for (MmsAddress& address : mms->addresses) {
        if (address.address != Text(std::string(insert_address_token))) address.address = person();
      }
    } else {
      std::get<Call>(record).date = date;
    }
    records.push_back(test::as_phone_record(std::move(record)));
  }
  return records;
}

std::vector<std::string> as_lines(Source& phone) {
  std::vector<std::string> lines;
  const auto cursor = phone.open({});
  for (Batch batch; cursor->next(batch); batch.clear()) {
    EXPECT_TRUE(batch.problems.empty());
    for (Record& record : batch.records) {
      std::string& line = lines.emplace_back();
      to_json(test::as_phone_record(std::move(record)), line);
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// Which messages are together in a conversation, and what the conversation says of itself.
std::vector<std::string> conversations(const std::filesystem::path& db) {
  auto rows = test::rows(db,
                         "SELECT (SELECT group_concat(x) FROM (SELECT date AS x FROM sms WHERE thread_id = threads._id"
                         " UNION ALL SELECT date FROM pdu WHERE thread_id = threads._id ORDER BY x)),"
                         " date, message_count, read, type, has_attachment, snippet IS NULL, snippet_cs FROM threads");
  std::sort(rows.begin(), rows.end());
  return rows;
}

class ArchiveTest : public testing::TestWithParam<const char*> {};

TEST_P(ArchiveTest, GivesAPhoneBackAsItWas) {
  for (const std::uint64_t seed : {1U, 2U}) {
    const TempFolder folder;
    const auto copy = [&](const std::string& from, const std::string& to) {
      const auto source = open_store(from, Access::read);
      const auto sink = open_store(to, Access::write);
      TransferOptions options;
      options.dedup.level = DedupLevel::off;
      const Report report = transfer(*source, *sink, options);
      EXPECT_TRUE(report.complete()) << report.to_json();
      EXPECT_EQ(report.total().written, 300U);
    };
    const std::string first = "android-db:" + (folder / "a").string();
    const std::string second = "android-db:" + (folder / "b").string();
    const std::string archive = std::string(GetParam()) + (folder / "archive").string();
    {
      MemoryStore made(records_of_a_phone(seed));
      const auto phone = open_store(first, Access::write);
      TransferOptions options;
      options.dedup.level = DedupLevel::off;
      transfer(made, *phone, options);
    }
    copy(first, archive);
    copy(archive, second);
    EXPECT_EQ(as_lines(*open_store(second, Access::read)), as_lines(*open_store(first, Access::read)));
    EXPECT_EQ(conversations(folder / "b/mmssms.db"), conversations(folder / "a/mmssms.db"));
  }
}

INSTANTIATE_TEST_SUITE_P(Archives, ArchiveTest,
                         testing::Values("jsonl:", "synctech-xml:", "maildir:", "mbox:", "eml:", "android-db:"),
                         [](const auto& test) {
                           std::string name = test.param;
                           name.pop_back();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace smsbackup
