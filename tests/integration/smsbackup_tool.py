"""Runs the smsbackup tool the way a user does, for the tests beside this file.

The tool is named by the environment variable SMSBACKUP_TOOL. After every run, what the tool says to people is searched
for private data: texts and numbers of the inputs must never be in it.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
from dataclasses import dataclass

TOOL = os.environ["SMSBACKUP_TOOL"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "examples" / "data"
SMS_XML = "sms-20240203101500.xml"
CALLS_XML = "calls-20240203101500.xml"
GOLDEN = ROOT / "tests" / "data"

# What the sample files hold.
SMS, MMS, CALLS = 40, 5, 12
ALL = SMS + MMS + CALLS

PATIENCE = 300  # seconds that a slow machine may take for anything; what takes longer hangs

DONE, INCOMPLETE, USAGE, INPUT, OUTPUT, DAMAGED, CANCELLED = 0, 1, 2, 3, 4, 5, 130


def private_strings(xml: str) -> set[str]:
    """Every text and number of a backup file that is long enough to be told from other things."""
    found = set()
    for name, value in re.findall(r'\b(body|text|address|number|contact_name)="([^"]*)"', xml):
        pieces = re.split(r"[~\n]|&#\d+;", value)
        found.update(piece.strip() for piece in pieces if len(piece.strip()) >= 7 and piece != "(Unknown)")
    return found


PRIVATE = set().union(*(private_strings((SAMPLES / name).read_text(encoding="utf-8")) for name in (SMS_XML, CALLS_XML)))
assert len(PRIVATE) > 40


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class ToolTest(unittest.TestCase):
    """Each test has a folder of its own, which is the current one of the tool, with copies of the sample files in it."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="smsbackup-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in (SMS_XML, CALLS_XML, "people.vcf"):
            shutil.copy(SAMPLES / name, self.folder)

    def environment(self, **more):
        kept = {key: value for key, value in os.environ.items()
                if key not in ("NO_COLOR", "LC_CTYPE", "LANG", "TERM")}
        # What the tool remembers of phones stays in the test's folder.
        return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm", "XDG_STATE_HOME": str(self.folder / ".state"),
                **more}

    def command(self, *arguments):
        return [TOOL, *map(str, arguments)]

    def run_tool(self, *arguments, stdin="", env=None, stdout_is_archive=False, limits=None) -> Result:
        environment = env or self.environment()
        if limits:  # a limited process must not spoil the coverage data of the others
            environment = {**environment, "GCOV_PREFIX": "/dev/null", "GCOV_ERROR_FILE": "/dev/null"}
        done = subprocess.run(self.command(*arguments), cwd=self.folder, input=stdin.encode(), capture_output=True,
                              env=environment, preexec_fn=limits, timeout=PATIENCE, check=False)
        result = Result(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        self.assert_private(result.err)
        if not stdout_is_archive:
            self.assert_private(result.out)
        return result

    def expect(self, code, *arguments, **options) -> Result:
        result = self.run_tool(*arguments, **options)
        self.assertEqual(result.code, code, f"{arguments}\nstdout: {result.out}\nstderr: {result.err}")
        return result

    def assert_private(self, said):
        for secret in PRIVATE:
            self.assertNotIn(secret, said, "private data was printed")

    def report(self, code, *arguments, **options) -> dict:
        """Runs with --report and checks that the counts add up."""
        self.expect(code, *arguments, "--report", "report.json", **options)
        report = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        for name in ("sms", "mms", "call", "unknown", "total"):
            counts = report[name]
            self.assertEqual(counts["read"],
                             counts["filtered"] + counts["duplicate"] + counts["written"] + counts["failed"], name)
        for count in ("read", "filtered", "duplicate", "written", "failed"):
            self.assertEqual(report["total"][count],
                             sum(report[name][count] for name in ("sms", "mms", "call", "unknown")), count)
        return report

    def records(self, place) -> list[dict]:
        """What a store holds, by way of JSON lines."""
        result = self.expect(DONE, "copy", "--dedup", "off", place, "jsonl:-", stdout_is_archive=True)
        return [json.loads(line) for line in result.out.splitlines()]

    def write(self, name, text) -> str:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        (self.folder / name).write_bytes(data)
        return name

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


def sms_file(rows) -> str:
    """A backup file with plain messages: (address, milliseconds, type, body)."""
    lines = [f'  <sms protocol="0" address="{address}" date="{date}" type="{kind}" subject="null" body="{body}" '
             f'read="1" status="-1" locked="0" date_sent="0" />' for address, date, kind, body in rows]
    return "\n".join(["<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>", f'<smses count="{len(lines)}">',
                      *lines, "</smses>", ""])
