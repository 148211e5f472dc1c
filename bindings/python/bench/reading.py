"""How fast archives become Python objects and columns, against what Python people use today, in one run.

    python bindings/python/bench/reading.py [--records 100000] [--turns 3] [--memory 20000 200000 1000000]

Every contestant reads the same file in a process of its own, in turns, so that a busy machine slows all of them; the
processor's seconds are compared, not the clock's. Then how much memory archives of growing size take. Needs pyarrow;
lxml where it is there.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import importlib
import importlib.util
import json
import mailbox
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections.abc import Callable

import smsbackup

WORDS = "see you at the station tomorrow morning I am late again sorry what about dinner on friday evening".split()


def address_of(number: int) -> str:
    return f"+49151{1_000_000 + number % 40 * 37:08}"


def date_of(number: int) -> int:
    return 1_500_000_000_000 + number * 61_007


def body_of(number: int) -> str:
    return " ".join(WORDS[(number * 7 + place * 3) % len(WORDS)] for place in range(12 + number % 11)) + " ☺"


def write_mbox(path: pathlib.Path, count: int) -> None:
    def sms(number: int) -> smsbackup.Sms:
        return smsbackup.Sms(
            id=number,
            thread_id=number % 40,
            address=address_of(number),
            date=date_of(number),
            date_sent=date_of(number) - 900,
            read=1,
            seen=1,
            type=1 + number % 2,
            body=body_of(number),
            service_center=None,
        )

    with smsbackup.open(path, "a") as store:
        for begin in range(0, count, 500):
            store.write([sms(number) for number in range(begin, min(count, begin + 500))])
        store.finish()


# As the app writes it.
def write_xml(path: pathlib.Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n")
        out.write("<!--File Created By SMS Backup & Restore v10.20.002 on 21/11/2023 10:32:21-->\n")
        out.write(f'<smses count="{count}" backup_set="a1b2" backup_date="1700562741000" type="full">\n')
        for number in range(count):
            date = date_of(number)
            shown = time.strftime("%b %d, %Y %I:%M:%S %p", time.gmtime(date / 1000))
            out.write(
                f'  <sms protocol="0" address="{address_of(number)}" date="{date}" type="{1 + number % 2}" '
                f'subject="null" body="{body_of(number)}" toa="null" sc_toa="null" service_center="null" read="1" '
                f'status="-1" locked="0" date_sent="{date - 900}" sub_id="1" readable_date="{shown}" '
                'contact_name="(Unknown)" />\n'
            )
        out.write("</smses>")


def write_archives(folder: pathlib.Path, count: int) -> None:
    write_mbox(folder / "messages.mbox", count)
    write_xml(folder / "messages.xml", count)


# What a program that looks at messages needs of each: who, when, which way, and the text.


def mbox_with_mailbox_and_email(path: str) -> int:
    seen = 0
    for mail in mailbox.mbox(path):
        who, when, kind = mail["X-smssync-address"], mail["X-smssync-date"], mail["X-smssync-type"]
        text = mail.get_payload(decode=True).decode(mail.get_content_charset("utf-8"))
        seen += bool(who and int(when) and int(kind) and text)
    return seen


def mbox_with_mailbox_and_modern_email(path: str) -> int:
    def parse(file: object) -> object:
        return email.message_from_binary_file(file, policy=email.policy.default)  # type: ignore[arg-type]

    seen = 0
    for mail in mailbox.mbox(path, factory=parse):  # type: ignore[arg-type]
        who, when, kind = mail["X-smssync-address"], mail["X-smssync-date"], mail["X-smssync-type"]
        seen += bool(who and int(when) and int(kind) and mail.get_content())  # type: ignore[attr-defined]
    return seen


def with_smsbackup(path: str) -> int:
    seen = 0
    for record in smsbackup.open(path):
        seen += bool(record.address and record.date and record.type and record.body)
    return seen


COLUMNS = ["address", "date", "box", "text"]


def with_smsbackup_to_arrow(path: str) -> int:
    return smsbackup.open(path).to_arrow(columns=COLUMNS).num_rows


def with_smsbackup_to_arrow_all_columns(path: str) -> int:
    return smsbackup.open(path).to_arrow().num_rows


def stream_with_smsbackup(path: str) -> int:
    return sum(batch.num_rows for batch in smsbackup.open(path).arrow_batches(batch_rows=8192))


def rows_with_iterparse(path: str) -> int:
    seen = 0
    for _, row in xml.etree.ElementTree.iterparse(path):
        if row.tag == "sms":
            seen += bool(row.get("address") and int(row.get("date", 0)) and int(row.get("type", 0)) and row.get("body"))
            row.clear()
    return seen


def rows_with_lxml(path: str) -> int:
    import lxml.etree

    seen = 0
    for _, row in lxml.etree.iterparse(path, tag="sms"):
        seen += bool(row.get("address") and int(row.get("date", 0)) and int(row.get("type", 0)) and row.get("body"))
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]
    return seen


def _columns(rows: Callable[[Callable[[object], None]], None]) -> int:
    import pyarrow

    columns: list[list[object]] = [[], [], [], []]

    def take(row: object) -> None:
        columns[0].append(row.get("address"))  # type: ignore[attr-defined]
        columns[1].append(int(row.get("date")))  # type: ignore[attr-defined]
        columns[2].append(int(row.get("type")))  # type: ignore[attr-defined]
        columns[3].append(row.get("body"))  # type: ignore[attr-defined]

    rows(take)
    types = [pyarrow.string(), pyarrow.timestamp("ms", "UTC"), pyarrow.int64(), pyarrow.string()]
    return pyarrow.Table.from_arrays([pyarrow.array(c, t) for c, t in zip(columns, types)], names=COLUMNS).num_rows


def iterparse_to_arrow(path: str) -> int:
    def rows(take: Callable[[object], None]) -> None:
        for _, row in xml.etree.ElementTree.iterparse(path):
            if row.tag == "sms":
                take(row)
                row.clear()

    return _columns(rows)


def lxml_to_arrow(path: str) -> int:
    import lxml.etree

    def rows(take: Callable[[object], None]) -> None:
        for _, row in lxml.etree.iterparse(path, tag="sms"):
            take(row)
            row.clear()
            while row.getprevious() is not None:
                del row.getparent()[0]

    return _columns(rows)


# What is read, by whom, and against whom the others are measured.
RACES: list[tuple[str, str, Callable[[str], int], list[Callable[[str], int]]]] = [
    (
        "mbox, to records",
        "messages.mbox",
        with_smsbackup,
        [mbox_with_mailbox_and_email, mbox_with_mailbox_and_modern_email],
    ),
    ("SyncTech XML, to records", "messages.xml", with_smsbackup, [rows_with_iterparse, rows_with_lxml]),
    (
        "SyncTech XML, to an Arrow table of four columns",
        "messages.xml",
        with_smsbackup_to_arrow,
        [iterparse_to_arrow, lxml_to_arrow],
    ),
    ("SyncTech XML, to Arrow with all default columns", "messages.xml", with_smsbackup_to_arrow_all_columns, []),
    ("mbox, to an Arrow table of four columns", "messages.mbox", with_smsbackup_to_arrow, []),
    ("SyncTech XML, to Arrow, batch by batch", "messages.xml", stream_with_smsbackup, []),
]


# What reads an archive of any size in the same memory.
STREAMS: list[tuple[str, str, Callable[[str], int]]] = [
    ("mbox, to records", "messages.mbox", with_smsbackup),
    ("SyncTech XML, to records", "messages.xml", with_smsbackup),
    ("SyncTech XML, to Arrow, batch by batch", "messages.xml", stream_with_smsbackup),
]


def peak_memory() -> int:
    """In KiB, of this process: what getrusage() says begins with the parent's."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def run(function: str, path: str) -> None:
    # Loading libraries is nobody's reading.
    for module in ("pyarrow", "pandas", "lxml.etree", "email.parser", "email.headerregistry", "mailbox"):
        if importlib.util.find_spec(module.partition(".")[0]):
            importlib.import_module(module)
    before = peak_memory()
    begin = time.process_time()
    count = globals()[function](path)
    seconds = time.process_time() - begin
    print(json.dumps({"count": count, "seconds": seconds, "kilobytes": peak_memory() - before}))


