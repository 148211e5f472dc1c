"""Ctrl-C ends whatever runs, at once and in good order."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from conftest import needs

import smsbackup

PATIENCE = 120.0  # seconds; whatever goes on after Ctrl-C would take longer, or for ever


def interrupted(script):
    """Runs a script that prints "ready" when it is at work, presses Ctrl-C, and returns what it printed then."""
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout.readline() == "ready\n", child.communicate()
        time.sleep(0.1)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    assert child.returncode == 0, err
    return out.split()


HEAD = """
    import smsbackup, time, sys
    class Endless(smsbackup.Source):
        def open(self, query):
            number = 0
            print("ready", flush=True)
            while True:
                number += 1
                yield smsbackup.Sms(address="+15550100", date=number * 1000, type=1, body="x")
"""


def test_a_copy_is_finished_properly():
    said = interrupted(
        HEAD
        + """
    try:
        smsbackup.transfer(Endless(), "out.jsonl")
    except KeyboardInterrupt:
        print("interrupted", sum(1 for _ in smsbackup.open("out.jsonl")))
    """
    )
    assert said[0] == "interrupted" and int(said[1]) > 0


@needs("pyarrow")
def test_a_table_of_an_endless_source():
    said = interrupted(
        HEAD
        + """
    try:
        Endless().to_arrow(columns=["date"])
    except KeyboardInterrupt:
        print("interrupted")
    """
    )
    assert said == ["interrupted"]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """So many records that Ctrl-C comes in the middle."""
    path = tmp_path_factory.mktemp("large") / "large.jsonl"
    line = smsbackup.Sms(address="+15550100", date=1_600_000_000_000, type=1, body="x" * 200).to_json() + "\n"
    path.write_text(line * RECORDS, encoding="utf-8")
    return path


RECORDS = 300_000


def test_a_native_copy_with_no_python_in_between(large):
    said = interrupted(
        f"""
    import smsbackup
    print("ready", flush=True)
    try:
        smsbackup.transfer({str(large)!r}, "out.jsonl", dedup="off")
    except KeyboardInterrupt:
        print("interrupted", sum(1 for _ in smsbackup.open("out.jsonl")))
    """
    )
    assert said[0] == "interrupted" and int(said[1]) < RECORDS


def test_a_list_of_all_records_with_no_python_in_between(large):
    said = interrupted(
        f"""
    import smsbackup
    reading = smsbackup.open({str(large)!r}).read()
    print("ready", flush=True)
    try:
        list(reading)
    except KeyboardInterrupt:
        print("interrupted", reading.done, reading.total, next(reading).type)
    """
    )
    assert said[0] == "interrupted" and int(said[1]) < int(said[2]) and said[3] == "1"  # and goes on, if wanted


def test_waiting_for_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = interrupted(
            f"""
    import smsbackup
    imap = smsbackup.ImapOptions(password="x", allow_plain=True, io_timeout=3600)
    store = smsbackup.open("imap://me@127.0.0.1:{port}/SMS", imap=imap)
    try:
        print("ready", flush=True)
        list(store)
    except KeyboardInterrupt:
        print("interrupted")
    """
        )
    assert said == ["interrupted"]


def test_a_handler_of_ones_own_runs_and_the_work_goes_on():
    said = interrupted(
        HEAD
        + """
    import signal
    token = smsbackup.CancelToken()
    def handler(number, frame):
        print("handled", flush=True)
        token.cancel()
    signal.signal(signal.SIGINT, handler)
    print(smsbackup.transfer(Endless(), "out.jsonl", cancel=token).cancelled)
    """
    )
    assert said == ["handled", "True"]


def test_the_wake_up_descriptor_of_others_is_given_back():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer)
    try:
        smsbackup.transfer("sms.xml", "archive")
        assert signal.set_wakeup_fd(before) == writer
    finally:
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)


def test_a_run_on_another_thread_is_left_alone():
    reports = []
    thread = threading.Thread(target=lambda: reports.append(smsbackup.transfer("sms.xml", "archive")))
    thread.start()
    thread.join()
    assert reports[0].complete
