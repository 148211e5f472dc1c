"""copy: into every kind of store, again, and merged."""
import mailbox
import unittest

from smsbackup_tool import ALL, CALLS, CALLS_XML, DONE, GOLDEN, MMS, SMS, SMS_XML, ToolTest, sms_file

OUTPUTS = ("maildir:out", "mbox:out.mbox", "eml:out", "jsonl:out.jsonl", "android-db:phone", "out.xml",
           "out.mbox", "out.jsonl", "out.db", "out")


class Copy(ToolTest):
    def test_every_store_takes_everything_and_a_second_run_adds_nothing(self):
        for output in OUTPUTS:
            with self.subTest(output):
                self.setUp()
                report = self.report(DONE, "copy", SMS_XML, CALLS_XML, output)
                self.assertEqual(report["sms"]["written"], SMS)
                self.assertEqual(report["mms"]["written"], MMS)
                self.assertEqual(report["call"]["written"], CALLS)
                again = self.report(DONE, "copy", SMS_XML, CALLS_XML, output)
                self.assertEqual(again["total"]["duplicate"], ALL)
                self.assertEqual(again["total"]["written"], 0)
                self.expect(DONE, "verify", SMS_XML, output)
                self.expect(DONE, "verify", CALLS_XML, output)

    def test_what_comes_back_through_each_store_is_what_went_in(self):
        key = lambda record: (record["__type"], record.get("date", ""), str(sorted(record)), str(record))
        straight = sorted(self.records(SMS_XML), key=key)
        self.assertEqual(len(straight), SMS + MMS)
        for output in ("maildir:out", "mbox:out.mbox", "eml:mails", "jsonl:out.jsonl", "copy.xml"):
            with self.subTest(output):
                self.expect(DONE, "copy", "--dedup", "off", SMS_XML, output)
                self.assertEqual(sorted(self.records(output), key=key), straight)

    def test_mails_are_in_a_maildir_that_other_programs_read(self):
        self.expect(DONE, "copy", "--contacts", "people.vcf", SMS_XML, "maildir:out")
        mails = list(mailbox.Maildir(self.folder / "out", create=False))
        self.assertEqual(len(mails), SMS + MMS)
        subjects = {mail["Subject"] for mail in mails}
        self.assertIn("SMS with Ann Archer", subjects)

    def test_the_report_for_people_has_a_table_and_ends_with_one_clear_sentence(self):
        result = self.expect(DONE, "copy", SMS_XML, CALLS_XML, "maildir:out")
        lines = result.out.splitlines()
        self.assertEqual(lines[0].split(), ["read", "filtered", "duplicate", "written", "failed"])
        self.assertEqual(lines[1].split(), ["SMS", "40", "0", "0", "40", "0"])
        self.assertEqual(lines[2].split(), ["MMS", "5", "0", "0", "5", "0"])
        self.assertEqual(lines[3].split(), ["Calls", "12", "0", "0", "12", "0"])
        self.assertEqual(lines[4].split(), ["Total", "57", "0", "0", "57", "0"])
        self.assertEqual(lines[-1].strip(), "Everything is in maildir:out.")
        self.assertEqual(result.err, "")
        again = self.expect(DONE, "copy", SMS_XML, CALLS_XML, "maildir:out")
        self.assertEqual(again.out.splitlines()[-1].strip(), "Nothing new: everything was in maildir:out already.")

    def test_many_inputs_are_merged_in_the_order_given(self):
        parts = [GOLDEN / "synctech-xml" / f"ragibson-multi_file_part{n}.xml" for n in (1, 2)]
        report = self.report(DONE, "copy", *parts, "jsonl:merged.jsonl")
        self.assertEqual(report["total"]["duplicate"], 2)
        bodies = [record.get("body") for record in self.records("merged.jsonl")]
        self.assertEqual(bodies, ["Hello from A", None, "Unique in part1", "Unique in part2"])

    def test_duplicates_within_one_file_are_found(self):
        # (file, records left, of how many)
        for name, left, total in (("missing_country_code", 2, 4), ("alternate_country_code", 2, 4),
                                  ("multiple_duplicates", 2, 7), ("whitespace_duplicates", 2, 10),
                                  ("different_smil_format", 1, 10)):
            with self.subTest(name):
                source = GOLDEN / "synctech-xml" / f"ragibson-{name}.xml"
                report = self.report(DONE, "copy", source, f"jsonl:{name}.jsonl")
                self.assertEqual(report["total"]["read"], total)
                self.assertEqual(report["total"]["written"], left)
                self.assertEqual(len(self.records(f"{name}.jsonl")), left)

    def test_a_dry_run_counts_but_writes_nothing(self):
        before = self.names()
        result = self.expect(DONE, "copy", "--dry-run", SMS_XML, "maildir:out")
        self.assertIn("Dry run: 45 records would be written; nothing was changed.", result.out)
        self.assertEqual(self.names(), before)
        self.expect(DONE, "copy", "--newest", "5", SMS_XML, "out.jsonl")
        held = (self.folder / "out.jsonl").read_bytes()
        report = self.report(DONE, "copy", "--dry-run", SMS_XML, "out.jsonl")
        self.assertEqual(report["total"]["duplicate"], 5)
        self.assertEqual(report["total"]["written"], SMS + MMS - 5)
        self.assertEqual((self.folder / "out.jsonl").read_bytes(), held)

    def test_an_archive_can_grow(self):
        self.expect(DONE, "copy", "--types", "sms", SMS_XML, "maildir:out")
        report = self.report(DONE, "copy", SMS_XML, CALLS_XML, "maildir:out")
        self.assertEqual(report["sms"]["duplicate"], SMS)
        self.assertEqual(report["mms"]["written"], MMS)

    def test_inputs_are_never_changed(self):
        before = (self.folder / SMS_XML).read_bytes()
        self.expect(DONE, "copy", SMS_XML, "maildir:out")
        self.expect(DONE, "copy", "maildir:out", "back.xml")
        self.assertEqual((self.folder / SMS_XML).read_bytes(), before)


