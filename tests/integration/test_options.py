"""Every option does what its help says, and wrong ones are refused before anything is touched."""
import email
import email.policy
import json
import unittest

from smsbackup_tool import (ALL, CALLS, CALLS_XML, DAMAGED, DONE, INPUT, MMS, ROOT, SMS, SMS_XML, USAGE, ToolTest,
                            sms_file)


class Selecting(ToolTest):
    def written(self, *options, inputs=(SMS_XML, CALLS_XML)):
        report = self.report(DONE, "copy", "--dry-run", *options, *inputs, "out.jsonl")
        self.assertEqual(report["total"]["read"], ALL)
        return report["sms"]["written"], report["mms"]["written"], report["call"]["written"]

    def test_types(self):
        self.assertEqual(self.written("--types", "sms"), (SMS, 0, 0))
        self.assertEqual(self.written("--types", "mms,call"), (0, MMS, CALLS))
        self.assertEqual(self.written("--types", "mms", "--types", "sms"), (SMS, MMS, 0))

    def test_since_is_inclusive_and_until_is_exclusive(self):
        self.assertEqual(self.written("--since", "2024-01-01"), (12, 2, 4))
        self.assertEqual(self.written("--until", "2024-01-01"), (28, 3, 8))
        self.assertEqual(self.written("--since", "2024-01-01T00:00:00.000Z", "--until", "2024-01-01T00:00:00.001Z"),
                         (1, 0, 0))

    def test_dates_are_local(self):
        # Midnight in Los Angeles is eight hours after midnight UTC: the greetings of the new year are before it.
        report = self.report(DONE, "copy", "--dry-run", "--since", "2024-01-01", SMS_XML, "out.jsonl",
                             env=self.environment(TZ="America/Los_Angeles"))
        self.assertEqual(report["sms"]["written"], 10)

    def test_newest(self):
        self.assertEqual(self.written("--newest", "0"), (0, 0, 0))
        self.expect(DONE, "copy", "--newest", "3", SMS_XML, "newest.jsonl")
        self.assertEqual([record["date"] for record in self.records("newest.jsonl")],
                         ["1706805030303", "1706908332121", "1706954564808"])

    def test_newest_is_of_all_inputs_together(self):
        self.assertEqual(self.written("--newest", "3"), (2, 0, 1))
        self.assertEqual(self.written("--newest", "3", inputs=(CALLS_XML, SMS_XML)), (2, 0, 1))

    def test_addresses_in_any_spelling(self):
        self.assertEqual(self.written("--addresses", "(202) 555-0143"), (10, 3, 1))
        self.assertEqual(self.written("--addresses", "mybank,12345"), (3, 0, 1))

    def test_call_types_leave_messages_alone(self):
        self.assertEqual(self.written("--types", "call", "--call-types", "missed"), (0, 0, 2))
        self.assertEqual(self.written("--types", "call", "--call-types", "incoming,outgoing"), (0, 0, 8))
        self.assertEqual(self.written("--types", "call", "--call-types", "voicemail,rejected"), (0, 0, 2))
        self.assertEqual(self.written("--types", "call", "--call-types", "blocked,answered-externally"), (0, 0, 0))

    def test_contact_group(self):
        self.assertEqual(self.written("--contacts", "people.vcf", "--contact-group", "Friends"), (18, 3, 5))
        self.assertEqual(self.written("--contacts", "people.vcf", "--contact-group", "Nobody"), (0, 0, 0))

    def test_when_nothing_matches_that_is_said(self):
        result = self.expect(DONE, "copy", "--since", "2031-01-01", SMS_XML, "out.jsonl")
        self.assertIn("Nothing matched; nothing was written.", result.out)


