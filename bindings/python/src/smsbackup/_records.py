"""What flows through the library."""

from __future__ import annotations

import json
from typing import Any, Literal, Union, cast

from smsbackup import _native

__all__ = ["Kind", "Record", "from_dict", "from_json", "to_dict"]

Record = Union[_native.Sms, _native.Mms, _native.Call]
"""One SMS, MMS or call."""
Kind = Literal["sms", "mms", "call"]
"""What `Record.kind` says."""


def to_dict(record: Record) -> dict[str, Any]:
    """The record in its JSON lines form (docs/stores/jsonl.md): the provider's column names, all values text.

    Lossless; `from_dict` gives an equal record back.

    >>> import smsbackup
    >>> smsbackup.to_dict(smsbackup.Sms(date=1698912072418, type=1, body="see you", subject=None))
    {'__type': 'sms', 'date': '1698912072418', 'type': '1', 'body': 'see you', '__null': ['subject']}
    """
    return cast("dict[str, Any]", json.loads(record.to_json()))


def from_dict(values: dict[str, Any]) -> Record:
    """The record of a JSON lines form. Raises InputError for what is none.

    >>> import smsbackup
    >>> smsbackup.from_dict({"__type": "sms", "date": "1698912072418", "body": "see you"}).date
    1698912072418
    """
    return from_json(json.dumps(values))


def from_json(line: str | bytes) -> Record:
    """Reads one JSON line, ours or of the app SMS Import / Export. Raises InputError with the offset.

    >>> import smsbackup
    >>> smsbackup.from_json('{"__type":"call","number":"+12025550143","duration":"61"}').duration
    61
    """
    return _native.from_json(line)
