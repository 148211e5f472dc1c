#include "smsbackup/jsonl.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "random_record.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

using namespace std::string_literals;

std::string json(const Record& record) {
  std::string line;
  to_json(record, line);
  return line;
}

Sms small_sms() {
  Sms sms;
  sms.id = 12;
  sms.address = "+15550100";
  sms.date = 1706950000123;
  sms.body = "hi";
  return sms;
}

void expect_error(std::string_view line, ErrorCode code, std::uint64_t offset, const Limits& limits = {}) {
  try {
    from_json(line, limits);
    ADD_FAILURE() << "no error: " << line;
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), to_string(code)) << line << ": " << error.what();
    EXPECT_EQ(error.offset(), offset) << line << ": " << error.what();
  }
}

TEST(ToJson, WritesAnSmsAsOneLineOfStrings) {
  EXPECT_EQ(json(small_sms()),
            R"({"__type":"sms","_id":"12","address":"+15550100","date":"1706950000123","body":"hi"})");
}

TEST(ToJson, NamesNullColumnsAndLeavesOutAbsentOnes) {
  Sms sms = small_sms();
  sms.subject = null;
  sms.person = null;
  sms.extras["vendor"] = std::nullopt;
  sms.extras["rcs"] = "1";
  EXPECT_EQ(json(sms), R"({"__type":"sms","_id":"12","address":"+15550100","date":"1706950000123","body":"hi",)"
                       R"("rcs":"1","__null":["person","subject","vendor"]})");
}

TEST(ToJson, WritesMmsTimesInSecondsAndTheExactTimeWhereThatLosesSomething) {
  Mms mms;
  mms.date = 1706950100000;
  mms.date_sent = -1;
  EXPECT_EQ(json(mms), R"({"__type":"mms","date":"1706950100","date_sent":"-1","__date_sent_ms":"-1"})");
}

TEST(ToJson, WritesAnMmsLikeSmsImportExport) {
  Mms mms;
  mms.id = 7;
  mms.m_type = 132;
  mms.addresses.resize(2);
  mms.addresses[0].address = "+15550100";
  mms.addresses[0].type = 137;
  mms.addresses[1].address = "+15550199";
  mms.addresses[1].type = 151;
  mms.parts.resize(2);
  mms.parts[0].ct = "image/jpeg";
  mms.parts[0].data = Blob("\xff\xd8");
  mms.parts[1].ct = "text/plain";
  mms.parts[1].text = "hi";
  EXPECT_EQ(json(mms), R"({"__type":"mms","_id":"7","m_type":"132",)"
                       R"("__sender_address":{"address":"+15550100","type":"137"},)"
                       R"("__recipient_addresses":[{"address":"+15550199","type":"151"}],)"
                       R"("__parts":[{"ct":"image/jpeg","__data":"/9g="},{"ct":"text/plain","text":"hi"}]})");
}

TEST(ToJson, SaysWhereTheSenderStoodWhenNotFirst) {
  Mms mms;
  mms.addresses.resize(2);
  mms.addresses[0].type = 151;
  mms.addresses[1].type = 137;
  EXPECT_EQ(json(mms), R"({"__type":"mms","__sender_address":{"type":"137"},"__sender_index":"1",)"
                       R"("__recipient_addresses":[{"type":"151"}]})");
}

TEST(ToJson, EscapesWhatJsonMustEscape) {
  Sms sms;
  sms.body = "\"\\/\b\f\n\r\t\x01\x7f\0"s + "\xe2\x80\xa8";
  EXPECT_EQ(json(sms), "{\"__type\":\"sms\",\"body\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\\u0000\xe2\x80\xa8\"}");
}

TEST(ToJson, EscapesHalfSurrogates) {
  Sms sms;
  sms.body = "\xed\xa0\xbd \xed\xb8\x80";
  EXPECT_EQ(json(sms), R"({"__type":"sms","body":"\ud83d \ude00"})");
}