class Mails(ToolTest):
    def mail(self, *options):
        """The one mail that the message "ok" to Ann becomes."""
        self.write("one.xml", sms_file([("+12025550143", 1698912301000, 2, "ok")]))
        self.expect(DONE, "copy", *options, "one.xml", "eml:mails")
        (path,) = (self.folder / "mails").rglob("*.eml")
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        path.unlink()
        return mail

    def test_user_email_is_the_sender_of_what_was_sent(self):
        self.assertIn("me@example.org", self.mail("--user-email", "me@example.org")["From"])

    def test_contacts_put_names_in(self):
        mail = self.mail("--contacts", "people.vcf")
        self.assertEqual(mail["To"], "Ann Archer <ann@example.org>")
        self.assertEqual(mail["Subject"], "SMS with Ann Archer")

    def test_address_style(self):
        style = lambda name: self.mail("--contacts", "people.vcf", "--address-style", name)["To"].addresses[0].display_name
        self.assertEqual(style("name"), "Ann Archer")
        self.assertEqual(style("number"), "+12025550143")
        self.assertEqual(style("name-and-number"), "Ann Archer (+12025550143)")

    def test_subject_prefix(self):
        self.assertEqual(self.mail("--contacts", "people.vcf", "--subject-prefix")["Subject"], "[SMS] Ann Archer")

    def test_reference_uid_is_in_the_references(self):
        self.assertIn("pixel8", self.mail("--reference-uid", "pixel8")["References"])

    def test_mark_as_read_sets_the_flag(self):
        self.write("one.xml", sms_file([("+12025550143", 1698912301000, 1, "ok")]).replace('read="1"', 'read="0"'))
        for choice, seen in (("read", True), ("unread", False), ("message-status", False)):
            with self.subTest(choice):
                self.expect(DONE, "copy", "--mark-as-read", choice, "one.xml", f"maildir:{choice}")
                (path,) = [p for part in ("cur", "new") for p in (self.folder / choice / part).iterdir()]
                self.assertEqual("S" in path.name.partition(":2,")[2], seen)


class Duplicates(ToolTest):
    TWICE = (("+12025550143", 1700000000000, 1, "a private text"), ("2025550143", 1700000000000, 1, "a  private text"))

    def test_dedup_levels(self):
        self.write("twice.xml", sms_file(self.TWICE))
        for level, written in (("tolerant", 1), ("exact", 2), ("off", 2)):
            with self.subTest(level):
                report = self.report(DONE, "copy", "--dedup", level, "twice.xml", f"{level}.jsonl")
                self.assertEqual(report["sms"]["written"], written)

    def test_explain_says_where_and_why_but_not_what(self):
        self.write("twice.xml", sms_file(self.TWICE))
        result = self.expect(DONE, "copy", "--explain", "twice.xml", "out.jsonl")
        (line,) = [line for line in result.err.splitlines() if line.startswith("duplicate:")]
        self.assertIn("incoming sms of 2023-11-14T22:13:20Z", line)
        self.assertIn("twice.xml", line)
        self.assertNotIn("private text", result.said)
        self.assertNotIn("2025550143", result.said)

    def test_own_number_is_no_party_of_an_mms(self):
        self.expect(DONE, "copy", "--own-number", "+12025550100", "--own-number", "2025550101,2025550102", SMS_XML,
                    "out.jsonl")


class Telling(ToolTest):
    def test_report_on_standard_output_is_json_and_nothing_else(self):
        result = self.expect(DONE, "copy", "--report", "-", SMS_XML, "out.jsonl")
        self.assertEqual(json.loads(result.out)["total"]["written"], SMS + MMS)
        self.assertIn("Everything is in out.jsonl.", result.err)

    def test_every_field_of_the_report_is_documented(self):
        page = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
        self.write("bad.jsonl", '{"__type":"sms","body":"fine"}\n{"broken\n')
        report = self.report(DAMAGED, "copy", "bad.jsonl", "out.jsonl")
        for name in (*report, *report["total"], *report["problems"][0]):
            self.assertIn(f"`{name}`", page)

    def test_report_is_replaced_as_a_whole(self):
        self.write("report.json", "old")
        self.assertEqual(self.report(DONE, "copy", SMS_XML, "out.jsonl")["total"]["read"], SMS + MMS)
        self.assertEqual([name for name in self.names() if name.endswith(".tmp")], [])

    def test_log_level(self):
        self.expect(DONE, "copy", "--log-level", "trace", SMS_XML, "maildir:out")
        self.assertEqual(self.expect(DONE, "copy", "--log-level", "off", SMS_XML, "maildir:out2").err, "")

    def test_version(self):
        self.assertRegex(self.expect(DONE, "--version").out, r"^smsbackup \d+\.\d+\.\d+\n$")

    def test_help_has_every_command_and_examples(self):
        text = self.expect(DONE, "--help").out
        for word in ("copy", "backup", "restore", "verify", "stats", "Examples:"):
            self.assertIn(word, text)
        for command in ("copy", "backup", "restore", "verify", "stats"):
            text = self.expect(DONE, command, "--help").out
            self.assertIn(f"smsbackup {command}", text)
            self.assertIn("--types", text)


