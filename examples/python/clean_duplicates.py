"""Many backups of the same phone, one clean archive:  clean_duplicates.py ARCHIVE BACKUP...

Backups overlap, and apps spell numbers and times differently. The library knows what is the same and keeps everything
else. Try it with dry_run=True first; on_duplicate=print shows why each one counts as a repetition.
"""

import sys

import smsbackup


def main(archive: str, *backups: str) -> int:
    report = smsbackup.merge(backups, archive)
    total = report.total
    print(f"{total.read} records in {len(backups)} backups")
    print(f"{total.duplicate} were there already, {total.written} are in {archive}")
    for problem in report.problems:
        print(f"not readable: {problem.where}: {problem.why}")
    return 0 if report.complete else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