TEST(ToJson, WritesBytesThatAreNoTextAsBase64) {
  Sms sms;
  sms.body = "a\xff";
  sms.address = "\xed\xa0\xbd\xed\xb8\x80";
  EXPECT_EQ(json(sms), R"({"__type":"sms","address__base64__":"7aC97biA","body__base64__":"Yf8="})");
}

TEST(ToJson, SetsExtrasApartThatWouldBeReadAsSomethingElse) {
  Sms sms = small_sms();
  sms.extras = {{"date", "1"}, {"read", "1"}, {"__type", "x"}, {"", "\xff"}, {"x__base64__", std::nullopt}};
  EXPECT_EQ(json(sms),
            R"({"__type":"sms","_id":"12","address":"+15550100","date":"1706950000123","body":"hi",)"
            R"("__extras":{"":{"__base64__":"/w=="},"__type":"x","date":"1","read":"1","x__base64__":null}})");
}

TEST(ToJson, WritesAnExtraUnderItsColumnsNameWhenTheColumnCannotHoldIt) {
  Sms sms;
  sms.extras["date"] = "yesterday";
  EXPECT_EQ(json(sms), R"({"__type":"sms","date":"yesterday"})");
}

TEST(ToJson, TellsAnEmptyFileFromNone) {
  Mms mms;
  mms.parts.resize(2);
  mms.parts[0].data = Blob();
  EXPECT_EQ(json(mms), R"({"__type":"mms","__parts":[{"__data":""},{}]})");
}