class WrongUsage(ToolTest):
    def refuse(self, *arguments):
        before = self.names()
        result = self.expect(USAGE, *arguments)
        self.assertRegex(result.err, r"^smsbackup: ")
        self.assertEqual(result.out, "")
        self.assertEqual(self.names(), before)
        return result.err

    def test_no_command(self):
        self.refuse()

    def test_unknown_command_or_option(self):
        self.refuse("move", SMS_XML, "out.jsonl")
        self.refuse("copy", "--fast", SMS_XML, "out.jsonl")

    def test_too_few_or_too_many_stores(self):
        self.refuse("copy", SMS_XML)
        self.refuse("backup", SMS_XML, CALLS_XML, "out.jsonl")
        self.refuse("restore", SMS_XML)
        self.refuse("verify", SMS_XML)
        self.refuse("stats", SMS_XML, CALLS_XML)

    def test_values_that_are_none(self):
        self.assertIn("tolerant", self.refuse("copy", "--dedup", "sloppy", SMS_XML, "out.jsonl"))
        self.assertIn("mms", self.refuse("copy", "--types", "sms,fax", SMS_XML, "out.jsonl"))
        self.assertIn("2024-02-03", self.refuse("copy", "--since", "yesterday", SMS_XML, "out.jsonl"))
        self.refuse("copy", "--newest", "-1", SMS_XML, "out.jsonl")
        self.refuse("copy", "--call-types", "loud", SMS_XML, "out.jsonl")

    def test_options_that_contradict_each_other(self):
        self.refuse("copy", "--since", "2024-02-01", "--until", "2024-01-01", SMS_XML, "out.jsonl")
        self.assertIn("--contacts", self.refuse("copy", "--contact-group", "Friends", SMS_XML, "out.jsonl"))
        self.refuse("copy", "--report", "-", SMS_XML, "jsonl:-")

    def test_an_unknown_scheme_names_the_known_ones(self):
        self.assertIn("maildir", self.refuse("copy", "fax:there", "out.jsonl"))
        self.assertIn("maildir", self.refuse("copy", SMS_XML, "fax:there"))

    def test_the_output_must_not_be_an_input(self):
        (self.folder / "link.xml").symlink_to(SMS_XML)
        for output in (SMS_XML, f"./{SMS_XML}", f"synctech-xml:{SMS_XML}", self.folder / SMS_XML, "link.xml"):
            with self.subTest(output):
                before = (self.folder / SMS_XML).read_bytes()
                self.refuse("copy", CALLS_XML, SMS_XML, output)
                self.assertEqual((self.folder / SMS_XML).read_bytes(), before)

    def test_the_output_must_not_be_inside_an_input_folder(self):
        self.expect(DONE, "copy", SMS_XML, "maildir:mails")
        self.refuse("copy", "maildir:mails", "mails/out.jsonl")
        self.refuse("copy", "eml:mails/cur", "eml:mails")

    def test_standard_input_is_read_once(self):
        self.refuse("copy", "jsonl:-", "jsonl:-", "out.jsonl")
        self.refuse("verify", "jsonl:-", "jsonl:-")
        self.refuse("verify", SMS_XML, "jsonl:-")

    def test_contacts_that_can_not_be_read_are_an_input_error(self):
        self.expect(INPUT, "copy", "--contacts", "nobody.vcf", SMS_XML, "out.jsonl")
        self.expect(INPUT, "copy", "--contacts", SMS_XML, SMS_XML, "out.jsonl")


if __name__ == "__main__":
    unittest.main()
