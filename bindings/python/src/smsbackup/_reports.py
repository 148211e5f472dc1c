"""What comparing and counting say."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Literal

from smsbackup._records import Kind, Record

__all__ = ["Difference", "Duplicate", "Stats", "TypeStats", "VerifyCounts", "VerifyReport"]


@dataclasses.dataclass(frozen=True)
class Duplicate:
    """A record that was not written because it is there already; what the `on_duplicate` callback gets.

    >>> import smsbackup
    >>> seen = []
    >>> report = smsbackup.transfer(["calls.xml", "calls.xml"], "archive", on_duplicate=seen.append)
    >>> seen[0].where, seen[0].kept
    ('calls.xml, row 1', 'calls.xml, row 1')
    """

    record: Record
    why: str
    """Why it counts as the same, for people."""
    where: str
    """Where it was in the source, for people."""
    kept: str
    """Where the one is that it repeats, or the name of the sink that had it before the run."""


@dataclasses.dataclass(frozen=True)
class Difference:
    """One record in which two places differ. Holds nothing that the record says.

    >>> import smsbackup
    >>> [one.kind for one in smsbackup.verify("sms.xml", "calls.xml", newest=2).differences]
    ['missing', 'missing']
    """

    kind: Literal["missing", "changed", "extra"]
    type: Kind
    direction: Literal["incoming", "outgoing"] | None
    datetime: datetime.datetime | None
    """As a has it; of an extra one as b has it."""
    in_a: str
    """Where it is in a; empty for an extra one."""
    in_b: str
    """Where it is in b; empty for a missing one."""
    what: tuple[str, ...]
    """Of a changed one, for people: "text", "subject", "parts", "duration", …"""


@dataclasses.dataclass(frozen=True)
class VerifyCounts:
    """What verify() found of one kind of record: compared = found + changed + missing.

    >>> import smsbackup
    >>> smsbackup.verify("sms.xml", "sms.xml").mms
    VerifyCounts(compared=5, found=5, changed=0, missing=0, extra=0)
    """

    compared: int
    """Records of a."""
    found: int
    """In b, too."""
    changed: int
    """b has one of the same time and parties, but with another content."""
    missing: int
    """b has nothing like it."""
    extra: int
    """In b only."""


@dataclasses.dataclass(frozen=True)
class VerifyReport:
    """What verify() found.

    >>> import smsbackup
    >>> report = smsbackup.transfer("sms.xml", "archive")
    >>> smsbackup.verify("sms.xml", "archive").all_there
    True
    """

    sms: VerifyCounts
    mms: VerifyCounts
    call: VerifyCounts
    total: VerifyCounts
    unreadable: int
    """Records of a that can't be read."""
    unreadable_in_b: int
    """Records of b that can't be read."""
    differences: tuple[Difference, ...]
    """The first 1000."""
    differences_total: int
    """How many there are."""
    all_there: bool
    """Everything of a is in b, unchanged."""
    same: bool
    """And nothing else is."""


@dataclasses.dataclass(frozen=True)
class TypeStats:
    """What a place holds of one kind of record.

    >>> import smsbackup
    >>> smsbackup.stats("sms.xml").mms.records
    5
    """

    records: int
    incoming: int
    outgoing: int
    undated: int
    oldest: datetime.datetime | None
    newest: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Stats:
    """What a place holds.

    >>> import smsbackup
    >>> found = smsbackup.stats("sms.xml")
    >>> found.sms.records, found.sms.oldest.year
    (40, 2023)
    """

    sms: TypeStats
    mms: TypeStats
    call: TypeStats
    parties: int
    """Different ones, as phones compare numbers, roughly."""
    parts: int
    """MMS parts."""
    part_bytes: int
    """Bytes of their files."""
    foreign: int
    """What is not ours: other people's mail."""
    problems: int
    """Records that could not be read, or were repaired."""
    duplicates: int
    """Records that another one repeats."""
    filtered: int
    """Records left out because of the query."""
