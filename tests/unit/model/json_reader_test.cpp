#include "model/json_reader.hpp"

#include <gtest/gtest.h>

#include "model/jsonl_reader.hpp"
#include "random_record.hpp"
#include "smsbackup/jsonl.hpp"

namespace smsbackup {
namespace {

using model::JsonKind;
using model::JsonReader;

// Each piece in memory of its own, gone when the next one comes.
class Pieces final : public model::JsonInput {
 public:
  Pieces(std::string_view text, std::size_t size) : rest_(text), size_(size) {}
  std::string_view next() override {
    piece_ = std::make_unique<std::string>(rest_.substr(0, size_));
    rest_.remove_prefix(piece_->size());
    return *piece_;
  }

 private:
  std::string_view rest_;
  std::size_t size_;
  std::unique_ptr<std::string> piece_;
};

// A string without end, as hostile as it gets.
class Endless final : public model::JsonInput {
 public:
  Endless(std::string start, std::string again) : start_(std::move(start)) {
    while (again_.size() < 65'536) again_ += again;
  }
  std::string_view next() override { return std::exchange(started_, true) ? again_ : start_; }

 private:
  std::string start_;
  std::string again_;
  bool started_ = false;
};

TEST(JsonReader, ReadsTheSameInPiecesOfAnySize) {
  test::RandomRecords random(3);
  for (int i = 0; i < 200; ++i) {
    const Record record = random.next();
    std::string line;
    to_json(record, line);
    for (const std::size_t size : {1u, 2u, 3u, 7u, 100u}) {
      Pieces pieces(line, size);
      JsonReader in(pieces);
      ASSERT_EQ(model::read_json_record(in, {}), record) << line;
      ASSERT_EQ(in.offset(), line.size());
    }
  }
}

TEST(JsonReader, KnowsItsOffsetAcrossPieces) {
  Pieces pieces(R"({"body":"abc", oops)", 4);
  JsonReader in(pieces);
  try {
    model::read_json_record(in, {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.offset(), 15u);
  }
}

TEST(JsonReader, BoundsStringsThatHaveNoEnd) {
  Limits limits;
  limits.text_size = 1 << 20;
  limits.part_size = 1 << 20;
  const auto code = [&](std::string start, std::string again) -> std::string_view {
    Endless input(std::move(start), std::move(again));
    JsonReader in(input, limits);
    try {
      model::read_json_record(in, limits);
      return "none";
    } catch (const Error& error) {
      return to_string(error.code());
    }
  };
  EXPECT_EQ(code(R"({"body":")", "x"), "limit_exceeded");
  EXPECT_EQ(code(R"({"body":")", R"(\ud83d)"), "limit_exceeded");
  EXPECT_EQ(code(R"({"body":{")", R"(\\)"), "limit_exceeded");
  EXPECT_EQ(code(R"({"body":[)", "1,"), "limit_exceeded");
  EXPECT_EQ(code(R"({"body":)", "1"), "limit_exceeded");
  EXPECT_EQ(code(R"({")", "x"), "limit_exceeded");
  EXPECT_EQ(code(R"({"parts":[{"__data":")", "QUFB"), "limit_exceeded");
  EXPECT_EQ(code(R"({)", R"("x":1,)"), "limit_exceeded");
}

TEST(JsonReader, WalksAnArrayOfRecords) {
  JsonReader in("\xef\xbb\xbf[ {\"body\":\"a\"} ,\n {\"m_type\":\"132\"} ]\n");
  std::vector<RecordType> types;
  ASSERT_EQ(in.kind(), JsonKind::array);
  in.enter_array();
  while (in.next_element()) types.push_back(type_of(model::read_json_record(in, {})));
  in.expect_end();
  EXPECT_EQ(types, (std::vector{RecordType::sms, RecordType::mms}));
}

TEST(JsonReader, SkipsAndCopiesAnyValue) {
  constexpr std::string_view text = R"({"a": [1, {"b": "\"]}"}, []], "c": {}} true)";
  JsonReader skipping(text);
  skipping.skip();
  EXPECT_EQ(skipping.kind(), JsonKind::boolean);
  JsonReader copying(text);
  std::string out;
  copying.raw(out, 100);
  EXPECT_EQ(out, R"({"a":[1,{"b":"\"]}"},[]],"c":{}})");
  EXPECT_EQ(copying.kind(), JsonKind::boolean);
}

TEST(JsonReader, RefusesWhatIsNoValue) {
  for (const std::string_view text :
       {"}",   "]",     ",",    ":",    "x",     "+1",      ".5",    "1.",  "1e",  "-",   "00",
        "tru", "nulll", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{1:2}", "{,}", "'a'", "[1}", "{\"a\":1]"}) {
    EXPECT_THROW(JsonReader(text).skip(), Error) << text;
    std::string out;
    EXPECT_THROW(JsonReader(text).raw(out, 100), Error) << text;
  }
}

}  // namespace
}  // namespace smsbackup
