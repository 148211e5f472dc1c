"""Who wrote most at night? SQL over a backup, without importing it first:  night_owls.py BACKUP [ZONE]"""

import sys

import duckdb

import smsbackup


def main(backup: str, zone: str = "UTC") -> list[tuple[str, int]]:
    store = smsbackup.open(backup)  # DuckDB finds it by its name
    database = duckdb.connect()
    database.execute("set timezone = ?", [zone])
    owls = database.sql("""
        select coalesce(contact_name, address, 'unknown') as who, count(*) as messages
        from store
        where type <> 'call' and direction = 'incoming' and (hour(date) >= 22 or hour(date) < 6)
        group by who order by messages desc, who limit 10
    """).fetchall()
    for who, messages in owls:
        print(f"{messages:6}  {who}")
    return owls


if __name__ == "__main__":
    main(*sys.argv[1:])
