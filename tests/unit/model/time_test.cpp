#include "smsbackup/time.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/environment.hpp"

namespace smsbackup {
namespace {

TEST(FormatIso8601, WritesTheFractionOnlyWhenThereIsOne) {
  EXPECT_EQ(format_iso8601(1'600'000'000'123), "2020-09-13T12:26:40.123Z");
  EXPECT_EQ(format_iso8601(1'600'000'000'000), "2020-09-13T12:26:40Z");
  EXPECT_EQ(format_iso8601(1'600'000'000'005), "2020-09-13T12:26:40.005Z");
}

TEST(FormatIso8601, KnowsTimesBefore1970AndFarAway) {
  EXPECT_EQ(format_iso8601(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_iso8601(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_iso8601(951'782'400'000), "2000-02-29T00:00:00Z");
  EXPECT_EQ(format_iso8601(253'402'300'800'000), "10000-01-01T00:00:00Z");
  EXPECT_EQ(format_iso8601(-62'135'596'800'000), "0001-01-01T00:00:00Z");
  EXPECT_EQ(format_iso8601(-62'198'755'200'000), "-0001-01-01T00:00:00Z");
  // What java.time.Instant prints for the ends of a long, without its plus sign.
  EXPECT_EQ(format_iso8601(std::numeric_limits<std::int64_t>::max()), "292278994-08-17T07:12:55.807Z");
  EXPECT_EQ(format_iso8601(std::numeric_limits<std::int64_t>::min()), "-292275055-05-16T16:47:04.192Z");
}

TEST(ParseTime, ReadsDatesTimesAndMilliseconds) {
  EXPECT_EQ(parse_time("2020-09-13", utc_zone()), 1'599'955'200'000);
  EXPECT_EQ(parse_time("2020-09-13T12:26:40", utc_zone()), 1'600'000'000'000);
  EXPECT_EQ(parse_time("2020-09-13 12:26", utc_zone()), 1'599'999'960'000);
  EXPECT_EQ(parse_time("2020-09-13T12:26:40.5Z", utc_zone()), 1'600'000'000'500);
  EXPECT_EQ(parse_time("2020-09-13T12:26:40.123456Z", utc_zone()), 1'600'000'000'123);
  EXPECT_EQ(parse_time("2020-09-13T14:26:40+02:00", utc_zone()), 1'600'000'000'000);
  EXPECT_EQ(parse_time("2020-09-13T08:26:40-0400", utc_zone()), 1'600'000'000'000);
  EXPECT_EQ(parse_time("1600000000123", utc_zone()), 1'600'000'000'123);
  EXPECT_EQ(parse_time("-5", utc_zone()), -5);
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "yesterday",
                                      "2020-09",
                                      "2020-13-01",
                                      "2020-02-30",
                                      "2021-02-29",
                                      "2020-00-10",
                                      "2020-01-00",
                                      "2020-9-13",
                                      "2020-09-13T",
                                      "2020-09-13T24:00:00",
                                      "2020-09-13T12:60:00",
                                      "2020-09-13T12:26:61",
                                      "2020-09-13T12:26:40.",
                                      "2020-09-13T12:26:40Zx",
                                      "2020-09-13T12:26:40+2",
                                      "2020-09-13T12:26:40+02:0",
                                      "2020-09-13x",
                                      "20200913T10",
                                      "99999999999999999999"}) {
    EXPECT_EQ(parse_time(text, utc_zone()), std::nullopt) << text;
  }
}

TEST(ParseTime, TakesTheZoneOnlyForTimesWithoutOne) {
  const TimeZone kolkata = [](std::int64_t) { return 19'800; };
  EXPECT_EQ(parse_time("2020-09-13T17:56:40", kolkata), 1'600'000'000'000);
  EXPECT_EQ(parse_time("2020-09-13T12:26:40Z", kolkata), 1'600'000'000'000);
}

TEST(ParseTime, FindsItsWayWhereClocksChange) {
  const test::Environment zone("TZ", "America/New_York");
  EXPECT_EQ(format_iso8601(*parse_time("2021-03-14T01:59:59", local_zone())), "2021-03-14T06:59:59Z");
  EXPECT_EQ(format_iso8601(*parse_time("2021-03-14T03:00:00", local_zone())), "2021-03-14T07:00:00Z");
  // There was no half past two, and half past one was there twice.
  EXPECT_EQ(format_iso8601(*parse_time("2021-03-14T02:30:00", local_zone())), "2021-03-14T07:30:00Z");
  EXPECT_EQ(format_iso8601(*parse_time("2021-11-07T01:30:00", local_zone())), "2021-11-07T05:30:00Z");
}

TEST(LocalZone, FollowsTheVariableAtEachCall) {
  const TimeZone zone = local_zone();
  {
    const test::Environment name("TZ", "Asia/Kolkata");
    EXPECT_EQ(zone(1'600'000'000'000), 19'800);
  }
  {
    const test::Environment name("TZ", "America/New_York");
    EXPECT_EQ(zone(1'600'000'000'000), -4 * 3600);
    EXPECT_EQ(zone(1'610'000'000'000), -5 * 3600);
    EXPECT_EQ(zone(std::numeric_limits<std::int64_t>::min()), zone(std::numeric_limits<std::int64_t>::min()));
  }
}

TEST(SystemClock, IsAfterThisWasWritten) { EXPECT_GT(system_clock()(), 1'700'000'000'000); }

}  // namespace
}  // namespace smsbackup
