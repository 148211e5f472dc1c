"""How soon Ctrl-C ends what runs without Python in between:  python bench/interrupt.py [TIMES]

Each work runs in a process of its own, which is sent SIGINT; the time goes from there to the KeyboardInterrupt.
"""

from __future__ import annotations

import pathlib
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import smsbackup

WORKS = {
    "reading into a list": "list(smsbackup.open('large.jsonl'))",
    "copying into a Maildir": "smsbackup.transfer('large.jsonl', 'maildir:out', dedup='off')",
    "copying into a file": "smsbackup.transfer('large.jsonl', 'out.jsonl')",
    "making a table": "smsbackup.open('large.jsonl').to_arrow()",
    "a server that says nothing": "list(smsbackup.open(address, imap=imap))",
}
PROGRAM = """
import smsbackup, sys, time
address = sys.argv[1]
imap = smsbackup.ImapOptions(password="x", allow_plain=True)
print("ready", flush=True)
try:
    {work}
except KeyboardInterrupt:
    print(time.clock_gettime(time.CLOCK_MONOTONIC))
"""
RECORDS = 1_000_000


def measure(work: str, folder: str, address: str) -> float:
    command = [sys.executable, "-c", PROGRAM.format(work=work), address]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        time.sleep(0.3 + random.random() * 0.3)
        sent = time.clock_gettime(time.CLOCK_MONOTONIC)
        child.send_signal(signal.SIGINT)
        return float(child.stdout.read()) - sent


def main(times: int = 10) -> None:
    line = smsbackup.Sms(address="+15550100", date=1_600_000_000_000, type=1, body="x" * 200).to_json() + "\n"
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        with pathlib.Path(folder, "large.jsonl").open("w", encoding="utf-8") as file:
            for _ in range(RECORDS // 1000):
                file.write(line * 1000)
        address = f"imap://me@127.0.0.1:{server.getsockname()[1]}/SMS"
        print("| Ctrl-C while | median | longest |\n|---|---|---|")
        for name, work in WORKS.items():
            took = [measure(work, folder, address) for _ in range(times)]
            print(f"| {name} | {statistics.median(took) * 1000:.0f} ms | {max(took) * 1000:.0f} ms |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
