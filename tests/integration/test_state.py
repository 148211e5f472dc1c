"""What the tool remembers from one run to the next."""
import fcntl
import json
import os
import unittest

from smsbackup_tool import CALLS, CALLS_XML, DONE, INPUT, MMS, OUTPUT, PRIVATE, SMS, SMS_XML, USAGE, ToolTest, sms_file

DRAFTS = 1  # in the sample file
MESSAGES = SMS + MMS - DRAFTS


class Remembering(ToolTest):
    def back_up(self, *more, code=DONE, source=SMS_XML, archive="maildir:archive", state="state"):
        return self.report(code, "backup", "--state", state, *more, source, archive)

    def test_the_second_run_does_not_look_into_the_archive(self):
        self.assertEqual(self.back_up()["total"]["written"], MESSAGES)
        again = self.back_up()
        self.assertEqual(again["total"]["written"], 0)
        self.assertEqual(again["remembered"], MESSAGES)
        self.assertTrue(again["complete"])
        said = self.expect(DONE, "backup", "--state", "state", SMS_XML, "maildir:archive").out
        self.assertIn(f"{MESSAGES} records done by earlier runs and not looked up.", said)
        self.assertIn("Nothing new", said)

    def test_late_messages_are_backed_up(self):
        rows = [("+15550100", 1700000000000, 1, "a text of today"), ("+15550100", 4000000000000, 1, "a text of 2096")]
        self.write("phone.xml", sms_file(rows))
        self.back_up(source="phone.xml", archive="a.jsonl")
        self.write("phone.xml", sms_file([("+15550100", 1600000000000, 1, "a late text"), *rows]))
        report = self.back_up(source="phone.xml", archive="a.jsonl")
        self.assertEqual((report["sms"]["written"], report["remembered"]), (1, 2))

    def test_what_was_deleted_from_the_archive_stays_deleted(self):
        self.back_up()
        mails = sorted(self.folder.glob("archive/**/cur/*"))
        mails[0].unlink()
        self.assertEqual(self.back_up()["total"]["written"], 0)
        self.assertEqual(self.back_up("--reset-state")["total"]["written"], 1)

    def test_a_state_is_of_one_phone_and_one_archive(self):
        self.back_up(archive="maildir:one")
        self.assertEqual(self.back_up(archive="maildir:two")["total"]["written"], MESSAGES)
        self.assertEqual(self.back_up(source=CALLS_XML, archive="maildir:one")["total"]["written"], CALLS)
        self.assertEqual(self.back_up(archive=f"maildir:{self.folder}/one")["remembered"], MESSAGES)
        self.assertEqual(self.back_up(archive="maildir:./two")["remembered"], MESSAGES)

    def test_what_was_restored_is_not_backed_up_again(self):
        self.expect(DONE, "copy", "--types", "sms", SMS_XML, "archive.jsonl")
        self.expect(DONE, "restore", "--state", "state", "archive.jsonl", "phone.jsonl")
        report = self.back_up(source="phone.jsonl", archive="archive.jsonl")
        self.assertEqual(report["remembered"], SMS)
        self.assertEqual(report["total"]["duplicate"], SMS)

    def test_files_are_not_remembered_unless_asked(self):
        state_home = self.folder / "state-home"
        self.expect(DONE, "backup", SMS_XML, "maildir:archive", env=self.environment(XDG_STATE_HOME=str(state_home)))
        self.assertFalse(state_home.exists())

    def test_a_phones_database_is_remembered_by_default(self):
        home = self.folder / "state-home"
        environment = self.environment(XDG_STATE_HOME=str(home))
        self.expect(DONE, "restore", "--no-state", SMS_XML, "android-db:phone", env=environment)
        self.assertFalse(home.exists())

        def back_up(*more, phone="android-db:phone", archive="a.jsonl"):
            return self.report(DONE, "backup", *more, phone, archive, env=environment)

        backed_up = back_up()["total"]["written"]
        self.assertGreater(backed_up, 0)
        self.assertEqual(back_up()["remembered"], backed_up)
        self.assertEqual(back_up(phone="phone/mmssms.db", archive="b.jsonl")["total"]["written"], backed_up)
        files = sorted((home / "smsbackup").iterdir())
        self.assertEqual(len(files), 2, "one for each phone and archive")
        for file in files:
            self.assertRegex(file.name, r"^[0-9a-f]{32}\.db$")
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual((home / "smsbackup").stat().st_mode & 0o777, 0o700)
        self.assertEqual(back_up("--no-state")["remembered"], 0)
        self.assertEqual(back_up("--reset-state")["remembered"], 0)
        self.assertEqual(back_up()["remembered"], backed_up)

    def test_a_restored_phone_has_nothing_to_back_up(self):
        environment = self.environment(XDG_STATE_HOME=str(self.folder / "state-home"))
        self.expect(DONE, "backup", SMS_XML, "archive.jsonl", env=environment)
        restored = self.report(DONE, "restore", "archive.jsonl", "android-db:phone", env=environment)["total"]["written"]
        report = self.report(DONE, "backup", "android-db:phone", "archive.jsonl", env=environment)
        self.assertEqual((report["total"]["written"], report["remembered"]), (0, restored))

    def test_the_home_folder_is_the_second_choice(self):
        environment = self.environment(HOME=str(self.folder / "home"))
        environment.pop("XDG_STATE_HOME", None)
        self.expect(DONE, "restore", "--no-state", SMS_XML, "android-db:phone", env=environment)
        self.expect(DONE, "backup", "android-db:phone", "a.jsonl", env=environment)
        self.assertEqual(len(list((self.folder / "home/.local/state/smsbackup").iterdir())), 1)
        del environment["HOME"]
        said = self.expect(OUTPUT, "backup", "android-db:phone", "a.jsonl", env=environment).err
        self.assertIn("--state FILE or --no-state", said)

    def test_the_state_holds_nothing_private(self):
        self.back_up()
        data = (self.folder / "state").read_bytes()
        for secret in PRIVATE | {"archive", SMS_XML}:
            self.assertNotIn(secret.encode(), data)
        self.assertEqual((self.folder / "state").stat().st_mode & 0o777, 0o600)

    def test_the_first_run_may_skip(self):
        first = self.back_up("--first-run", "skip")
        self.assertEqual(first["total"]["filtered"], SMS + MMS)
        self.assertFalse((self.folder / "archive").exists())
        self.write("phone.xml", sms_file([("+15550100", 1700000000000, 1, "a new text")]))
        both = self.back_up("--first-run", "skip")
        self.assertEqual((both["total"]["written"], both["remembered"]), (0, MESSAGES))

    def test_the_first_run_says_that_it_skipped(self):
        said = self.expect(DONE, "backup", "--state", "state", "--first-run", "skip", SMS_XML, "maildir:archive").out
        self.assertIn(f"{MESSAGES} records are counted as done from now on, and nothing was written", said)

    def test_a_limit_stops_and_goes_on(self):
        written = 0
        for _ in range(3):
            report = self.back_up("--limit", "20")
            written += report["total"]["written"]
        self.assertEqual(written, MESSAGES)
        self.assertFalse(report["limited"])
        self.assertEqual(len(self.records("maildir:archive")), MESSAGES)

    def test_a_limit_is_said(self):
        said = self.expect(DONE, "backup", "--limit", "20", SMS_XML, "maildir:archive").out
        self.assertIn("Stopped at the limit of 20 records: 20 records were written. Run it again to go on.", said)

    def test_stats_tells_of_the_last_run(self):
        self.back_up()
        said = self.expect(DONE, "stats", "--state", "state", "maildir:archive").out
        self.assertRegex(said, rf"Last run: 20\d\d-\S+Z, complete: {MESSAGES} written, 0 there already, {DRAFTS} left out\.")
        runs = json.loads(self.expect(DONE, "stats", "--json", "--state", "state", "maildir:archive").out)["last_runs"]
        self.assertEqual([(run["complete"], run["written"], run["filtered"]) for run in runs], [(True, MESSAGES, DRAFTS)])
        self.assertLessEqual(runs[0]["started"], runs[0]["finished"])
        self.assertEqual(json.loads(self.expect(DONE, "stats", "--json", "maildir:archive").out)["last_runs"], [])

    def test_stats_finds_the_runs_of_a_store_by_itself(self):
        environment = self.environment(XDG_STATE_HOME=str(self.folder / "state-home"))
        run = lambda *arguments: self.expect(DONE, *arguments, env=environment).out
        runs = lambda *arguments: json.loads(run("stats", "--json", *arguments))["last_runs"]
        self.assertEqual(runs(SMS_XML), [])
        for phone, types in (("android-db:one", "sms"), ("android-db:two", "mms")):
            run("restore", "--no-state", "--types", types, SMS_XML, phone)
            run("backup", phone, "a.jsonl")
        run("backup", "android-db:one", "b.jsonl")
        self.assertEqual([one["written"] for one in runs("a.jsonl")], [MMS, SMS], "the newest first")
        self.assertEqual(len(runs("android-db:one")), 2)
        self.assertEqual(len(runs("two/mmssms.db")), 0, "another name for a part of it")
        self.assertEqual(len(runs("b.jsonl")), 1)
        self.assertEqual(run("stats", "a.jsonl").count("Last run: "), 2)

    def test_stats_tells_of_a_run_that_is_going_on_and_of_a_bad_state(self):
        self.back_up()
        with open(self.folder / ".state.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn("another run is using it", self.expect(DONE, "stats", "--state", "state", "maildir:archive").err)
        self.write("diary", "Dear diary")
        self.assertIn("it is not a state", self.expect(DONE, "stats", "--state", "diary", "maildir:archive").err)

    def test_a_dry_run_remembers_nothing(self):
        self.back_up("--dry-run")
        self.assertFalse((self.folder / "state").exists())
        self.back_up()
        before = (self.folder / "state").read_bytes()
        self.assertEqual(self.back_up("--dry-run", "--reset-state")["total"]["duplicate"], MESSAGES)
        self.assertEqual(self.back_up("--dry-run")["remembered"], MESSAGES)
        self.assertEqual((self.folder / "state").read_bytes(), before)


class Refusing(ToolTest):
    def refused(self, code, *arguments):
        result = self.expect(code, "backup", *arguments)
        self.assertEqual(result.out, "")
        self.assertNotIn("unexpected", result.err)
        return result.err

    def test_options_that_need_a_state(self):
        for option in (["--reset-state"], ["--first-run", "skip"]):
            self.assertIn("--state FILE", self.refused(USAGE, *option, SMS_XML, "maildir:archive"))
        self.refused(USAGE, "--state", "state", "--no-state", SMS_XML, "maildir:archive")
        self.refused(USAGE, "--limit", "-1", SMS_XML, "maildir:archive")
        self.assertFalse((self.folder / "archive").exists())

    def test_a_damaged_state(self):
        self.expect(DONE, "backup", "--state", "state", SMS_XML, "maildir:archive")
        data = bytearray((self.folder / "state").read_bytes())
        data[-20000:] = bytes(20000)
        self.write("state", bytes(data))
        said = self.refused(OUTPUT, "--state", "state", SMS_XML, "maildir:archive")
        self.assertIn("it is damaged", said)
        self.assertIn("--reset-state", said)
        report = self.report(DONE, "backup", "--state", "state", "--reset-state", SMS_XML, "maildir:archive")
        self.assertEqual(report["total"]["duplicate"], MESSAGES)
        self.assertEqual(self.report(DONE, "backup", "--state", "state", SMS_XML, "maildir:archive")["remembered"], MESSAGES)

    def test_a_file_that_is_no_state(self):
        self.write("diary", "Dear diary, nothing happened today.")
        for more in ([], ["--reset-state"]):
            self.assertIn("it is not a state of smsbackup", self.refused(OUTPUT, "--state", "diary", *more, SMS_XML, "maildir:a"))
        self.assertEqual((self.folder / "diary").read_text(), "Dear diary, nothing happened today.")

    def test_a_state_that_another_run_uses(self):
        self.expect(DONE, "backup", "--state", "state", SMS_XML, "maildir:archive")
        with open(self.folder / ".state.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn("another run is using it", self.refused(OUTPUT, "--state", "state", SMS_XML, "maildir:archive"))

    def test_a_state_in_no_folder(self):
        self.assertIn("No such file or directory", self.refused(OUTPUT, "--state", "no/state", SMS_XML, "maildir:archive"))

    def test_an_archive_that_is_gone(self):
        self.expect(DONE, "backup", "--state", "state", SMS_XML, "archive.jsonl")
        os.remove(self.folder / "archive.jsonl")
        said = self.refused(OUTPUT, "--state", "state", SMS_XML, "archive.jsonl")
        self.assertIn("it is empty, but records were put there", said)
        self.assertFalse((self.folder / "archive.jsonl").exists())
        self.expect(DONE, "backup", "--state", "state", "--reset-state", SMS_XML, "archive.jsonl")
        self.assertEqual(len(self.records("archive.jsonl")), MESSAGES)

    def test_a_phone_that_is_not_there_leaves_the_state_alone(self):
        self.expect(INPUT, "backup", "--state", "state", "nothing.xml", "maildir:archive")
        self.assertEqual(self.report(DONE, "backup", "--state", "state", SMS_XML, "maildir:archive")["total"]["written"], MESSAGES)


if __name__ == "__main__":
    unittest.main()