TEST(ToJson, StreamsTheSameBytesInBoundedPieces) {
  Mms mms;
  mms.parts.resize(1);
  mms.parts[0].data = Blob(std::string(1'000'000, 'x'));
  mms.parts[0].text = std::string(300'000, '"');
  std::string together;
  to_json(mms, [&](std::string_view piece) {
    EXPECT_LE(piece.size(), 256u * 1024);
    together += piece;
  });
  EXPECT_EQ(together, json(mms));
}

TEST(ToJson, AppendsToWhatIsThere) {
  std::string out = "before ";
  to_json(Call(), out);
  EXPECT_EQ(out, R"(before {"__type":"call"})");
}

TEST(FromJson, ReadsAnSms) {
  EXPECT_EQ(from_json(R"( {"__type":"sms","_id":"12","address":"+15550100","date":"1706950000123","body":"hi"} )"),
            Record(small_sms()));
}

TEST(FromJson, ReadsNumbersBooleansAndNulls) {
  Sms expected;
  expected.id = 12;
  expected.subject = null;
  expected.extras = {{"date", "1.5e3"}, {"read", "true"}, {"vendor", "-0"}};
  EXPECT_EQ(from_json(R"({"_id":12,"date":1.5e3,"read":true,"subject":null,"vendor":-0})"), Record(expected));
}

TEST(FromJson, LetsTheLastOfEqualKeysWin) {
  Sms expected;
  expected.body = "b";
  expected.date = null;
  EXPECT_EQ(from_json(R"({"body":"a","date":"1","date":"x","body":"b","date":null})"), Record(expected));
}

TEST(FromJson, ReadsSmsImportExportVersion2) {
  const Record record = from_json(
      R"({"_id":"7","thread_id":"4","date":"1706950100","date_sent":"1706950098","msg_box":"1","m_type":"132",)"
      R"("__sender_address":{"_id":"20","msg_id":"7","address":"+15550100","type":"137","charset":"106",)"
      R"("__display_name":"Ann"},)"
      R"("__recipient_addresses":[{"_id":"21","msg_id":"7","address":"+15550199","type":"151","charset":"106"}],)"
      R"("__parts":[{"_id":"30","mid":"7","seq":"0","ct":"image\/jpeg","cid":"<a>","cl":"a.jpg",)"
      R"("_data":"\/data\/PART_1706950100123_a.jpg"}]})");
  Mms expected;
  expected.id = 7;
  expected.thread_id = 4;
  expected.date = 1706950100000;
  expected.date_sent = 1706950098000;
  expected.msg_box = 1;
  expected.m_type = 132;
  expected.addresses.resize(2);
  expected.addresses[0].id = 20;
  expected.addresses[0].msg_id = 7;
  expected.addresses[0].address = "+15550100";
  expected.addresses[0].type = 137;
  expected.addresses[0].charset = 106;
  expected.addresses[0].extras = {{"__display_name", "Ann"}};
  expected.addresses[1].id = 21;
  expected.addresses[1].msg_id = 7;
  expected.addresses[1].address = "+15550199";
  expected.addresses[1].type = 151;
  expected.addresses[1].charset = 106;
  expected.parts.resize(1);
  expected.parts[0].id = 30;
  expected.parts[0].mid = 7;
  expected.parts[0].seq = 0;
  expected.parts[0].ct = "image/jpeg";
  expected.parts[0].cid = "<a>";
  expected.parts[0].cl = "a.jpg";
  expected.parts[0].data_path = "/data/PART_1706950100123_a.jpg";
  EXPECT_EQ(record, Record(expected));
}

TEST(FromJson, ReadsSmsImportExportVersion1) {
  const Record record = from_json(R"({"date":"5","display_name":"Ann","sender_address":{"address":"+15550100"},)"
                                  R"("recipient_addresses":[{"address":"+15550199","type":"151"}],)"
                                  R"("parts":[{"ct":"image/gif","binary_data":"R0lG"}]})");
  Mms expected;
  expected.date = 5000;
  expected.extras = {{"display_name", "Ann"}};
  expected.addresses.resize(2);
  expected.addresses[0].address = "+15550100";
  expected.addresses[0].type = 137;
  expected.addresses[1].address = "+15550199";
  expected.addresses[1].type = 151;
  expected.parts.resize(1);
  expected.parts[0].ct = "image/gif";
  expected.parts[0].data = Blob("GIF");
  EXPECT_EQ(record, Record(expected));
}

TEST(FromJson, ReadsOneArrayOfAllAddresses) {
  const Record record = from_json(R"({"__addresses":[{"type":"151"},{"type":"137"}]})");
  ASSERT_EQ(type_of(record), RecordType::mms);
  ASSERT_EQ(std::get<Mms>(record).addresses.size(), 2u);
  EXPECT_EQ(std::get<Mms>(record).addresses[1].type, Integer(137));
}

TEST(FromJson, TellsTheTypeFromTheColumns) {
  const auto type = [](std::string_view line) { return to_string(type_of(from_json(line))); };
  EXPECT_EQ(type(R"({})"), "sms");
  EXPECT_EQ(type(R"({"address":"1","body":"x"})"), "sms");
  EXPECT_EQ(type(R"({"m_type":"132"})"), "mms");
  EXPECT_EQ(type(R"({"body":"x","msg_box":1})"), "mms");
  EXPECT_EQ(type(R"({"__parts":[]})"), "mms");
  EXPECT_EQ(type(R"({"parts":"x"})"), "sms");
  EXPECT_EQ(type(R"({"number":"1","duration":"3"})"), "call");
  EXPECT_EQ(type(R"({"date":"1","duration":"3","type":"1"})"), "call");  // a withheld number is left out
  EXPECT_EQ(type(R"({"body":"x","duration":"3"})"), "sms");
  EXPECT_EQ(type(R"({"m_type":"132","__type":"call"})"), "call");
}

TEST(FromJson, FindsItsWayInAnyOrderOfKeys) {
  // What a program that sorts keys makes of ours.
  const Record record = from_json(
      R"({"__date_ms":"1999","__extras":{"date":"x"},"__null":["sub"],"__parts":[{"__data":""}],)"
      R"("__recipient_addresses":[{}],"__sender_address":{},"__sender_index":"1","__type":"mms","date":"1"})");
  Mms expected;
  expected.date = 1999;
  expected.sub = null;
  expected.extras = {{"date", "x"}};
  expected.addresses.resize(2);
  expected.addresses[1].type = 137;
  expected.parts.resize(1);
  expected.parts[0].data = Blob();
  EXPECT_EQ(record, Record(expected));
}

TEST(FromJson, TakesTheExactTimeOnlyWhereItFitsTheSeconds) {
  Mms expected;
  expected.date = 5000;
  expected.extras = {{"__date_ms", "1999"}};
  EXPECT_EQ(from_json(R"({"__type":"mms","date":"5","__date_ms":"1999"})"), Record(expected));
}

TEST(FromJson, KeepsNestedValuesThatMeanNothingAsTheyAreWritten) {
  Sms expected;
  expected.extras = {{"vendor", R"({"a":[1,{"b":"\u0041,\""}],"c":null})"}, {"__parts", "7"}};
  EXPECT_EQ(from_json(R"({"__type":"sms","vendor": {"a" : [ 1, {"b":"\u0041,\""} ] , "c":null} ,"__parts":7})"),
            Record(expected));
}

