#include "smsbackup/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace smsbackup {
namespace {

TEST(Report, PrintsOneJsonObject) {
  Report report;
  report.sms = {5, 1, 2, 1, 1};
  report.foreign = 7;
  report.started = 1600000000123;
  report.finished = 1600000001000;
  report.error = "reading \"a\\b\"\n";
  report.problems_total = 1;
  Problem problem;
  problem.where = "sms.xml, row \xff 2";
  problem.why = "no date";
  problem.type = RecordType::sms;
  problem.offset = 77;
  problem.raw = Blob("secret");
  report.problems.push_back(problem);
  const auto json = nlohmann::json::parse(report.to_json());
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "total": {"read": 5, "filtered": 1, "duplicate": 2, "written": 1, "failed": 1},
    "sms": {"read": 5, "filtered": 1, "duplicate": 2, "written": 1, "failed": 1},
    "mms": {"read": 0, "filtered": 0, "duplicate": 0, "written": 0, "failed": 0},
    "call": {"read": 0, "filtered": 0, "duplicate": 0, "written": 0, "failed": 0},
    "unknown": {"read": 0, "filtered": 0, "duplicate": 0, "written": 0, "failed": 0},
    "foreign": 7, "repaired": 0, "remembered": 0, "dry_run": false, "cancelled": false,
    "limited": false, "complete": false,
    "error": "reading \"a\\b\"\n",
    "started": "2020-09-13T12:26:40.123Z", "finished": "2020-09-13T12:26:41Z",
    "problems_total": 1,
    "problems": [{"code": "corrupt_input", "where": "sms.xml, row \ufffd 2", "why": "no date", "type": "sms",
                  "offset": 77, "record_kept": false}]
  })"));
}

TEST(Report, AddsUpPerType) {
  Report report;
  EXPECT_TRUE(report.adds_up());
  report.sms.read = 1;
  report.mms.written = 1;
  EXPECT_EQ(report.total().adds_up(), true);
  EXPECT_FALSE(report.adds_up()) << "in total is not enough";
}

}  // namespace
}  // namespace smsbackup
