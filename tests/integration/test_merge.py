"""merge: several archives or phones into one."""
import json
import unittest

from smsbackup_tool import (ALL, CALLS, CALLS_XML, DAMAGED, DONE, MMS, OUTPUT, SMS, SMS_XML, USAGE, ToolTest, sms_file)

NUMBER = "+12025550143"
START = 1700000000000


class Merge(ToolTest):
    def log(self, name="log.jsonl"):
        return [json.loads(line) for line in (self.folder / name).read_text(encoding="utf-8").splitlines()]

    def test_every_record_once(self):
        self.expect(DONE, "copy", SMS_XML, "maildir:archive")
        self.expect(DONE, "copy", CALLS_XML, SMS_XML, "mbox:mails.mbox")
        for output in ("maildir:merged", "mbox:merged.mbox", "eml:mails", "jsonl:merged.jsonl", "synctech-xml:merged.xml"):
            with self.subTest(output):
                result = self.expect(DONE, "merge", "archive", SMS_XML, "mails.mbox", "-o", output)
                self.assertIn(f"3 inputs held {ALL + 2 * (SMS + MMS)} records; {2 * (SMS + MMS)} repeated another", result.out)
                self.expect(DONE, "verify", "--both-ways", "mails.mbox", output)

    def test_what_is_dropped_is_logged_with_what_it_repeats(self):
        self.write("old.xml", sms_file([(NUMBER, START, 1, "private one"), (NUMBER, START + 1000, 1, "private two")]))
        self.write("new.xml", sms_file([("2025550143", START + 1000, 1, "private two"), (NUMBER, START + 2000, 2, "private 3")]))
        result = self.expect(DONE, "merge", "old.xml", "new.xml", "new.xml", "-o", "out.jsonl", "--log", "log.jsonl")
        self.assertIn("log.jsonl says where and why", result.out)
        self.assertEqual(len(self.records("out.jsonl")), 3)
        self.assertEqual([(line["dropped"], line["kept"]) for line in self.log()],
                         [("new.xml, row 1", "old.xml, row 2"), ("new.xml, row 1", "old.xml, row 2"),
                          ("new.xml, row 2", "new.xml, row 2")])
        self.assertEqual(self.log()[0], {
            "kind": "duplicate", "type": "sms", "direction": "incoming", "date": "2023-11-14T22:13:21Z",
            "dropped": "new.xml, row 1", "kept": "old.xml, row 2",
            "why": "same type and direction; same second; same number or sender, spelled differently; "
                   "same text (but for white space)"})
        self.assert_private((self.folder / "log.jsonl").read_text(encoding="utf-8"))

    def test_what_the_output_had_is_kept_there(self):
        self.expect(DONE, "copy", SMS_XML, "out.jsonl")
        self.expect(DONE, "merge", SMS_XML, CALLS_XML, "-o", "out.jsonl", "--log", "log.jsonl")
        self.assertEqual({line["kept"] for line in self.log()}, {"out.jsonl"})
        self.assertEqual(len(self.log()), SMS + MMS)
        self.assertEqual(len(self.records("out.jsonl")), ALL)

    def test_what_cannot_be_read_is_logged_too(self):
        text = (self.folder / SMS_XML).read_text(encoding="utf-8")
        self.write("cut.xml", text[:len(text) // 2])
        self.expect(DAMAGED, "merge", "cut.xml", CALLS_XML, "-o", "out.jsonl", "--log", "log.jsonl")
        self.assertEqual([line["kind"] for line in self.log()], ["failed"])
        self.assertEqual(self.log()[0]["code"], "truncated_input")

    def test_a_dry_run_logs_what_would_be_dropped(self):
        self.expect(DONE, "merge", "--dry-run", SMS_XML, SMS_XML, "-o", "out.jsonl", "--log", "log.jsonl")
        self.assertFalse((self.folder / "out.jsonl").exists())
        self.assertEqual(len(self.log()), SMS + MMS)

    def test_the_output_is_none_of_the_inputs_and_the_log_none_of_both(self):
        for arguments in ((SMS_XML, "-o", SMS_XML), (SMS_XML, "-o", "out.jsonl", "--log", SMS_XML),
                          (SMS_XML, "-o", "out.jsonl", "--log", "out.jsonl"), (SMS_XML,), ("-o", "out.jsonl")):
            self.expect(USAGE, "merge", *arguments)

    def test_a_log_that_cannot_be_written_is_an_error(self):
        self.expect(OUTPUT, "merge", SMS_XML, "-o", "out.jsonl", "--log", "nowhere/log.jsonl")


if __name__ == "__main__":
    unittest.main()
