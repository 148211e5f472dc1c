"""The value that a column doesn't have."""

from __future__ import annotations

import enum

__all__ = ["ABSENT", "Absent"]


class Absent(enum.Enum):
    """The type of ABSENT.

    >>> import smsbackup
    >>> isinstance(smsbackup.ABSENT, smsbackup.Absent), bool(smsbackup.ABSENT)
    (True, False)
    """

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "smsbackup.ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent.ABSENT
"""For `replace()` and constructors: the row has no such column, as opposed to None, which is SQL NULL.

>>> import smsbackup
>>> sms = smsbackup.Sms(body="see you", subject=None)
>>> dict(sms.replace(subject=smsbackup.ABSENT).columns)
{'body': 'see you'}
"""
