"""Calls as events of a calendar file, read by a library that has nothing to do with ours."""
import json
import subprocess
import unittest

from smsbackup_tool import ALL, CALLS, CALLS_XML, DONE, OUTPUT, SMS_XML, USAGE, ToolTest

# Debian installs python3-icalendar for its own interpreter only.
PYTHON = "/usr/bin/python3"
LIST = """
import sys, icalendar
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], "rb").read())
print(calendar["version"], len(set(str(event["uid"]) for event in calendar.walk("VEVENT"))))
for event in calendar.walk("VEVENT"):
    assert event["dtstamp"].dt.tzinfo is not None and str(event["class"]) == "PRIVATE" and str(event["transp"]) == "TRANSPARENT"
    end = event.get("dtend")
    print(event["dtstart"].dt.isoformat(), end.dt.isoformat() if end else "-", event["summary"], sep="|")
"""


class Calendar(ToolTest):
    def listed(self, name):
        try:
            subprocess.run([PYTHON, "-c", "import icalendar"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("python3-icalendar is not installed")
        return subprocess.run([PYTHON, "-c", LIST, str(self.folder / name)], check=True, capture_output=True,
                              text=True).stdout.splitlines()

    def test_another_library_reads_the_calendar(self):
        self.expect(DONE, "copy", "--contacts", "people.vcf", CALLS_XML, "calls.ics")
        lines = self.listed("calls.ics")
        self.assertEqual(lines[0], f"2.0 {CALLS}")
        self.assertEqual(lines[1:5], [
            "2023-11-02T18:00:01+00:00|2023-11-02T18:04:28+00:00|Called Ann Archer",
            "2023-11-03T09:15:44+00:00|2023-11-03T09:16:45+00:00|Call from Ben Brook",
            "2023-11-03T12:30:12+00:00|-|Missed call from Ben Brook",
            "2023-11-03T12:31:00+00:00|2023-11-03T12:31:15+00:00|Called Ben Brook"])

    def test_running_twice_adds_nothing(self):
        self.expect(DONE, "copy", CALLS_XML, "calls.ics")
        before = (self.folder / "calls.ics").read_bytes()
        self.expect(DONE, "copy", CALLS_XML, "calls.ics")
        self.assertEqual((self.folder / "calls.ics").read_bytes(), before)
        self.expect(DONE, "verify", "--both-ways", CALLS_XML, "calls.ics")

    def test_messages_are_not_for_a_calendar(self):
        report = self.report(DONE, "copy", SMS_XML, CALLS_XML, "calls.ics")
        self.assertEqual(report["total"]["filtered"], ALL - CALLS)
        self.assertEqual(report["call"]["written"], CALLS)

    def test_a_backup_writes_archive_and_calendar(self):
        for archive in ("maildir:archive", "archive.jsonl"):
            with self.subTest(archive):
                calendar = archive[:7] + ".ics"
                report = self.report(DONE, "backup", "--calendar", calendar, CALLS_XML, archive)
                self.assertEqual(report["call"], {"read": CALLS, "filtered": 0, "duplicate": 0, "written": CALLS, "failed": 0})
                self.report(DONE, "backup", "--drafts", "--calendar", calendar, SMS_XML, archive)
                self.expect(DONE, "verify", "--both-ways", CALLS_XML, calendar)
                self.expect(DONE, "verify", CALLS_XML, archive)
                self.expect(DONE, "verify", SMS_XML, archive)
                result = self.expect(DONE, "backup", "--calendar", calendar, CALLS_XML, archive)
                self.assertIn(f"Nothing new: everything was in {archive} and {calendar} already.", result.out)

    def test_a_calendar_that_comes_later_catches_up(self):
        self.expect(DONE, "copy", CALLS_XML, SMS_XML, "maildir:archive")
        report = self.report(DONE, "backup", "--calendar", "calls.ics", CALLS_XML, "maildir:archive")
        self.assertEqual(report["call"]["written"], CALLS)
        self.expect(DONE, "verify", "--both-ways", CALLS_XML, "calls.ics")
        self.assertEqual(json.loads(self.expect(DONE, "stats", "--json", "archive").out)["call"]["records"], CALLS)

    def test_a_dry_run_makes_no_calendar(self):
        report = self.report(DONE, "backup", "--dry-run", "--calendar", "calls.ics", CALLS_XML, "maildir:archive")
        self.assertEqual(report["call"]["written"], CALLS)
        self.assertFalse((self.folder / "calls.ics").exists())

    def test_a_calendar_that_cannot_be_written_is_said(self):
        self.write("notes.ics", "no calendar")
        result = self.expect(OUTPUT, "backup", "--calendar", "notes.ics", CALLS_XML, "maildir:archive")
        self.assertIn("notes.ics: this is no calendar", result.err)
        self.assertEqual((self.folder / "notes.ics").read_text(), "no calendar")
        self.write("cut.ics", "BEGIN:VCALENDAR\r\n")
        result = self.expect(OUTPUT, "backup", "--calendar", "cut.ics", CALLS_XML, "maildir:archive")
        self.assertIn("its end (END:VCALENDAR) is missing", result.err)
        self.expect(USAGE, "backup", "--calendar", CALLS_XML, CALLS_XML, "maildir:archive")


if __name__ == "__main__":
    unittest.main()
