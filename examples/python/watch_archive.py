"""Tells what is new in an archive, again and again:  watch_archive.py imaps://me@mail.example/SMS [SECONDS [TIMES]]

The password comes from the variable SMSBACKUP_PASSWORD. Any other store can be watched, too.
"""

import itertools
import os
import sys
import time

import smsbackup


def main(place: str, seconds: float = 60, times: int | None = None) -> None:
    password = os.environ.get("SMSBACKUP_PASSWORD")
    index = smsbackup.KeyIndex()
    options = {"imap": smsbackup.ImapOptions(password=password)} if password else {}
    for round_ in itertools.count(1):
        with smsbackup.open(place, **options) as store:
            # The keys come out of the mails' headers: no mail is fetched to find what is new.
            new = [key for key in store.keys() if index.find_or_insert(key) == "unseen"]
        for key in new if round_ > 1 else ():
            print(f"new: {key.kind}, {key.direction or 'unknown direction'}", flush=True)
        print(f"{len(index)} records", flush=True)
        if round_ == times:
            return
        time.sleep(seconds)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:3]), *map(int, sys.argv[3:4]))