class BackupAndRestore(ToolTest):
    def test_backup_leaves_drafts_on_the_phone(self):
        report = self.report(DONE, "backup", SMS_XML, "out.jsonl")
        self.assertEqual(report["sms"]["filtered"], 1)
        self.assertEqual(report["sms"]["written"], SMS - 1)

    def test_backup_takes_drafts_when_asked(self):
        report = self.report(DONE, "backup", "--drafts", SMS_XML, "out.jsonl")
        self.assertEqual(report["sms"]["written"], SMS)

    def test_restore_puts_nothing_where_a_phone_would_send_it(self):
        rows = [("+12025550143", 1700000000000 + kind, kind, f"kind {kind} text") for kind in range(1, 7)]
        self.write("phone.xml", sms_file(rows))
        self.expect(DONE, "copy", "phone.xml", "maildir:archive")
        self.expect(DONE, "restore", "archive", "new.jsonl")
        kinds = sorted(record["type"] for record in self.records("new.jsonl"))
        self.assertEqual(kinds, ["1", "2", "5", "5", "5", "5"])

    def test_restore_leaves_out_what_was_not_sent_when_asked(self):
        rows = [("+12025550143", 1700000000000 + kind, kind, f"kind {kind} text") for kind in range(1, 7)]
        self.write("phone.xml", sms_file(rows))
        report = self.report(DONE, "restore", "--unsent", "skip", "phone.xml", "new.jsonl")
        self.assertEqual(report["sms"]["filtered"], 6 - report["sms"]["written"])
        kinds = {record["type"] for record in self.records("new.jsonl")}
        self.assertLessEqual(kinds, {"1", "2", "5"})
        self.assertNotIn("4", kinds)

    def test_restore_forgets_the_sim_of_the_old_phone_unless_told(self):
        self.expect(DONE, "restore", "--types", "sms", SMS_XML, "new.jsonl")
        self.assertEqual({record["sub_id"] for record in self.records("new.jsonl")}, {"-1"})
        self.expect(DONE, "restore", "--types", "sms", "--keep-sub-id", SMS_XML, "kept.jsonl")
        self.assertEqual({record["sub_id"] for record in self.records("kept.jsonl")}, {"1"})

    def test_restore_marks_as_read_when_asked(self):
        self.write("unread.xml", sms_file([("+12025550143", 1700000000000, 1, "unread text")]).replace('read="1"', 'read="0"'))
        self.expect(DONE, "restore", "unread.xml", "same.jsonl")
        self.assertEqual([record["read"] for record in self.records("same.jsonl")], ["0"])
        self.expect(DONE, "restore", "--mark-read", "unread.xml", "read.jsonl")
        self.assertEqual([record["read"] for record in self.records("read.jsonl")], ["1"])


if __name__ == "__main__":
    unittest.main()
