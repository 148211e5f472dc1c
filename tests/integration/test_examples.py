"""The example programs print what the documentation says."""
import os
import pathlib
import subprocess
import unittest

from smsbackup_tool import DONE, GOLDEN, SMS_XML, ToolTest

EXAMPLES = pathlib.Path(os.environ["SMSBACKUP_EXAMPLES"])


class Examples(ToolTest):
    def run_example(self, name, *arguments, stdin=""):
        return subprocess.run([EXAMPLES / name, *arguments], cwd=self.folder, input=stdin, capture_output=True, text=True,
                              env=self.environment())

    def test_copy_to_maildir(self):
        first = self.run_example("copy_to_maildir", SMS_XML, "archive")
        self.assertEqual((first.returncode, first.stdout), (0, "45 written, 0 there already\n"))
        second = self.run_example("copy_to_maildir", SMS_XML, "archive")
        self.assertEqual((second.returncode, second.stdout), (0, "0 written, 45 there already\n"))
        self.expect(DONE, "verify", SMS_XML, "archive")
        self.assertEqual(self.run_example("copy_to_maildir", "nowhere.xml", "archive").returncode, 1)

    def test_own_source(self):
        typed = "+12025550143\thello\nno tab here\nMyBank\tyour code\n"
        done = self.run_example("own_source", "jsonl:out.jsonl", stdin=typed)
        self.assertEqual((done.returncode, done.stderr), (1, "2 written\nline 2: there is no tab in it\n"))
        self.assertEqual([(record["address"], record["body"]) for record in self.records("out.jsonl")],
                         [("+12025550143", "hello"), ("MyBank", "your code")])

    def test_list_duplicates(self):
        file = GOLDEN / "synctech-xml" / "ragibson-multiple_duplicates.xml"
        done = self.run_example("list_duplicates", file)
        self.assertEqual(done.returncode, 0)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], "5 of 7 records are duplicates")
        self.assertEqual([line.split(": ")[1].split(",")[0] for line in lines[:-1]], ["sms", "sms", "mms", "sms", "mms"])
        for line in lines[:-1]:
            self.assertIn("ragibson-multiple_duplicates.xml", line)
            self.assertNotIn("11111", line)


if __name__ == "__main__":
    unittest.main()
