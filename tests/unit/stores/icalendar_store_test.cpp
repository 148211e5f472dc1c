#include "smsbackup/icalendar_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "expect_error.hpp"
#include "read_all.hpp"
#include "smsbackup/contacts.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "stores/icalendar_writer.hpp"
#include "temp_folder.hpp"

namespace smsbackup {
namespace {

using test::expect_error;
using test::get;
using test::put;
using test::read_all;
using test::TempFolder;

Call call(std::int64_t date = 1600000000123) {
  Call row;
  row.number = "+15550100";
  row.date = date;
  row.duration = 267;
  row.type = call_outgoing;
  return row;
}

StoreOptions options() {
  StoreOptions options;
  auto book = std::make_shared<MemoryContactBook>();
  Contact contact;
  contact.name = "Zoë; Müller, jr.";
  contact.numbers = {"+15550100"};
  book->add(contact);
  options.mime.contacts = book;
  options.mime.clock = [] { return std::int64_t{1700000000000}; };
  return options;
}

void add(const std::filesystem::path& file, const std::vector<Record>& records) {
  IcalendarStore store(file, Access::write, options());
  for (const Outcome& outcome : store.write(records)) EXPECT_TRUE(outcome.written);
  store.finish();
}

constexpr std::string_view one_event =
    "BEGIN:VEVENT\r\n"
    "UID:5bdcaed351705f13345aec22d81697d5@call.smsbackup\r\n"
    "DTSTAMP:20231114T221320Z\r\n"
    "DTSTART:20200913T122640Z\r\n"
    "DTEND:20200913T123107Z\r\n"
    "SUMMARY:Called Zoë\\; Müller\\, jr.\r\n"
    "DESCRIPTION:Number: +15550100 (outgoing call)\\nDuration: 00:04:27\r\n"
    "CATEGORIES:Call log\r\n"
    "STATUS:CONFIRMED\r\n"
    "TRANSP:TRANSPARENT\r\n"
    "CLASS:PRIVATE\r\n"
    "X-SMSBACKUP-DATE:1600000000123\r\n"
    "X-SMSBACKUP-DURATION:267\r\n"
    "X-SMSBACKUP-TYPE:2\r\n"
    "X-SMSBACKUP-NUMBER:+15550100\r\n"
    "END:VEVENT\r\n";

constexpr std::string_view beginning =
    "BEGIN:VCALENDAR\r\n"
    "VERSION:2.0\r\n"
    "PRODID:-//smsbackup//smsbackup 0.1.0//EN\r\n"
    "CALSCALE:GREGORIAN\r\n";

TEST(Icalendar, WritesACallAsAnEvent) {
  TempFolder folder;
  add(folder / "calls.ics", {call()});
  EXPECT_EQ(get(folder / "calls.ics"), std::string(beginning) + std::string(one_event) + "END:VCALENDAR\r\n");
}

TEST(Icalendar, GivesACallBackWithWhatACalendarKeeps) {
  TempFolder folder;
  Call odd;
  odd.number = "12\n\xff,;\\";
  odd.date = -1;
  odd.duration = -5;
  odd.type = 99;
  odd.subject = "";
  Call bare;
  bare.date = 253402300799999;
  bare.duration = 1;
  add(folder / "calls.ics", {call(), odd, bare});
  IcalendarStore store(folder / "calls.ics", Access::read);
  const Batch all = read_all(store);
  EXPECT_EQ(all.records, (std::vector<Record>{call(), odd, bare}));
  EXPECT_TRUE(all.problems.empty());
  EXPECT_EQ(all.positions[all.positions.size() - 1], (folder / "calls.ics").string() + ", event 3");
}

TEST(Icalendar, GivesTheSameCallTheSameUid) {
  EXPECT_EQ(stores::icalendar::uid_of(call()), stores::icalendar::uid_of(call()));
  Call named = call();
  named.name = "Bob";
  named.id = 7;
  EXPECT_EQ(stores::icalendar::uid_of(named), stores::icalendar::uid_of(call()));
  std::vector<Call> others(5, call());
  others[0].date = 1600000000124;
  others[1].number = "+15550101";
  others[2].duration = 268;
  others[3].type = call_incoming;
  others[4].number = null;
  for (const Call& other : others) EXPECT_NE(stores::icalendar::uid_of(other), stores::icalendar::uid_of(call()));
}

TEST(Icalendar, AddsNothingTwice) {
  TempFolder folder;
  const auto file = folder / "calls.ics";
  add(file, {call(), call()});
  const std::string once = get(file);
  EXPECT_EQ(once.find("BEGIN:VEVENT"), once.rfind("BEGIN:VEVENT"));
  add(file, {call()});
  EXPECT_EQ(get(file), once);
  MemoryStore phone({call()});
  IcalendarStore calendar(file, Access::write, options());
  EXPECT_EQ(transfer(phone, calendar).call, (Counts{1, 0, 1, 0, 0}));
}

TEST(Icalendar, KnowsItsEventsByTheirUidWhenTheirColumnsAreGone) {
  TempFolder folder;
  const auto file = folder / "calls.ics";
  const std::string uid = stores::icalendar::uid_of(call());
  put(file, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:" + uid + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  const std::string before = get(file);
  add(file, {call()});
  EXPECT_EQ(get(file), before);
  IcalendarStore store(file, Access::read);
  EXPECT_EQ(read_all(store).foreign, 1U);
}

TEST(Icalendar, LeavesWhatIsNotOursToTheByte) {
  TempFolder folder;
  const auto file = folder / "mine.ics";
  const std::string head =
      "begin:vcalendar\nBEGIN:VCALENDAR\nX-WR-CALNAME:Mine\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nEND:STANDARD\n"
      "END:VTIMEZONE\nBEGIN:VEVENT\nUID:x@y\nX-SMSBACKUP-DATE:1\nSUMMARY:Party\\, long\n  folded\nBEGIN:VALARM\n"
      "UID:b5b7f7e35d2fb67ae4ab3d1dcb4f3a4f@call.smsbackup\nEND:VALARM\nEND:VEVENT\n";
  const std::string tail = "END:VCALENDAR\n\n";
  put(file, head + tail);
  add(file, {call()});
  EXPECT_EQ(get(file), head + std::string(one_event) + tail);
  IcalendarStore store(file, Access::read);
  const Batch all = read_all(store);
  EXPECT_EQ(all.records, std::vector<Record>{call()});
  EXPECT_EQ(all.foreign, 1U);
}

TEST(Icalendar, ReadsWhatACalendarProgramHasWrittenAnew) {
  TempFolder folder;
  put(folder / "calls.ics",
      "\xEF\xBB\xBF"
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nx-smsbackup-number;X-A=\"b:;c\":+1555\r\n\t0100\r\n"
      "X-SMSBACKUP-TYPE:2\r\nX-SMSBACKUP-DATE:16000000\r\n 00123\r\nX-SMSBACKUP-DURATION:267\r\n"
      "UID:00000000000000000000000000000000@call.smsbackup\r\nEND:VEVENT\r\nEND:VCALENDAR");
  IcalendarStore store(folder / "calls.ics", Access::read);
  EXPECT_EQ(read_all(store).records, std::vector<Record>{call()});
}

TEST(Icalendar, FoldsLinesAt75OctetsButNoCharacter) {
  std::string out;
  stores::icalendar::add_line("SUMMARY", std::string(66, 'a') + "éé", out);
  EXPECT_EQ(out, "SUMMARY:" + std::string(66, 'a') + "\r\n éé\r\n");
  out.clear();
  stores::icalendar::add_line("SUMMARY", std::string(67, 'a'), out);
  EXPECT_EQ(out, "SUMMARY:" + std::string(67, 'a') + "\r\n");
  out.clear();
  stores::icalendar::add_line("SUMMARY", std::string(67 + 74 + 1, 'a'), out);
  EXPECT_EQ(out, "SUMMARY:" + std::string(67, 'a') + "\r\n " + std::string(74, 'a') + "\r\n a\r\n");
  out.clear();
  stores::icalendar::add_line("X", std::string(73, 'a') + "\xF0\x9F\x98\x80", out);
  EXPECT_EQ(out, "X:" + std::string(73, 'a') + "\r\n \xF0\x9F\x98\x80\r\n");
}

TEST(Icalendar, EscapesText) {
  EXPECT_EQ(stores::icalendar::escaped_text("a\\b;c,d:e\"\r\nf\rg\nh\ti\x01\x7f\xff"),
            "a\\\\b\\;c\\,d:e\"\\nf\\ng\\nh\ti  \xEF\xBF\xBD");
}

TEST(Icalendar, RefusesWhatIsNotForACalendar) {
  TempFolder folder;
  IcalendarStore store(folder / "calls.ics", Access::write, options());
  Call undated = call();
  undated.date = null;
  const Outcomes outcomes = store.write(std::vector<Record>{Sms{}, undated, call(253402300800000)});
  store.finish();
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].problem->why, "a calendar takes calls only");
  EXPECT_EQ(outcomes[1].problem->why, "a calendar takes no call without a date");
  EXPECT_EQ(outcomes[2].problem->why, "a calendar takes no call that is not between the years 1 and 9999");
  EXPECT_EQ(folder.entries().count("calls.ics"), 0U);
  EXPECT_FALSE(store.takes(RecordType::sms));
  EXPECT_TRUE(store.takes(RecordType::call));
}

TEST(Icalendar, FiltersMessagesOutOfATransfer) {
  TempFolder folder;
  MemoryStore phone({call(), Sms{}, Mms{}});
  IcalendarStore store(folder / "calls.ics", Access::write, options());
  const Report report = transfer(phone, store);
  EXPECT_EQ(report.call, (Counts{1, 0, 0, 1, 0}));
  EXPECT_EQ(report.total().filtered, 2U);
  EXPECT_TRUE(report.complete());
}

TEST(Icalendar, RefusesAFileThatIsNoCalendarAndOneWithoutAnEnd) {
  TempFolder folder;
  put(folder / "notes.ics", "notes");
  expect_error(ErrorCode::unknown_format, [&] { IcalendarStore(folder / "notes.ics", Access::read); });
  expect_error(ErrorCode::unknown_format, [&] { IcalendarStore(folder / "notes.ics", Access::write); });
  expect_error(ErrorCode::not_found, [&] { IcalendarStore(folder / "none.ics", Access::read); });
  const std::string cut = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n";
  put(folder / "cut.ics", cut);
  IcalendarStore store(folder / "cut.ics", Access::write, options());
  expect_error(ErrorCode::truncated_input, [&] { store.write(std::vector<Record>{call()}); });
  expect_error(ErrorCode::io, [&] { store.finish(); });
  EXPECT_EQ(get(folder / "cut.ics"), cut);
}

TEST(Icalendar, TellsOfDamagedEventsAndReadsTheOthers) {
  TempFolder folder;
  const auto file = folder / "calls.ics";
  add(file, {call(), call(1600000001123), call(1600000002123)});
  std::string text = get(file);
  text.replace(text.find("1600000001123"), 4, "1x00");
  put(file, text);
  IcalendarStore store(file, Access::read);
  const Batch all = read_all(store);
  EXPECT_EQ(all.records, (std::vector<Record>{call(), call(1600000002123)}));
  ASSERT_EQ(all.problems.size(), 1U);
  EXPECT_EQ(all.problems[0].code, ErrorCode::corrupt_input);
  EXPECT_EQ(all.problems[0].where, file.string() + ", event 2");
  EXPECT_EQ(all.problems[0].why, "a column that should be a number is none");
  EXPECT_EQ(all.problems[0].type, RecordType::call);
}

TEST(Icalendar, KeepsWhatIsBeforeACut) {
  TempFolder folder;
  const auto file = folder / "calls.ics";
  add(file, {call(), call(1600000001123)});
  const std::string text = get(file);
  const std::size_t second = text.rfind("BEGIN:VEVENT");
  for (std::size_t size = beginning.size(); size < text.size() - 2; ++size) {
    put(file, text.substr(0, size));
    IcalendarStore store(file, Access::read);
    const Batch all = read_all(store);
    // An event is whole with its last letter.
    const std::size_t whole = size >= text.find("\r\nEND:VCALENDAR") ? 2 : size >= second - 2 ? 1 : 0;
    EXPECT_EQ(all.records.size(), whole) << size;
    const bool complete = size >= text.size() - 2;
    EXPECT_EQ(all.problems.size(), complete ? 0U : 1U) << size;
    for (const Problem& problem : all.problems) EXPECT_EQ(problem.code, ErrorCode::truncated_input) << size;
  }
}

TEST(Icalendar, IsKnownByItsContentAndByItsName) {
  TempFolder folder;
  add(folder / "calls.data", {call()});
  EXPECT_EQ(detect_store((folder / "calls.data").string()), "icalendar");
  EXPECT_NE(dynamic_cast<IcalendarStore*>(open_store((folder / "new.ics").string(), Access::write).get()), nullptr);
}

}  // namespace
}  // namespace smsbackup
