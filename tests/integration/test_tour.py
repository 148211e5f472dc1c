"""docs/tour.md shows what the tool really prints: each command in it is run here, in order, in one folder.

After a change that is meant:  SMSBACKUP_TOOL=… SMSBACKUP_EXAMPLES=… python3 test_tour.py --update
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from smsbackup_tool import GOLDEN, PATIENCE, ROOT, TOOL, ToolTest

TOUR = ROOT / "docs" / "tour.md"
PROMPT = "    $ "


def blocks(lines):
    """Index ranges of the indented blocks that begin with a prompt."""
    start = None
    for index, line in enumerate([*lines, "end"]):
        if start is None and line.startswith(PROMPT):
            start = index
        elif start is not None and line and not line.startswith("    "):
            end = index
            while not lines[end - 1]:
                end -= 1
            yield start, end
            start = None


def steady(text):
    """Without what differs from run to run."""
    text = re.sub(r"in [\d.]+ s, [\d,]+ a second", "in 0.01 s, 5,700 a second", text)
    return re.sub(r"(?m)^(\s*X-smssync-backup-time:).*$", r"\1 3 Feb 2024 10:15:00 GMT", text)


class Tour(ToolTest):
    def output_of(self, commands):
        shown = []
        environment = self.environment(PATH=os.pathsep.join(
            [str(pathlib.Path(TOOL).parent), os.environ["SMSBACKUP_EXAMPLES"], os.environ["PATH"]]))
        for command in commands:
            done = subprocess.run(["bash", "-c", command], cwd=self.folder, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, env=environment, timeout=PATIENCE)
            shown.append(PROMPT + command)
            shown += [("    " + line).rstrip() for line in steady(done.stdout.decode()).splitlines()]
        return shown

    def filled(self, text):
        shutil.copy(GOLDEN / "synctech-xml" / "ragibson-missing_country_code.xml", self.folder / "twice.xml")
        lines, result, done = text.splitlines(), [], 0
        for start, end in blocks(lines):
            commands = [line.removeprefix(PROMPT) for line in lines[start:end] if line.startswith(PROMPT)]
            result += lines[done:start] + self.output_of(commands)
            done = end
        return "\n".join(result + lines[done:]) + "\n"

    def test_the_tour_prints_what_it_says(self):
        text = TOUR.read_text(encoding="utf-8")
        self.assertGreater(len(list(blocks(text.splitlines()))), 8)
        self.assertEqual(text.splitlines(), self.filled(text).splitlines())

    def test_its_program_is_the_example(self):
        program = (ROOT / "examples" / "copy_to_maildir.cpp").read_text(encoding="utf-8")
        (shown,) = re.findall(r"```cpp\n(.*?)```", TOUR.read_text(encoding="utf-8"), re.DOTALL)
        for line in filter(None, map(str.strip, shown.splitlines())):
            self.assertIn(line, program)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        tour = Tour()
        tour.setUp()
        TOUR.write_text(tour.filled(TOUR.read_text(encoding="utf-8")), encoding="utf-8")
        tour.doCleanups()
    else:
        unittest.main()
