"""verify and stats."""
import json
import unittest

from smsbackup_tool import (CALLS, CALLS_XML, DAMAGED, DONE, INCOMPLETE, MMS, SMS, SMS_XML, ToolTest, sms_file)


class Verify(ToolTest):
    def test_everything_there(self):
        self.expect(DONE, "copy", SMS_XML, "maildir:archive")
        result = self.expect(DONE, "verify", SMS_XML, "archive")
        self.assertIn(f"Everything of {SMS_XML} is in archive, and nothing else.", result.out)
        self.assertNotIn("missing:", result.out)

    def test_what_is_missing_is_listed_without_what_it_says(self):
        self.expect(DONE, "copy", "--until", "2024-02-02", SMS_XML, "maildir:archive")
        result = self.expect(INCOMPLETE, "verify", SMS_XML, "archive")
        missing = [line for line in result.out.splitlines() if line.startswith("missing: ")]
        self.assertEqual(len(missing), 2)
        self.assertIn("incoming sms of 2024-02-02T21:12:12.121Z", missing[0])
        self.assertIn(SMS_XML, missing[0])
        self.assertIn("2 records of", result.out)

    def test_the_list_is_short_unless_all_is_asked_for(self):
        self.expect(DONE, "copy", "--newest", "1", SMS_XML, "out.jsonl")
        count = lambda result: result.out.count("missing: ")
        short = self.expect(INCOMPLETE, "verify", SMS_XML, "out.jsonl")
        self.assertEqual(count(short), 20)
        self.assertIn("… and 24 more", short.out)
        self.assertEqual(count(self.expect(INCOMPLETE, "verify", "--explain", SMS_XML, "out.jsonl")), SMS + MMS - 1)

    def test_what_a_backup_leaves_on_the_phone_is_compared_only_if_asked_for(self):
        self.expect(DONE, "backup", SMS_XML, "maildir:archive")
        self.expect(INCOMPLETE, "verify", SMS_XML, "archive")
        self.expect(DONE, "verify", "--no-drafts", "--both-ways", SMS_XML, "archive")

    def test_more_in_the_archive_is_fine(self):
        self.expect(DONE, "copy", SMS_XML, CALLS_XML, "maildir:archive")
        result = self.expect(DONE, "verify", SMS_XML, "archive")
        self.assertIn(f"Everything of {SMS_XML} is in archive, which has {CALLS} more.", result.out)
        self.assertNotIn("extra: ", result.out)
        self.expect(INCOMPLETE, "verify", "archive", SMS_XML)

    def test_more_in_the_archive_is_a_difference_if_asked_for(self):
        self.expect(DONE, "copy", SMS_XML, CALLS_XML, "maildir:archive")
        result = self.expect(INCOMPLETE, "verify", "--both-ways", SMS_XML, "archive")
        self.assertEqual(result.out.count("extra: "), CALLS)
        self.assertIn(f"{CALLS} records are in archive only.", result.out)
        self.expect(DONE, "verify", "--both-ways", "--types", "sms,mms", SMS_XML, "archive")

    def test_only_what_is_selected_is_compared(self):
        self.expect(DONE, "copy", "--types", "mms", SMS_XML, "maildir:archive")
        self.expect(DONE, "verify", "--types", "mms", SMS_XML, "archive")
        self.expect(INCOMPLETE, "verify", SMS_XML, "archive")

    def test_what_changed_is_named_without_what_it_says(self):
        self.write("a.xml", sms_file([("+12025550143", 1700000000000, 1, "the private text"),
                                      ("+12025550143", 1700000001000, 1, "another private text")]))
        self.write("b.xml", sms_file([("+12025550143", 1700000000000, 1, "the private tex"),
                                      ("+12025550143", 1700000001000, 1, "another  private text")]))
        result = self.expect(INCOMPLETE, "verify", "a.xml", "b.xml")
        self.assertEqual(result.out.splitlines()[0],
                         "changed: incoming sms of 2023-11-14T22:13:20Z (a.xml, row 1; b.xml, row 1): text")
        self.assertIn("1 record of a.xml is changed in b.xml.", result.out)
        self.assertEqual(self.expect(INCOMPLETE, "verify", "--dedup", "exact", "a.xml", "b.xml").out.count("changed: "), 2)

    def test_a_cut_off_input_is_no_success(self):
        text = (self.folder / SMS_XML).read_text(encoding="utf-8")
        self.expect(DONE, "copy", SMS_XML, "maildir:archive")
        self.write("cut.xml", text[:len(text) // 2])
        result = self.expect(DAMAGED, "verify", "cut.xml", "archive")
        self.assertIn("the input ends in the middle", result.out)

    def test_report(self):
        self.expect(DONE, "copy", "--types", "mms", SMS_XML, "maildir:archive")
        for arguments in (("--report", "-"), ("--json",)):
            report = json.loads(self.expect(INCOMPLETE, "verify", *arguments, SMS_XML, "archive").out)
            self.assertEqual(report["mms"], {"compared": MMS, "found": MMS, "changed": 0, "missing": 0, "extra": 0})
            self.assertEqual(report["sms"]["missing"], SMS)
            self.assertEqual(report["total"]["missing"], SMS)
            self.assertEqual(report["differences_total"], SMS)
            self.assertEqual(len(report["differences"]), SMS)
            self.assertEqual(report["differences"][0], {"kind": "missing", "type": "sms", "direction": "incoming",
                                                        "date": "2023-11-02T08:01:12.418Z", "in_a": f"{SMS_XML}, row 1"})
            self.assertFalse(report["all_there"])
            self.assertFalse(report["same"])


class Stats(ToolTest):
    def test_json(self):
        for arguments in (("--json",), ("--report", "-")):
            stats = json.loads(self.expect(DONE, "stats", *arguments, SMS_XML).out)
            self.assertEqual(stats["sms"], {"records": SMS, "incoming": 25, "outgoing": 15, "undated": 0,
                                            "oldest": "2023-11-02T08:01:12.418Z", "newest": "2024-02-03T10:02:44.808Z"})
            self.assertEqual(stats["mms"]["records"], MMS)
            self.assertEqual(stats["call"]["records"], 0)
            self.assertIsNone(stats["call"]["oldest"])
            self.assertEqual(stats["parts"], 10)
            self.assertEqual(stats["problems"], 0)

    def test_the_same_of_every_store(self):
        of = lambda place: json.loads(self.expect(DONE, "stats", "--json", place).out)
        straight = of(SMS_XML)
        for output in ("maildir:out", "mbox:out.mbox", "eml:mails", "jsonl:out.jsonl"):
            with self.subTest(output):
                self.expect(DONE, "copy", SMS_XML, output)
                self.assertEqual(of(output), straight)

    def test_for_people(self):
        result = self.expect(DONE, "stats", CALLS_XML)
        self.assertEqual(result.out.splitlines()[3].split(), ["Calls", str(CALLS), "9", "3", "2023-11-02", "2024-02-02"])

    def test_duplicates_are_counted(self):
        self.write("twice.xml", sms_file([("+12025550143", 1700000000000, 1, "private")] * 2))
        self.assertEqual(json.loads(self.expect(DONE, "stats", "--json", "twice.xml").out)["duplicates"], 1)


if __name__ == "__main__":
    unittest.main()
