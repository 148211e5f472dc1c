"""The package is typed completely, and its types say what it does."""

import os
import pathlib
import subprocess
import sys
import textwrap

import pytest
from conftest import needs

ALLOWLIST = pathlib.Path(__file__).with_name("stubtest-allowlist.txt")
CONFIGURATION = pathlib.Path(__file__).resolve().parents[1] / "pyproject.toml"

pytestmark = [
    pytest.mark.slow,
    needs("mypy"),
]


def mypy(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", os.devnull, *arguments], capture_output=True, text=True, check=False
    )


def test_the_package_passes_mypy_strict():
    done = mypy("--strict", "--config-file", CONFIGURATION, "-p", "smsbackup")
    assert done.returncode == 0 and "no issues found" in done.stdout, done.stdout + done.stderr


def test_stubs_say_what_the_native_module_has(folder):
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "smsbackup._native", "--allowlist", ALLOWLIST, "--ignore-unused-allowlist"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "no issues found" in done.stdout, done.stdout + done.stderr


def test_users_are_told_their_mistakes(folder):
    (folder / "user.py").write_text(
        textwrap.dedent(
            """
            import smsbackup

            for record in smsbackup.open("sms.xml").read(types="sms", newest=3):
                if isinstance(record, smsbackup.Sms):
                    reveal_type(record.body)
                    reveal_type(record.datetime)
            smsbackup.transfer("a", "b", newest="3")
            smsbackup.open("a", "w")
            record.date = 3
            smsbackup.Sms(bdy="x")
            """
        )
    )
    said = mypy("--strict", "user.py").stdout
    assert 'Revealed type is "str | None"' in said or 'Revealed type is "builtins.str | None"' in said, said
    assert 'datetime.datetime | None"' in said
    for mistake in ('"newest"', '"open"', '"date"', '"bdy"'):
        assert mistake in said, said
