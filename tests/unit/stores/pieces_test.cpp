#include "stores/pieces.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

#include "conformance/hazards.hpp"
#include "smsbackup/eml_store.hpp"
#include "smsbackup/jsonl_store.hpp"
#include "smsbackup/maildir_store.hpp"
#include "smsbackup/mbox_store.hpp"
#include "smsbackup/synctech_xml_store.hpp"
#include "unit/stores/read_all.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup::test {
namespace {

template <class FileStore>
std::vector<std::string> pieces_of(const std::filesystem::path& path, std::size_t wanted) {
  return FileStore(path, Access::read).split(wanted);
}

std::vector<Record> read_pieces(Source& source, std::size_t wanted) {
  std::vector<Record> records;
  for (const std::string& piece : source.split(wanted)) {
    const auto cursor = source.open_piece({}, piece);
    for (Batch batch; cursor->next(batch); batch.clear()) {
      std::move(batch.records.begin(), batch.records.end(), std::back_inserter(records));
    }
  }
  return records;
}

TEST(Pieces, AreAsManyAsAskedForWhereThereIsEnough) {
  const TempFolder folder;
  const std::vector<Record> records = plain_records(500);
  const auto fill = [&](Store&& store) {
    store.write(records);
    store.finish();
  };
  fill(JsonlStore(folder / "a.jsonl", Access::write));
  fill(MboxStore(folder / "a.mbox", Access::write));
  fill(SynctechXmlStore(folder / "a.xml", Access::write));
  fill(MaildirStore(folder / "maildir", Access::write));
  fill(EmlStore(folder / "eml", Access::write));
  EXPECT_EQ(pieces_of<JsonlStore>(folder / "a.jsonl", 4).size(), 4U);
  EXPECT_EQ(pieces_of<MboxStore>(folder / "a.mbox", 4).size(), 4U);
  EXPECT_EQ(pieces_of<SynctechXmlStore>(folder / "a.xml", 4).size(), 4U);
  EXPECT_EQ(pieces_of<MaildirStore>(folder / "maildir", 4).size(), 4U);
  EXPECT_EQ(pieces_of<EmlStore>(folder / "eml", 4).size(), 4U);
}

TEST(Pieces, OfAZipIsOne) {
  const TempFolder folder;
  {
    SynctechXmlStore store(folder / "a.zip", Access::write);
    store.write(plain_records(500));
    store.finish();
  }
  EXPECT_EQ(pieces_of<SynctechXmlStore>(folder / "a.zip", 4), std::vector<std::string>{""});
}

TEST(Pieces, SayWhereInTheFileTheyAre) {
  const TempFolder folder;
  {
    JsonlStore store(folder / "a.jsonl", Access::write);
    store.write(plain_records(500));
    store.finish();
  }
  JsonlStore store(folder / "a.jsonl", Access::read);
  const auto pieces = store.split(2);
  ASSERT_EQ(pieces.size(), 2U);
  Batch batch;
  ASSERT_TRUE(store.open_piece({}, pieces[1])->next(batch));
  const std::string begin = pieces[1].substr(0, pieces[1].find('-'));
  EXPECT_EQ(batch.positions[0], (folder / "a.jsonl").string() + ", line 1 from byte " + begin + " on");
}

TEST(Pieces, FollowAMailThatIsRenamedInTheMeantime) {
  const TempFolder folder;
  {
    MaildirStore store(folder / "mails", Access::write);
    store.write(plain_records(40));
    store.finish();
  }
  MaildirStore store(folder / "mails", Access::read);
  const auto pieces = store.split(4);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "mails/cur")) {
    std::filesystem::rename(entry.path(), folder / "mails/new" / entry.path().filename());
  }
  std::size_t records = 0;
  for (const std::string& piece : pieces) {
    const auto cursor = store.open_piece({}, piece);
    for (Batch batch; cursor->next(batch); batch.clear()) records += batch.records.size();
  }
  EXPECT_EQ(records, 40U);
}

// Rows that are none: in comments, and in values of programs that don't escape '<'.
std::string rows(int count, const std::string& between) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "  <sms address=\"1\" date=\"" + std::to_string(i) + "\" type=\"1\" body=\"" + between + "\" />\n" +
            "  <!-- \n  <sms address=\"none\" body=\"none\" />\n -->\n";
  }
  return text;
}

TEST(Pieces, OfXmlBeginAtRowsOnly) {
  const TempFolder folder;
  for (const std::string value :
       {"plain", "a > b\n  <sms address='x' body='y' />\n", "it's \n <mms ", "]]> &lt;sms "}) {
    SCOPED_TRACE(value);
    put(folder / "a.xml", "<?xml version='1.0' ?>\n<smses>\n" + rows(400, value) + "</smses>\n");
    SynctechXmlStore store(folder / "a.xml", Access::read);
    for (const std::size_t wanted : {2U, 9U, 1000U}) EXPECT_TRUE(read_pieces(store, wanted) == read_all(store).records);
  }
}

TEST(Pieces, OfDamagedXmlEndWhereTheDamageBegins) {
  const TempFolder folder;
  const std::string good = rows(200, "plain");
  for (const std::string damage : {"stray text\n", "<thing>\n", "</smses>\n<smses>\n", "<![CDATA[\n <sms ]]>",
                                   "<mms>\n", "<sms address=\"1\n", "</smses>", "</mms>", "<sms body='x'\n"}) {
    SCOPED_TRACE(damage);
    put(folder / "a.xml", "<smses>\n" + good + damage + good + "</smses>\n");
    SynctechXmlStore store(folder / "a.xml", Access::read);
    EXPECT_GT(store.split(8).size(), 2U);
    EXPECT_TRUE(read_pieces(store, 8) == read_all(store).records);
  }
}

TEST(Pieces, OfAnMboxDontBeginInQuotedMails) {
  const TempFolder folder;
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text +=
        "From me@x Tue Aug  8 06:13:36 2023\nX-smssync-datatype: SMS\nX-smssync-address: 1\nX-smssync-type: 1\n"
        "X-smssync-date: 16000000000" +
        std::to_string(10 + i) + "\n\n>From me@x Tue Aug  8 06:13:36 2023\nFrom here on\n" + std::string(60, 'x') +
        "\n\n";
  }
  put(folder / "a.mbox", text);
  MboxStore store(folder / "a.mbox", Access::read);
  ASSERT_EQ(read_all(store).records.size(), 100U);
  EXPECT_GT(store.split(5).size(), 3U);
  for (const std::size_t wanted : {2U, 5U, 50U}) EXPECT_TRUE(read_pieces(store, wanted) == read_all(store).records);
}

TEST(Pieces, OfFilesAreCutNoSmallerThanIsWorthIt) {
  using stores::even_cuts;
  EXPECT_EQ(even_cuts(0, 10), std::vector<std::uint64_t>());
  EXPECT_EQ(even_cuts(4096, 10), std::vector<std::uint64_t>());
  EXPECT_EQ(even_cuts(12'288, 10), (std::vector<std::uint64_t>{4096, 8192}));
  EXPECT_EQ(even_cuts(1'000'000, 0), std::vector<std::uint64_t>());
}

}  // namespace
}  // namespace smsbackup::test