TEST(FromJson, KeepsBrokenBase64AsItIs) {
  Sms expected;
  expected.extras = {{"body__base64__", "not base64!"}};
  EXPECT_EQ(from_json(R"({"body__base64__":"not base64!"})"), Record(expected));
}

TEST(FromJson, DecodesEscapes) {
  const auto body = [](std::string_view text) {
    return std::get<Sms>(from_json("{\"body\":\"" + std::string(text) + "\"}")).body.value();
  };
  EXPECT_EQ(body(R"(\"\\\/\b\f\n\r\t\u0000\u00e9\u20AC)"), "\"\\/\b\f\n\r\t\0\xc3\xa9\xe2\x82\xac"s);
  EXPECT_EQ(body(R"(\ud83d\ude00)"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(body(R"(\ud83d)"), "\xed\xa0\xbd");
  EXPECT_EQ(body(R"(\ud83dx\ude00)"), "\xed\xa0\xbdx\xed\xb8\x80");
  EXPECT_EQ(body(R"(\ud83d\ud83d\ude00)"), "\xed\xa0\xbd\xf0\x9f\x98\x80");
  EXPECT_EQ(body(R"(\ud83d\n)"), "\xed\xa0\xbd\n");
  EXPECT_EQ(body("raw \x01 \xff"), "raw \x01 \xff");
}

TEST(FromJson, PutsTheMarkInPlaceOfBadBytesInNames) {
  EXPECT_EQ(std::get<Sms>(from_json("{\"a\xff\":\"1\"}")).extras, (Extras{{"a\xef\xbf\xbd", "1"}}));
}

TEST(FromJson, SaysWhereTheInputIsWrong) {
  expect_error("", ErrorCode::truncated_input, 0);
  expect_error("[]", ErrorCode::corrupt_input, 0);
  expect_error("{}x", ErrorCode::corrupt_input, 2);
  expect_error(R"({"body")", ErrorCode::truncated_input, 7);
  expect_error(R"({"body":)", ErrorCode::truncated_input, 8);
  expect_error(R"({"body":"abc)", ErrorCode::truncated_input, 12);
  expect_error(R"({"body":"a\x"})", ErrorCode::corrupt_input, 11);
  expect_error(R"({"body":"\u12g4"})", ErrorCode::corrupt_input, 13);
  expect_error(R"({"body":01})", ErrorCode::corrupt_input, 8);
  expect_error(R"({"body":nul})", ErrorCode::corrupt_input, 8);
  expect_error(R"({"body":"a",})", ErrorCode::corrupt_input, 12);
  expect_error(R"({"body":"a" "x":"b"})", ErrorCode::corrupt_input, 12);
  expect_error(R"({"body" "a"})", ErrorCode::corrupt_input, 8);
  expect_error(R"({"__type":"fax"})", ErrorCode::corrupt_input, 15);
  expect_error(R"({"__type":1})", ErrorCode::corrupt_input, 10);
  expect_error(R"({"parts":[],"__type":"sms"})", ErrorCode::corrupt_input, 26);
  expect_error(R"({"parts":[{"__data":"*"}]})", ErrorCode::corrupt_input, 22);
  expect_error(R"({"parts":[{"__data":"QQ"}]})", ErrorCode::corrupt_input, 24);
}

TEST(FromJson, NeverShowsTheTextInAnError) {
  try {
    from_json(R"({"body":"secret text" oops "more")");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("oops"), std::string::npos);
  }
}

TEST(FromJson, HoldsToItsLimits) {
  const auto code = [](const std::string& line, const Limits& limits) -> std::string_view {
    try {
      from_json(line, limits);
      return "none";
    } catch (const Error& error) {
      return to_string(error.code());
    }
  };
  Limits limits;
  limits.nesting = 3;
  EXPECT_EQ(code(R"({"a":[[1]]})", limits), "none");
  EXPECT_EQ(code(R"({"a":[[[1]]]})", limits), "limit_exceeded");
  EXPECT_EQ(code("{\"a\":" + std::string(1'000'000, '['), Limits()), "limit_exceeded");
  limits = {};
  limits.columns = 2;
  EXPECT_EQ(code(R"({"a":1,"b":2})", limits), "none");
  EXPECT_EQ(code(R"({"a":1,"b":2,"c":3})", limits), "limit_exceeded");
  EXPECT_EQ(code(R"({"__type":"sms","__null":["a","b","c"]})", limits), "limit_exceeded");
  limits = {};
  limits.text_size = 5;
  EXPECT_EQ(code(R"({"body":"12345"})", limits), "none");
  EXPECT_EQ(code(R"({"body":"123456"})", limits), "limit_exceeded");
  EXPECT_EQ(code(R"({"body":"\n23456"})", limits), "limit_exceeded");
  EXPECT_EQ(code(R"({"body__base64__":"MTIzNDU="})", limits), "none");
  EXPECT_EQ(code(R"({"x":[1,2,3]})", limits), "limit_exceeded");
  limits = {};
  limits.name_size = 100;
  EXPECT_EQ(code("{\"" + std::string(100, 'n') + "__base64__\":\"\"}", limits), "none");
  EXPECT_EQ(code("{\"" + std::string(200, 'n') + "\":\"\"}", limits), "limit_exceeded");
  limits = {};
  limits.parts = 1;
  EXPECT_EQ(code(R"({"parts":[{},{}]})", limits), "limit_exceeded");
  limits = {};
  limits.addresses = 1;
  EXPECT_EQ(code(R"({"__recipient_addresses":[{},{}]})", limits), "limit_exceeded");
  limits = {};
  limits.part_size = 2;
  EXPECT_EQ(code(R"({"parts":[{"__data":"QUE="}]})", limits), "none");
  EXPECT_EQ(code(R"({"parts":[{"__data":"QUFB"}]})", limits), "limit_exceeded");
}

TEST(FromJson, PutsLargePartsIntoAFile) {
  Mms mms;
  mms.parts.resize(1);
  mms.parts[0].data = Blob(std::string(300'000, 'x'));
  const Record read = from_json(json(mms));
  EXPECT_FALSE(std::get<Mms>(read).parts[0].data->in_memory());
  EXPECT_EQ(read, Record(mms));
}

TEST(Jsonl, GivesAnyRecordBack) {
  test::RandomRecords random(20'240'203);
  for (int i = 0; i < 5000; ++i) {
    const Record record = random.next();
    const std::string line = json(record);
    ASSERT_EQ(line.find('\n'), std::string::npos) << line;
    ASSERT_EQ(from_json(line), record) << line;
  }
}

TEST(Jsonl, WritesJsonThatOthersRead) {
  test::RandomRecords random(7);
  for (int i = 0; i < 1000; ++i) {
    const std::string line = json(random.next());
    std::string sortable = line;
    // The one thing of ours that a strict reader refuses is a half surrogate.
    for (std::size_t at = 0; (at = sortable.find("\\ud", at)) != std::string::npos; ++at) sortable[at + 2] = 'c';
    ASSERT_TRUE(nlohmann::json::accept(sortable)) << line;
  }
}

TEST(Jsonl, RefusesALineCutShortAnywhere) {
  test::RandomRecords random(11);
  for (int i = 0; i < 20; ++i) {
    const std::string line = json(random.next());
    for (std::size_t size = 0; size < line.size(); size += 1 + line.size() / 500) {
      EXPECT_THROW(from_json(std::string_view(line).substr(0, size)), Error);
    }
  }
}

}  // namespace
}  // namespace smsbackup
