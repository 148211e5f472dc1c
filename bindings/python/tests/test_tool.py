"""The command is the C++ one: the same arguments, output, exit codes and signals."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import sysconfig
import time

import smsbackup
from smsbackup import _native


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "smsbackup", *arguments], capture_output=True, text=True, check=False, **options
    )


def test_it_copies_and_says_so():
    done = run("copy", "sms.xml", "maildir:archive")
    assert done.returncode == 0 and "Everything is in maildir:archive." in done.stdout and done.stderr == ""
    again = run("copy", "--report", "report.json", "sms.xml", "maildir:archive")
    assert again.returncode == 0
    assert json.loads(pathlib.Path("report.json").read_text())["total"]["duplicate"] == 45


def test_it_fails_as_the_other_one():
    assert run("copy", "nowhere.xml", "maildir:archive").returncode == 3
    assert run("copy", "--nonsense").returncode == 2
    assert run("copy", "damaged.jsonl", "maildir:archive").returncode in (1, 5)


def test_its_version_is_the_librarys():
    assert smsbackup.__version__ in run("--version").stdout


def test_it_speaks_through_pipes():
    done = run("copy", "sms.xml", "jsonl:-")
    assert len(done.stdout.splitlines()) == 45
    back = run("copy", "jsonl:-", "out.jsonl", input=done.stdout)
    assert back.returncode == 0 and len(list(smsbackup.open("out.jsonl"))) == 45


def test_the_entry_point_is_the_same():
    script = pathlib.Path(sysconfig.get_path("scripts"), "smsbackup")
    if not script.exists():
        script = pathlib.Path(sys.executable).parent / "smsbackup"
    done = subprocess.run([script, "stats", "--json", "calls.xml"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["call"]["records"] == 12


def test_what_python_has_printed_comes_first():
    code = "import sys; from smsbackup.__main__ import main; print('first'); sys.argv = ['x', '--version']; main(); print('last')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "first" and done.stdout.splitlines()[-1] == "last"


def blocks_interrupts(pid):
    """Whether the main thread leaves SIGINT to another one, as the tool does while it runs."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    blocked = int(status.partition("SigBlk:")[2].split()[0], 16)
    return bool(blocked >> (signal.SIGINT - 1) & 1)


def test_ctrl_c_stops_it_in_good_order_and_the_second_kills():
    reader, writer = os.pipe()  # an input that never comes
    with os.fdopen(reader, "rb") as silent, os.fdopen(writer, "wb"):
        with subprocess.Popen(
            [sys.executable, "-m", "smsbackup", "copy", "jsonl:-", "out.jsonl"], stdin=silent, stderr=subprocess.PIPE
        ) as child:
            deadline = time.monotonic() + 60
            while not blocks_interrupts(child.pid) and time.monotonic() < deadline:
                time.sleep(0.01)
            child.send_signal(signal.SIGINT)
            assert b"stopping" in child.stderr.readline()
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=60)
    assert child.returncode == -signal.SIGINT


def test_signals_are_as_before_afterwards(capfd):
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert _native.run_tool(["smsbackup", "stats", "calls.xml"]) == 0
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    assert {number: signal.getsignal(number) for number in before} == before
    assert "12" in capfd.readouterr().out
