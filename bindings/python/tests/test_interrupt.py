"""Ctrl-C ends whatever runs, at once and in good order."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time


import smsbackup

WITHIN = 0.2  # seconds from the signal to the KeyboardInterrupt
SLACK = 10.0  # a machine that does other things meanwhile


def interrupted(script):
    """Runs a script that prints "ready" when it is at work, presses Ctrl-C, and returns what it printed then."""
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "ready\n", child.communicate()
    time.sleep(0.1)
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err
    return out.split(), time.monotonic() - sent


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
    said, took = interrupted(
        HEAD
        + """
    try:
        smsbackup.transfer(Endless(), "out.jsonl")
    except KeyboardInterrupt:
        print("interrupted", sum(1 for _ in smsbackup.open("out.jsonl")))
    """
    )
    assert said[0] == "interrupted" and int(said[1]) > 0
    assert took < WITHIN + SLACK


def test_a_native_copy_with_no_python_in_between():
    with smsbackup.open("large.jsonl", "a") as store:
        sms = [smsbackup.Sms(address="+15550100", date=n * 1000, type=1, body="x" * 50) for n in range(1000)]
        for _ in range(300):
            store.write(sms)
        store.finish()
    said, took = interrupted(
        """
    import smsbackup
    try:
        print("ready", flush=True)
        while True:
            smsbackup.transfer("large.jsonl", "maildir:out", dedup="off", limit=1_000_000)
    except KeyboardInterrupt:
        print("interrupted")
    """
    )
    assert said == ["interrupted"] and took < WITHIN + SLACK


def test_waiting_for_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said, took = interrupted(
            f"""
    import smsbackup
    imap = smsbackup.ImapOptions(password="x", allow_plain=True)
    store = smsbackup.open("imap://me@127.0.0.1:{port}/SMS", imap=imap)
    try:
        print("ready", flush=True)
        list(store)
    except KeyboardInterrupt:
        print("interrupted")
    """
        )
    assert said == ["interrupted"] and took < WITHIN + SLACK


def test_a_handler_of_ones_own_runs_and_the_work_goes_on():
    said, _ = interrupted(
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
