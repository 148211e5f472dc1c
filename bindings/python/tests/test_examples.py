"""The programs in examples/python, each run as its first line says."""

from __future__ import annotations

import pathlib
import subprocess
import sys

from conftest import needs

import smsbackup

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples" / "python"


def run(name: str, *arguments: str) -> str:
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_clean_duplicates() -> None:
    assert run("clean_duplicates.py", "archive", "sms.xml", "calls.xml", "sms.xml").splitlines() == [
        "102 records in 3 backups",
        "45 were there already, 57 are in archive",
    ]


def test_contact_page() -> None:
    party = next(iter(smsbackup.open("sms.xml").read(types="mms"))).addresses[0].address
    counted = len(list(smsbackup.open("sms.xml").read(addresses=[party])))
    assert run("contact_page.py", "sms.xml", party, "page.html") == f"{counted} messages and calls in page.html\n"
    page = pathlib.Path("page.html").read_text(encoding="utf-8")
    assert page.count("<div class=") == counted
    assert '<img src="data:image/' in page


def test_a_contact_page_shows_hostile_text_as_text() -> None:
    with smsbackup.open("a.jsonl", "a") as store:
        store.write([smsbackup.Sms(address="+12025550143", type=1, body="<script>alert(1)</script> \ud83d")])
        store.finish()
    run("contact_page.py", "a.jsonl", "+12025550143", "page.html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pathlib.Path("page.html").read_text(encoding="utf-8")


def test_custom_source() -> None:
    pathlib.Path("in.csv").write_text("number,date,direction,text\n+12025550143,1000,sent,hello\n", encoding="utf-8")
    assert run("custom_source.py", "in.csv", "out.jsonl") == "1 messages copied\n"
    assert [record.body for record in smsbackup.open("out.jsonl")] == ["hello"]


def test_watch_archive() -> None:
    smsbackup.transfer("calls.xml", "maildir:archive", newest=3)
    watching = [sys.executable, str(EXAMPLES / "watch_archive.py"), "maildir:archive", "0.2", "20"]
    with subprocess.Popen(watching, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "3 records\n"
        smsbackup.transfer("calls.xml", "maildir:archive", newest=5)
        lines = [line for line in process.stdout if line.startswith("new: ")]
    assert len(lines) == 2
    assert all(line.startswith("new: call, ") for line in lines)


@needs("duckdb")
def test_night_owls() -> None:
    nights = [
        record
        for record in smsbackup.open("sms.xml").read(types=["sms", "mms"])
        if record.direction == "incoming" and (record.datetime.hour >= 22 or record.datetime.hour < 6)
    ]
    lines = run("night_owls.py", "sms.xml").splitlines()
    assert sum(int(line.split()[0]) for line in lines) == len(nights)


@needs("polars")
def test_busiest_contacts() -> None:
    assert "answered_after" in run("busiest_contacts.py", "sms.xml")


@needs("matplotlib", "pyarrow")
def test_months_and_hours() -> None:
    assert run("months_and_hours.py", "sms.xml", "picture.png") == "45 messages in picture.png\n"
    assert pathlib.Path("picture.png").read_bytes().startswith(b"\x89PNG")
