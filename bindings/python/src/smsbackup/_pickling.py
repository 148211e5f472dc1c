"""What pickles of native objects are loaded by. Their names are in pickles: they stay."""

from __future__ import annotations

from typing import Any

from smsbackup import _native
from smsbackup._records import Record


def record(line: bytes) -> Record:
    return _native.from_json(line)


def _carrier(line: bytes) -> _native.Mms:
    mms = _native.from_json(line)
    assert isinstance(mms, _native.Mms)
    return mms


def part(carrier: bytes) -> _native.MmsPart:
    return _carrier(carrier).parts[0]


def address(carrier: bytes) -> _native.MmsAddress:
    return _carrier(carrier).addresses[0]


def problem(values: dict[str, Any]) -> _native.Problem:
    return _native.Problem(**values)


def key(values: dict[str, Any]) -> _native.RecordKey:
    return _native.RecordKey(**values)
