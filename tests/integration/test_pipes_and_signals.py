"""Pipes between tools, and Ctrl-C in the middle."""
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

from smsbackup_tool import (ALL, CALLS_XML, CANCELLED, DONE, MMS, OUTPUT, PATIENCE, SMS, SMS_XML, ToolTest, sms_file)

ROWS = 200_000


class Pipes(ToolTest):
    def test_records_flow_from_one_tool_into_the_next(self):
        first = subprocess.Popen(self.command("copy", SMS_XML, CALLS_XML, "jsonl:-"), cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        second = subprocess.run(self.command("copy", "jsonl:-", "maildir:out"), cwd=self.folder, stdin=first.stdout,
                                capture_output=True, text=True)
        first.stdout.close()
        said = first.stderr.read().decode()
        self.assertEqual(first.wait(), DONE, said)
        first.stderr.close()
        self.assertEqual(second.returncode, DONE, second.stderr)
        self.assert_private(said + second.stdout + second.stderr)
        self.assertIn(f"Everything is in maildir:out.", second.stdout)
        self.expect(DONE, "verify", SMS_XML, "out")
        self.expect(DONE, "verify", CALLS_XML, "out")

    def test_standard_output_holds_the_archive_and_nothing_else(self):
        result = self.expect(DONE, "copy", "--progress", "always", SMS_XML, "jsonl:-", stdout_is_archive=True)
        self.assertEqual(len([json.loads(line) for line in result.out.splitlines()]), SMS + MMS)
        self.assertIn("Total", result.err)

    def test_a_reader_that_leaves_early_ends_the_run(self):
        self.write("large.xml", sms_file([("+12025550143", 1700000000000 + n, 1, "x" * 100) for n in range(5000)]))
        tool = subprocess.Popen(self.command("copy", "large.xml", "jsonl:-"), cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        tool.stdout.read(10)
        tool.stdout.close()
        said = tool.stderr.read().decode()
        tool.stderr.close()
        self.assertEqual(tool.wait(), OUTPUT, said)

    def test_verify_and_stats_read_standard_input(self):
        lines = (self.expect(DONE, "copy", SMS_XML, "jsonl:-", stdout_is_archive=True)).out
        self.expect(DONE, "verify", "jsonl:-", SMS_XML, stdin=lines)
        self.assertEqual(json.loads(self.expect(DONE, "stats", "--json", "jsonl:-", stdin=lines).out)["sms"]["records"],
                         SMS)


class Interrupted(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("large.xml", sms_file((f"+1202555{n % 200:04}", 1600000000000 + n * 1000, 1 + n % 2, f"row {n} of many")
                                         for n in range(ROWS)))

    def start(self, *arguments):
        return subprocess.Popen(self.command(*arguments), cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.environment())

    def wait_for(self, condition, tool):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertIsNone(tool.poll(), "the copy ended before it could be interrupted")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)

    def wait_until_ready(self, tool):
        """Until it has its own way with signals: it blocks SIGTERM, so as to wait for it."""
        def blocks_sigterm():
            status = pathlib.Path(f"/proc/{tool.pid}/status").read_text()
            blocked = int(re.search(r"^SigBlk:\s*(\w+)", status, re.M)[1], 16)
            return blocked >> signal.SIGTERM - 1 & 1
        self.wait_for(blocks_sigterm, tool)

    def interrupt(self, tool, number):
        tool.send_signal(number)
        out, err = (data.decode() for data in tool.communicate(timeout=PATIENCE))
        self.assertEqual(tool.returncode, CANCELLED, err)
        self.assertIn("stopping", err)
        self.assertIn("Stopped: ", out)
        self.assertIn("Run it again to go on.", out)

    def test_a_maildir_is_usable(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                output = self.folder / f"mails{number}"
                tool = self.start("copy", "--report", "report.json", "large.xml", f"maildir:{output.name}")
                self.wait_for(lambda: output.is_dir() and any((output / "cur").glob("*")), tool)
                self.interrupt(tool, number)
                report = json.loads((self.folder / "report.json").read_text())
                self.assertTrue(report["cancelled"])
                stats = json.loads(self.expect(DONE, "stats", "--json", output.name).out)
                self.assertEqual(stats["sms"]["records"], report["sms"]["written"])
                self.assertEqual(stats["problems"], 0)
                self.assertLess(stats["sms"]["records"], ROWS)
                self.assertEqual(list((output / "tmp").iterdir()), [])

    def test_a_file_is_finished_and_the_next_run_goes_on(self):
        output = self.folder / "out.jsonl"
        started = lambda: any(path.name != "large.xml" and path.stat().st_size > 100_000
                              for path in self.folder.iterdir() if "jsonl" in path.name)
        tool = self.start("copy", "large.xml", "jsonl:out.jsonl")
        self.wait_for(started, tool)
        self.interrupt(tool, signal.SIGINT)
        lines = output.read_bytes().splitlines()
        self.assertTrue(0 < len(lines) < ROWS, len(lines))
        for line in lines:
            json.loads(line)
        self.assertEqual({path.name for path in self.folder.iterdir() if "out.jsonl" in path.name}, {"out.jsonl"})

        self.expect(DONE, "copy", "large.xml", "jsonl:out.jsonl")
        self.assertEqual(len(output.read_bytes().splitlines()), ROWS)

    def test_a_second_signal_kills_at_once(self):
        read_end, write_end = os.pipe()  # an input that never comes
        with os.fdopen(read_end, "rb") as silent:
            tool = subprocess.Popen(self.command("copy", "jsonl:-", "out.jsonl"), cwd=self.folder, stdin=silent,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.wait_until_ready(tool)
            tool.send_signal(signal.SIGINT)
            self.assertIn(b"stopping", tool.stderr.readline())
            tool.send_signal(signal.SIGINT)
            tool.communicate(timeout=PATIENCE)
        os.close(write_end)
        self.assertEqual(tool.returncode, -signal.SIGINT)
        self.assertNotIn("out.jsonl", self.names())

    def test_signals_that_the_parent_ignores_stay_ignored(self):
        tool = subprocess.Popen(self.command("copy", "jsonl:-", "out.jsonl"), cwd=self.folder, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.wait_until_ready(tool)
        tool.send_signal(signal.SIGHUP)
        tool.communicate(b'{"__type":"sms","body":"private"}\n', timeout=PATIENCE)
        self.assertEqual(tool.returncode, DONE)


if __name__ == "__main__":
    unittest.main()
