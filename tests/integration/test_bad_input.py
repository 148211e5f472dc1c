"""Inputs that are not there, unknown, empty, cut off or hostile; outputs that can't be written."""
import os
import resource
import subprocess
import unittest

from smsbackup_tool import (CALLS_XML, DAMAGED, DONE, GOLDEN, INPUT, MMS, OUTPUT, SMS, SMS_XML, ToolTest, sms_file)


class UnreadableInput(ToolTest):
    def refuse(self, source, *words):
        """Refused with a message that has these words; nothing is made."""
        before = self.names()
        for output in ("maildir:out", "out.jsonl", "out.xml", "out.mbox", "eml:mails"):
            with self.subTest(output):
                result = self.expect(INPUT, "copy", SMS_XML, source, output)
                self.assertRegex(result.err, r"^smsbackup: ")
                self.assertEqual(result.err.count("\n"), 1, result.err)
                for word in words:
                    self.assertIn(word, result.err)
                self.assertEqual(self.names(), before)

    def test_missing(self):
        self.refuse("nowhere.xml", "nowhere.xml")
        self.refuse("maildir:nowhere", "nowhere")

    def test_empty(self):
        self.write("empty.xml", "")
        self.refuse("empty.xml", "empty.xml", "empty")

    def test_unknown_format(self):
        self.write("picture.xml", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
        self.refuse("picture.xml", "picture.xml")
        self.write("notes.txt", "Dear diary, today nothing happened.\n")
        self.refuse("notes.txt", "notes.txt")

    def test_a_folder_that_holds_nothing_of_the_kind(self):
        (self.folder / "folder").mkdir()
        self.refuse("folder", "folder")

    def test_no_permission(self):
        self.folder.chmod(0o777)
        (self.folder / CALLS_XML).chmod(0)
        nobody = (lambda: os.setuid(65534)) if os.geteuid() == 0 else None  # root may read everything
        try:
            result = self.expect(INPUT, "copy", CALLS_XML, "out.jsonl", limits=nobody)
        except (PermissionError, subprocess.SubprocessError):
            self.skipTest("an unprivileged user can't run the tool where it was built")
        self.assertIn(CALLS_XML, result.err)
        self.assertNotIn("out.jsonl", self.names())


class DamagedInput(ToolTest):
    def test_a_cut_off_file_gives_what_is_before_the_cut(self):
        text = (self.folder / SMS_XML).read_bytes()
        row = text.index(b"<sms ", 9000)
        complete = text[:row].count(b"<sms ") + text[:row].count(b"</mms>")
        self.write("cut.xml", text[:row + 60])
        result = self.expect(DAMAGED, "copy", "cut.xml", "maildir:out")
        self.assertIn(f"Incomplete: the input ends in the middle; {complete} records before the cut were kept.", result.out)
        self.assertEqual(len(self.records("maildir:out")), complete)

    def test_cut_off_anywhere_it_keeps_what_is_whole_and_never_crashes(self):
        text = (self.folder / SMS_XML).read_bytes()
        for share in range(1, 20):
            size = len(text) * share // 20
            complete = text[:size].count(b"</mms>") + sum(
                b"/>" in row for row in text[:size].split(b"<sms ")[1:])
            with self.subTest(size):
                self.write("cut.xml", text[:size])
                result = self.run_tool("copy", "--dedup", "off", "cut.xml", f"{size}.jsonl")
                self.assertEqual(result.code, DAMAGED, result.said)
                self.assertEqual(len((self.folder / f"{size}.jsonl").read_bytes().splitlines()), complete)

    def test_damaged_lines_between_good_ones_are_reported_and_kept_in_quarantine(self):
        good = '{"__type":"sms","address":"+12025550143","date":"%d","type":"1","body":"good private text"}\n'
        self.write("some.jsonl", good % 1700000000000 + '{"__type":"sms","address":"+1202555\n' + good % 1700000001000)
        result = self.expect(DAMAGED, "copy", "--quarantine", "bad", "some.jsonl", "out.jsonl")
        self.assertIn("some.jsonl", result.out)
        self.assertNotIn("good private text", result.said)
        self.assertEqual(len(self.records("out.jsonl")), 2)
        kept = b"".join(path.read_bytes() for path in (self.folder / "bad").rglob("*") if path.is_file())
        self.assertIn(b'{"__type":"sms","address":"+1202555', kept)

    def test_the_report_says_where_and_why(self):
        self.write("some.jsonl", '{"__type":"sms","body":"fine"}\n{"broken\n')
        report = self.report(DAMAGED, "copy", "some.jsonl", "out.jsonl")
        self.assertEqual(report["total"]["failed"], 1)
        (problem,) = report["problems"]
        self.assertIn("some.jsonl", problem["where"])
        self.assertNotEqual(problem["why"], "")

    def test_hostile_files_end_with_a_message_and_not_with_a_crash(self):
        hostile = {
            "deep.jsonl": b"[" * 100_000,
            "deep.xml": b"<smses>" + b"<mms><parts>" * 50_000,
            "entities.xml": b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><smses>'
                            b'<sms address="1" body="&b;&b;"/></smses>',
            "external.xml": b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><smses><sms body="&x;"/></smses>',
            "zeros.xml": b"<smses>" + bytes(100_000),
            "long.jsonl": b'{"body":"' + b"x" * 3_000_000,
            "escape.xml": b'<smses><sms body="\x1b]0;owned\x07" address="\x1b[31m" date="no"/></smses>',
            "boundary.eml": b"Subject: x\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--\r\n",
        }
        for name, data in hostile.items():
            with self.subTest(name):
                self.write(name, data)
                result = self.run_tool("copy", name, f"maildir:out-{name}")
                self.assertIn(result.code, (DONE, INPUT, DAMAGED), result.said)
                self.assertNotIn("root:", result.said)
                self.assertNotIn("\x1b", result.said)

    def test_a_file_name_can_not_drive_the_terminal(self):
        result = self.expect(INPUT, "copy", "a\x1b[31mb.xml", "out.jsonl")
        self.assertNotIn("\x1b", result.err)

    def test_a_well_formed_file_without_records_is_fine(self):
        self.write("none.xml", "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"0\">\n</smses>\n")
        self.assertIn("There was nothing to copy.", self.expect(DONE, "copy", "none.xml", "out.jsonl").out)

    def test_one_bad_input_among_good_ones_stops_before_anything_is_written(self):
        self.expect(INPUT, "copy", SMS_XML, "nowhere.xml", "out.jsonl")
        self.assertNotIn("out.jsonl", self.names())


class UnwritableOutput(ToolTest):
    OUTPUTS = ("jsonl:out.jsonl", "mbox:out.mbox", "synctech-xml:out.xml")

    def limit_file_size(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    def test_no_room_leaves_nothing_under_the_final_name(self):
        for output in self.OUTPUTS:
            with self.subTest(output):
                before = self.names()
                result = self.expect(OUTPUT, "copy", SMS_XML, output, limits=self.limit_file_size)
                self.assertRegex(result.err, r"^smsbackup: ")
                self.assertIn("Failed: not everything could be written; 0 records were written.", result.out)
                self.assertEqual(self.names(), before)

    def test_no_room_leaves_the_old_archive_as_it_was(self):
        for output in self.OUTPUTS:
            with self.subTest(output):
                self.expect(DONE, "copy", "--newest", "3", SMS_XML, output)
                path = self.folder / output.partition(":")[2]
                before, names = path.read_bytes(), self.names()
                self.expect(OUTPUT, "copy", SMS_XML, output, limits=self.limit_file_size)
                self.assertEqual(path.read_bytes(), before)
                self.assertEqual(self.names(), names)

    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("a small file system can't be mounted here")
        many = self.write("many.xml", sms_file(
            [("+12025550143", 1700000000000 + n, 1, f"{n:0200}") for n in range(2000)]))
        try:
            for output in ("jsonl:disk/out.jsonl", "maildir:disk/mails"):
                with self.subTest(output):
                    result = self.expect(OUTPUT, "copy", many, output)
                    self.assertRegex(result.err, r"(?i)space|full|room")
            self.assertFalse((disk / "out.jsonl").exists())
            # What a Maildir has is whole: each mail went under its name when it was complete.
            for record in self.records("maildir:disk/mails"):
                self.assertEqual(len(record["body"]), 200)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)

    def test_standard_output_that_nobody_takes(self):
        with open("/dev/full", "wb") as full:
            for arguments in (("copy", SMS_XML, "jsonl:-"), ("copy", SMS_XML, "out.jsonl"), ("stats", SMS_XML)):
                done = subprocess.run(self.command(*arguments), cwd=self.folder, stdout=full, stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, OUTPUT, arguments)

    def test_a_report_that_can_not_be_written(self):
        result = self.expect(OUTPUT, "copy", "--report", "nowhere/report.json", SMS_XML, "out.jsonl")
        self.assertIn("nowhere/report.json", result.err)
        self.assertEqual(len(self.records("out.jsonl")), SMS + MMS)

    def test_a_quarantine_that_can_not_be_made(self):
        self.write("some.jsonl", '{"__type":"sms","body":"fine"}\n{"broken\n')
        self.write("file", "no folder")
        self.expect(OUTPUT, "copy", "--quarantine", "file/bad", "some.jsonl", "out.jsonl")

    def test_a_folder_that_is_not_there(self):
        self.expect(OUTPUT, "copy", SMS_XML, "nowhere/deep/out.jsonl")
        self.assertNotIn("nowhere", self.names())


if __name__ == "__main__":
    unittest.main()
