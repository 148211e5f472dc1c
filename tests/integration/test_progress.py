"""The progress line: drawn on terminals only, never wider than they are, ten times a second at most."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
import unittest

from smsbackup_tool import DONE, SMS_XML, ToolTest, sms_file


class Progress(ToolTest):
    def on_terminal(self, *arguments, width=80, **environment):
        """What a terminal is sent on standard error, and how long that took."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        began = time.monotonic()
        tool = subprocess.Popen(self.command(*arguments), cwd=self.folder, stdout=subprocess.PIPE, stderr=slave,
                                env=self.environment(**environment))
        os.close(slave)
        drawn = bytearray()
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            drawn += piece
        os.close(master)
        out, _ = tool.communicate()
        self.assertEqual(tool.returncode, DONE, drawn)
        return drawn.decode(), out.decode(), time.monotonic() - began

    def test_drawn_on_a_terminal_and_left_complete(self):
        drawn, _, _ = self.on_terminal("copy", SMS_XML, "out.jsonl")
        last = drawn.split("\r")[-2]
        self.assertIn("100%", last)
        self.assertIn("45 records", last)
        self.assertIn("█", last)
        self.assertTrue(drawn.endswith("\r\n"))

    def test_no_line_is_wider_than_the_terminal(self):
        for width in (20, 40, 80, 200):
            with self.subTest(width):
                drawn, _, _ = self.on_terminal("copy", SMS_XML, f"out{width}.jsonl", width=width)
                for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", drawn)):
                    self.assertLess(len(line), width)

    def test_at_most_ten_times_a_second(self):
        self.write("large.xml", sms_file((f"+1202555{n % 200:04}", 1600000000000 + n * 1000, 1, "some text")
                                         for n in range(30_000)))
        drawn, _, seconds = self.on_terminal("copy", "large.xml", "out.jsonl")
        self.assertIn("30,000 records", drawn)
        self.assertLessEqual(drawn.count("\r\x1b[K"), 10 * seconds + 3)

    def test_no_colour_when_not_wanted(self):
        drawn, _, _ = self.on_terminal("copy", SMS_XML, "out.jsonl", NO_COLOR="1")
        self.assertIn("Done", drawn)
        self.assertNotIn("\x1b[36m", drawn)

    def test_a_terminal_that_can_do_nothing_is_left_alone(self):
        drawn, _, _ = self.on_terminal("copy", SMS_XML, "out.jsonl", TERM="dumb")
        self.assertEqual(drawn, "")

    def test_plain_letters_where_the_locale_has_no_others(self):
        drawn, _, _ = self.on_terminal("copy", SMS_XML, "out.jsonl", LC_ALL="C")
        self.assertIn("####", drawn)
        self.assertNotIn("█", drawn)

    def test_never_means_never(self):
        drawn, _, _ = self.on_terminal("copy", "--progress", "never", SMS_XML, "out.jsonl")
        self.assertEqual(drawn, "")

    def test_silent_in_a_pipe_unless_asked_for(self):
        self.assertEqual(self.expect(DONE, "copy", SMS_XML, "a.jsonl").err, "")
        asked = self.expect(DONE, "copy", "--progress", "always", SMS_XML, "b.jsonl").err
        self.assertIn("100%", asked)
        self.assertNotIn("\r", asked)
        self.assertNotIn("\x1b", asked)
        self.assertEqual(asked.count("\n"), 1)

    def test_the_report_is_plain_when_piped(self):
        _, out, _ = self.on_terminal("copy", SMS_XML, "out.jsonl")
        self.assertNotIn("\x1b", out)


if __name__ == "__main__":
    unittest.main()
