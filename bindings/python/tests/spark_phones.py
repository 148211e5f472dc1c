"""A hundred phones' archives, as the Spark test and the scaling measurement read them."""

from __future__ import annotations

import pathlib
import random

import smsbackup

FORMATS = ("xml", "jsonl", "mbox")


def people(count: int = 40) -> list[str]:
    return [f"+49151{number:08}" for number in range(1_000_000, 1_000_000 + count * 37, 37)]


def message(number: int) -> smsbackup.Sms:
    """The same record for the same number, whoever has it."""
    chance = random.Random(number)
    return smsbackup.Sms(
        address=chance.choice(people()),
        date=1_600_000_000_000 + number * 61_000,
        type=chance.choice((1, 2)),
        read=1,
        body=f"message {number}: " + " ".join(chance.choice(("see", "you", "later", "today", "ok")) for _ in range(12)),
    )


def spelled_otherwise(sms: smsbackup.Sms) -> smsbackup.Sms:
    """What another phone of the same person may hold: the number without its country."""
    return smsbackup.Sms(
        address=sms.address.replace("+49", "0"), date=sms.date, type=sms.type, read=1, body=sms.body
    )


def write_phones(folder: pathlib.Path, phones: int = 100, own: int = 60, shared: int = 20) -> int:
    """Archives in three formats; each has `own` records, and `shared` of those of the phone before it.

    Returns how many different records there are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for phone in range(phones):
        records = [message(phone * own + number) for number in range(own)]
        if phone > 0:
            records += [spelled_otherwise(message((phone - 1) * own + number)) for number in range(shared)]
        kind = FORMATS[phone % len(FORMATS)]
        with smsbackup.open(folder / f"phone-{phone:03}.{kind}", "a") as store:
            for begin in range(0, len(records), 500):
                store.write(records[begin : begin + 500])
            store.finish()
    return phones * own