def contest(one: Callable[[str], int], path: pathlib.Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", one.__name__, str(path)]
    # The threads that numpy starts wait in a loop for some hundredths of a second, whoever reads meanwhile.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    result: dict[str, float] = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    )
    return result


def race(path: pathlib.Path, contestants: list[Callable[[str], int]], turns: int, count: int) -> None:
    times: dict[str, list[float]] = {one.__name__: [] for one in contestants}
    memory: dict[str, float] = {}
    for _ in range(turns):
        for one in contestants:
            result = contest(one, path)
            if result["count"] != count:
                raise SystemExit(f"{one.__name__} saw {result['count']} of {count} records")
            times[one.__name__].append(result["seconds"])
            memory[one.__name__] = result["kilobytes"]
    ours = statistics.median(times[contestants[0].__name__])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(
            f"  {name.replace('_', ' '):45} {median:8.3f} s {count / median:12,.0f} records/s"
            f" {median / ours:8.1f} x {memory[name] / 1024:8.1f} MiB more"
        )


def measure_memory(counts: list[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="smsbackup-bench-") as scratch:
            folder = pathlib.Path(scratch)
            write_archives(folder, count)
            print(f"Memory: {count:,} SMS")
            for title, name, one in STREAMS:
                size = (folder / name).stat().st_size
                more = contest(one, folder / name)["kilobytes"]
                print(f"  {title:45} {size / 1e6:8.1f} MB {more / 1024:8.1f} MiB more")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="*", default=[20_000, 200_000, 1_000_000])
    parser.add_argument("--run", nargs=2)
    options = parser.parse_args()
    if options.run:
        run(*options.run)
        return
    with tempfile.TemporaryDirectory(prefix="smsbackup-bench-") as scratch:
        folder = pathlib.Path(scratch)
        write_archives(folder, options.records)
        for title, name, ours, others in RACES:
            size = (folder / name).stat().st_size
            print(f"{title}: {options.records:,} SMS, {size / 1e6:.1f} MB")
            known = [one for one in others if "lxml" not in one.__name__ or importlib.util.find_spec("lxml")]
            race(folder / name, [ours, *known], options.turns, options.records)
    measure_memory(options.memory)


if __name__ == "__main__":
    main()
