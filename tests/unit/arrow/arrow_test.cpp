#include "smsbackup/arrow.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "conformance/hazards.hpp"
#include "smsbackup/charset.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/forwarding_store.hpp"
#include "smsbackup/jsonl.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/synctech_xml_store.hpp"

namespace smsbackup::test {
namespace {

// The cells of a table as text, by column; "NULL" where there is nothing.
using Cells = std::map<std::string, std::vector<std::string>>;

std::string text_cell(const ArrowArray& array, std::int64_t row) {
  const auto* offsets = static_cast<const std::int32_t*>(array.buffers[1]);
  const auto* data = static_cast<const char*>(array.buffers[2]);
  return {data + offsets[row], data + offsets[row + 1]};
}

std::string cell(const ArrowSchema& schema, const ArrowArray& array, std::int64_t row) {
  if (array.buffers[0] != nullptr) {
    const auto* bits = static_cast<const std::uint8_t*>(array.buffers[0]);
    if ((bits[row / 8] >> (row % 8) & 1) == 0) return "NULL";
  }
  const std::string format = schema.format;
  if (format == "l" || format == "tsm:UTC") {
    return std::to_string(static_cast<const std::int64_t*>(array.buffers[1])[row]);
  }
  if (format == "b") {
    return (static_cast<const std::uint8_t*>(array.buffers[1])[row / 8] >> (row % 8) & 1) != 0 ? "true" : "false";
  }
  if (format != "+l") return text_cell(array, row);
  const auto* offsets = static_cast<const std::int32_t*>(array.buffers[1]);
  std::string list = "[";
  for (std::int32_t item = offsets[row]; item < offsets[row + 1]; ++item) {
    list += (item == offsets[row] ? "" : ",") + text_cell(*array.children[0], item);
  }
  return list + "]";
}

struct Table {
  Cells cells;
  std::vector<std::int64_t> batches;  // rows of each
};

template <class From>
Table read_table(From&& source, ArrowOptions options = {}) {
  options.source = source.name();
  ArrowReader reader(source.open({}), std::move(options));
  ArrowSchema schema;
  reader.schema(&schema);
  Table table;
  for (std::int64_t i = 0; i < schema.n_children; ++i) table.cells[schema.children[i]->name];
  ArrowArray array;
  while (reader.next(&array)) {
    EXPECT_EQ(array.n_children, schema.n_children);
    table.batches.push_back(array.length);
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
      EXPECT_EQ(array.children[i]->length, array.length);
      auto& column = table.cells[schema.children[i]->name];
      std::int64_t nulls = 0;
      for (std::int64_t row = 0; row < array.length; ++row) {
        column.push_back(cell(*schema.children[i], *array.children[i], row));
        nulls += column.back() == "NULL" ? 1 : 0;
      }
      EXPECT_EQ(array.children[i]->null_count, nulls) << schema.children[i]->name;
    }
    array.release(&array);
    EXPECT_EQ(array.release, nullptr);
  }
  EXPECT_EQ(array.release, nullptr);
  EXPECT_FALSE(reader.next(&array)) << "after the end";
  schema.release(&schema);
  return table;
}

using Column = std::vector<std::string>;

MemoryStore& three_records() {
  Sms sms = plain_sms(1);
  sms.read = 0;
  sms.extras["contact_name"] = "Ann";
  Mms mms = plain_mms(2);
  mms.sub = "f\xc3\x83\xc2\xbcr dich";  // "für dich" as the provider keeps it
  Call call = plain_call(3);
  call.number = null;
  static MemoryStore store({sms, mms, call});
  return store;
}

TEST(Arrow, ShowsOneRowForEachRecord) {
  const Cells cells = read_table(three_records()).cells;
  EXPECT_EQ(cells.at("row"), (Column{"0", "1", "2"}));
  EXPECT_EQ(cells.at("type"), (Column{"sms", "mms", "call"}));
  EXPECT_EQ(cells.at("direction"), (Column{"incoming", "incoming", "incoming"}));
  EXPECT_EQ(cells.at("date"), (Column{"1600000060140", "1600000122000", "1600000186465"}));
  EXPECT_EQ(cells.at("address"), (Column{"+15551000001", "+15550100", "NULL"}));
  EXPECT_EQ(cells.at("addresses"), (Column{"[+15551000001]", "[+15550100]", "[]"}));
  EXPECT_EQ(cells.at("contact_name"), (Column{"Ann", "NULL", "NULL"}));
  EXPECT_EQ(cells.at("subject"), (Column{"NULL", "f\xc3\xbcr dich", "NULL"}));
  EXPECT_EQ(cells.at("text"), (Column{"message number 1", "picture number 2", "NULL"}));
  EXPECT_EQ(cells.at("box"), (Column{"1", "1", "1"}));
  EXPECT_EQ(cells.at("read"), (Column{"false", "NULL", "NULL"}));
  EXPECT_EQ(cells.at("duration"), (Column{"NULL", "NULL", "3"}));
  EXPECT_EQ(cells.at("attachment_size"), (Column{"NULL", "14", "NULL"}));
  EXPECT_EQ(cells.count("record"), 0U) << "is there only when asked for";
}

TEST(Arrow, ShowsTheOtherPartyOfAnOutgoingMms) {
  Mms mms = plain_mms(1);
  mms.addresses[0].address = std::string(insert_address_token);
  mms.addresses[1].address = "+15550199";
  EXPECT_EQ(read_table(MemoryStore(std::vector<Record>{mms})).cells.at("address"), Column{"+15550199"});
}

// Read with what the table needs, and no more.
struct Narrowed {
  SynctechXmlStore& store;
  ArrowOptions options;
  std::unique_ptr<Cursor> open(const Query& query) const {
    return read(store, query, nullptr, {}, {}, arrow_needs(options));
  }
  std::string name() const { return store.name(); }
};

TEST(Arrow, ShowsTheSameWhereTheSourceLeavesOutTheRest) {
  for (const char* name : {"fkleon-sms-and-mms.xml", "memacs-smsxml.xml", "message-vault-sample.xml",
                           "shruggietech-minimal_calls.xml", "devadvance-sms_small.xml"}) {
    SynctechXmlStore store(std::string(SMSBACKUP_TEST_DATA) + "/synctech-xml/" + name, Access::read);
    for (const ArrowTable table : {ArrowTable::messages, ArrowTable::parts, ArrowTable::parties}) {
      ArrowOptions options;
      options.table = table;
      const Cells by_default = read_table(store, options).cells;
      EXPECT_EQ(read_table(Narrowed{store, options}, options).cells, by_default) << name;
      for (const ArrowField& field : arrow_fields(table)) {
        options.columns = {std::string(field.name)};
        const Cells all = read_table(store, options).cells;
        EXPECT_EQ(read_table(Narrowed{store, options}, options).cells, all) << name << ", " << field.name;
        if (field.by_default) {
          EXPECT_EQ(all.at(options.columns[0]), by_default.at(options.columns[0]));
        }
      }
    }
  }
}

TEST(Arrow, ShowsPartsAndParties) {
  ArrowOptions options;
  options.table = ArrowTable::parts;
  options.columns = {"row", "part", "content_type", "text", "size", "data"};
  const Cells parts = read_table(three_records(), options).cells;
  EXPECT_EQ(parts.at("row"), (Column{"1", "1"}));
  EXPECT_EQ(parts.at("part"), (Column{"0", "1"}));
  EXPECT_EQ(parts.at("content_type"), (Column{"text/plain", "image/jpeg"}));
  EXPECT_EQ(parts.at("text"), (Column{"picture number 2", "NULL"}));
  EXPECT_EQ(parts.at("size"), (Column{"NULL", "14"}));
  EXPECT_EQ(parts.at("data"), (Column{"NULL", "\xff\xd8\xff\xe0 picture 2"}));
  options.table = ArrowTable::parties;
  options.columns.clear();
  const Cells parties = read_table(three_records(), options).cells;
  EXPECT_EQ(parties.at("row"), (Column{"0", "1", "1"}));
  EXPECT_EQ(parties.at("role"), (Column{"party", "from", "to"}));
  EXPECT_EQ(parties.at("address"), (Column{"+15551000001", "+15550100", "insert-address-token"}));
}

TEST(Arrow, MakesOnlyTheColumnsAskedForInTheirOrder) {
  ArrowOptions options;
  options.columns = {"text", "type"};
  ArrowSchema schema;
  export_arrow_schema(options, &schema);
  ASSERT_EQ(schema.n_children, 2);
  EXPECT_STREQ(schema.children[0]->name, "text");
  EXPECT_STREQ(schema.children[1]->name, "type");
  schema.release(&schema);
  options.columns = {"text", "nonsense"};
  EXPECT_THROW(export_arrow_schema(options, &schema), Error);
  EXPECT_THROW(ArrowReader(three_records().open({}), options), Error);
}

TEST(Arrow, KeepsBatchesWithinTheirBounds) {
  ArrowOptions options;
  options.batch_rows = 1000;
  MemoryStore store(plain_records(2500));
  const Table by_rows = read_table(store, options);
  EXPECT_EQ(by_rows.batches, (std::vector<std::int64_t>{1000, 1000, 500}));
  EXPECT_EQ(by_rows.cells.at("row").back(), "2499");
  options.batch_bytes = 10'000;
  const Table by_bytes = read_table(store, options);
  EXPECT_GT(by_bytes.batches.size(), 20U);
  EXPECT_EQ(by_bytes.cells, by_rows.cells);
}

TEST(Arrow, ShowsTextThatIsNoneAsReplacementCharacters) {
  Sms sms = plain_sms(1);
  sms.body =
      "a\xff"
      "b\xed\xa0\xbd";
  ArrowOptions options;
  options.columns = {"text"};
  EXPECT_EQ(read_table(MemoryStore(std::vector<Record>{sms}), options).cells.at("text"),
            Column{"a\xef\xbf\xbd"
                   "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"});
}

TEST(Arrow, HasValidTextInEveryColumnWhateverTheRecordsHold) {
  for (const ArrowTable table : {ArrowTable::messages, ArrowTable::parts, ArrowTable::parties}) {
    ArrowOptions options;
    options.table = table;
    for (const ArrowField& field : arrow_fields(table)) {
      if (field.format == "u") options.columns.emplace_back(field.name);
    }
    const Table read = read_table(MemoryStore(hazards()), options);
    for (const auto& [name, column] : read.cells) {
      for (const std::string& text : column) EXPECT_TRUE(is_utf8(text)) << name;
    }
  }
}

std::vector<Record> through_arrow(Source&& source) {
  ArrowOptions options;
  options.columns = {"type", "record"};
  options.batch_rows = 100;
  ArrowArrayStream stream;
  export_arrow(std::make_unique<ArrowReader>(source.open({}), options), &stream);
  const auto back = import_arrow(&stream);
  EXPECT_EQ(stream.release, nullptr) << "was taken over";
  const auto cursor = back->open({});
  std::vector<Record> records;
  for (Batch batch; cursor->next(batch); batch.clear()) {
    EXPECT_TRUE(batch.problems.empty());
    std::move(batch.records.begin(), batch.records.end(), std::back_inserter(records));
  }
  EXPECT_THROW(back->open({}), Error) << "can be read once";
  return records;
}

TEST(Arrow, GivesEveryRecordBackAsItWas) {
  const std::vector<Record> records = hazards();
  EXPECT_TRUE(through_arrow(MemoryStore(records)) == records);
}

TEST(Arrow, TakesNoTableWithoutTheRecordsThemselves) {
  ArrowArrayStream stream;
  export_arrow(std::make_unique<ArrowReader>(three_records().open({}), ArrowOptions()), &stream);
  try {
    import_arrow(&stream);
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
  }
  EXPECT_EQ(stream.release, nullptr);
}

TEST(Arrow, MayOutliveTheReaderThatMadeIt) {
  auto reader = std::make_unique<ArrowReader>(three_records().open({}), ArrowOptions());
  ArrowArray array;
  ASSERT_TRUE(reader->next(&array));
  reader.reset();
  // A consumer may move a column out and let go of the rest.
  ArrowArray text = *array.children[9];
  array.children[9]->release = nullptr;
  array.release(&array);
  EXPECT_EQ(text_cell(text, 0), "message number 1");
  text.release(&text);
}

TEST(Arrow, TellsProblemsAndGoesOn) {
  struct WithProblem final : Cursor {
    bool next(Batch& out) override {
      if (done) return false;
      done = true;
      out.add(plain_sms(1));
      Problem problem;
      problem.where = "here";
      out.problems.push_back(problem);
      return true;
    }
    bool done = false;
  };
  struct Broken final : Source {
    std::unique_ptr<Cursor> open(const Query&) override { return std::make_unique<WithProblem>(); }
    std::string name() const override { return "broken"; }
  };
  std::vector<std::string> told;
  ArrowOptions options;
  options.columns = {"source", "position", "text"};
  options.on_problem = [&](const Problem& problem) { told.push_back(problem.where); };
  const Cells cells = read_table(Broken(), options).cells;
  EXPECT_EQ(cells.at("source"), Column{"broken"});
  EXPECT_EQ(cells.at("position"), Column{"NULL"});
  EXPECT_EQ(told, std::vector<std::string>{"here"});
}

TEST(Arrow, SaysWhyAStreamEnded) {
  FaultInjectingStore failing(
      std::make_unique<MemoryStore>(plain_records(2000)),
      [](FaultInjectingStore::Operation operation, std::uint64_t count) -> std::optional<ErrorCode> {
        if (operation == FaultInjectingStore::Operation::next && count == 2) return ErrorCode::io;
        return std::nullopt;
      });
  ArrowOptions options;
  options.batch_rows = 500;
  ArrowArrayStream stream;
  export_arrow(std::make_unique<ArrowReader>(failing.open({}), options), &stream);
  ArrowArray array;
  ASSERT_EQ(stream.get_next(&stream, &array), 0);
  EXPECT_EQ(array.length, 500);
  EXPECT_EQ(stream.get_last_error(&stream), nullptr);
  array.release(&array);
  ASSERT_EQ(stream.get_next(&stream, &array), 0);
  array.release(&array);
  EXPECT_EQ(stream.get_next(&stream, &array), EIO);
  EXPECT_STREQ(stream.get_last_error(&stream), "reading on: failed on request");
  stream.release(&stream);
  EXPECT_EQ(stream.release, nullptr);
}

TEST(Arrow, StopsWhenCancelled) {
  ArrowOptions options;
  options.cancel.cancel();
  ArrowArrayStream stream;
  export_arrow(std::make_unique<ArrowReader>(three_records().open({}), options), &stream);
  ArrowArray array;
  EXPECT_EQ(stream.get_next(&stream, &array), ECANCELED);
  stream.release(&stream);
}

// Texts in the layouts that other libraries write.
TEST(Arrow, TakesTextInEveryLayout) {
  const Record sms = plain_sms(1);
  std::string json;
  to_json(sms, json);
  const std::int64_t large_offsets[] = {0, static_cast<std::int64_t>(json.size())};
  std::int32_t view[4] = {static_cast<std::int32_t>(json.size()), 0, 0, 0};
  std::memcpy(&view[1], json.data(), 4);
  const std::int64_t sizes[] = {static_cast<std::int64_t>(json.size())};
  for (const std::string format : {"U", "vu"}) {
    const bool is_view = format == "vu";
    struct State {
      ArrowSchema column_schema{};
      ArrowSchema* schema_children[1]{};
      ArrowArray column{};
      ArrowArray* children[1]{};
      const void* buffers[4]{};
      const void* no_buffers[1]{};
      bool given = false;
    } state;
    const auto no_release = [](auto* it) { it->release = nullptr; };
    state.column_schema.format = format.c_str();
    state.column_schema.name = "record";
    state.column_schema.release = no_release;
    state.schema_children[0] = &state.column_schema;
    state.buffers[1] = is_view ? static_cast<const void*>(view) : large_offsets;
    state.buffers[2] = json.data();
    state.buffers[3] = sizes;
    state.column.length = 1;
    state.column.n_buffers = is_view ? 4 : 3;
    state.column.buffers = state.buffers;
    state.column.release = no_release;
    state.children[0] = &state.column;
    ArrowArrayStream stream{};
    stream.private_data = &state;
    stream.release = no_release;
    stream.get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
    stream.get_schema = [](ArrowArrayStream* from, ArrowSchema* out) {
      *out = {};
      out->format = "+s";
      out->n_children = 1;
      out->children = static_cast<State*>(from->private_data)->schema_children;
      out->release = [](ArrowSchema* it) { it->release = nullptr; };
      return 0;
    };
    stream.get_next = [](ArrowArrayStream* from, ArrowArray* out) {
      auto& made = *static_cast<State*>(from->private_data);
      *out = {};
      if (made.given) return 0;
      made.given = true;
      out->length = 1;
      out->n_buffers = 1;
      out->buffers = made.no_buffers;
      out->n_children = 1;
      out->children = made.children;
      out->release = [](ArrowArray* it) { it->release = nullptr; };
      return 0;
    };
    const auto source = import_arrow(&stream);
    Batch batch;
    ASSERT_TRUE(source->open({})->next(batch)) << format;
    EXPECT_EQ(batch.records, std::vector<Record>{sms}) << format;
  }
}

TEST(Arrow, MakesAProblemOfACellThatIsNoRecord) {
  struct OneLine final : Source {
    struct Pass final : Cursor {
      bool next(Batch& out) override {
        if (done) return false;
        done = true;
        // What a table's owner may have put there.
        Sms sms;
        sms.body = "{\"broken";
        out.add(sms);
        return true;
      }
      bool done = false;
    };
    std::unique_ptr<Cursor> open(const Query&) override { return std::make_unique<Pass>(); }
    std::string name() const override { return "one"; }
  };
  ArrowOptions options;
  options.columns = {"text"};
  OneLine one;
  ArrowArrayStream stream;
  export_arrow(std::make_unique<ArrowReader>(one.open({}), options), &stream);
  // The text column under the name that import looks for.
  static int (*original)(ArrowArrayStream*, ArrowSchema*) = nullptr;
  original = stream.get_schema;
  stream.get_schema = [](ArrowArrayStream* from, ArrowSchema* out) {
    const int result = original(from, out);
    out->children[0]->name = "record";
    return result;
  };
  const auto source = import_arrow(&stream, "table");
  Batch batch;
  ASSERT_TRUE(source->open({})->next(batch));
  EXPECT_TRUE(batch.records.empty());
  ASSERT_EQ(batch.problems.size(), 1U);
  EXPECT_EQ(batch.problems[0].where, "table, row 0");
  EXPECT_EQ(batch.problems[0].raw.bytes(), "{\"broken");
}

}  // namespace
}  // namespace smsbackup::test
