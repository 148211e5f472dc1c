"""Records as mails."""

from __future__ import annotations

import dataclasses
import datetime
import email
import email.message
import email.policy
from typing import Literal

from smsbackup import _native
from smsbackup._options import Limits, MimeOptions
from smsbackup._records import Record

__all__ = ["DecodedMail", "EncodedMail", "MimeDecoder", "MimeEncoder"]


@dataclasses.dataclass(frozen=True)
class EncodedMail:
    """A record as a mail, and what a mail store needs to know beside its bytes.

    >>> import smsbackup
    >>> encoded = smsbackup.MimeEncoder().encode(smsbackup.Sms(address="+12025550143", date=0, type=1, body="see you"))
    >>> encoded.message()["X-smssync-address"]
    '+12025550143'
    """

    mail: bytes = dataclasses.field(repr=False)
    """The mail, with CRLF line ends, 7-bit."""
    message_id: str
    """With the angle brackets."""
    seen: bool
    """Whether it is to be marked as read."""
    internal_date: datetime.datetime
    """When the mail is said to have arrived."""

    def message(self) -> email.message.EmailMessage:
        """The mail for Python's email package."""
        parsed = email.message_from_bytes(self.mail, policy=email.policy.default)
        assert isinstance(parsed, email.message.EmailMessage)
        return parsed


class MimeEncoder:
    """Writes records as mails that SMS Backup+ restores, lossless beyond that. For one thread at a time.

    >>> import smsbackup
    >>> encoder = smsbackup.MimeEncoder(smsbackup.MimeOptions(user_email="me@example.org"))
    >>> sms = smsbackup.Sms(address="+12025550143", date=1698912072418, type=1, body="see you")
    >>> smsbackup.MimeDecoder().decode(encoder.encode(sms).mail).record == sms
    True
    """

    def __init__(self, options: MimeOptions | None = None) -> None:
        self._native = _native.MimeEncoder(options)

    def encode(self, record: Record) -> EncodedMail:
        """Any record can be encoded; nothing of it is lost."""
        mail, message_id, seen, milliseconds = self._native.encode(record)
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        try:
            arrived = epoch + datetime.timedelta(milliseconds=milliseconds)
        except OverflowError:
            arrived = epoch
        return EncodedMail(mail, message_id, seen, arrived)


@dataclasses.dataclass(frozen=True)
class DecodedMail:
    """What a mail turned out to be.

    >>> import smsbackup
    >>> smsbackup.MimeDecoder().decode(b"Subject: lunch\\r\\n\\r\\nAt noon?\\r\\n").kind
    'foreign'
    """

    kind: Literal["record", "foreign", "damaged"]
    """A record, a mail of another program, or one that is meant as a record but unreadable."""
    record: Record | None
    """With kind "record"."""
    problem: _native.Problem | None
    """Why it is damaged, or what had to be repaired."""
    message_id: str
    """With the angle brackets; empty if the mail has none."""


class MimeDecoder:
    """Reads mails of SMS Backup+ of any age, and our own, also after servers and clients have changed them.

    For one thread at a time. Never raises for what a mail holds.

    >>> import smsbackup
    >>> mail = b"X-smssync-datatype: SMS\\r\\nX-smssync-address: 123\\r\\nX-smssync-type: 1\\r\\n\\r\\nsee you"
    >>> smsbackup.MimeDecoder().decode(mail).record.body
    'see you'
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._native = _native.MimeDecoder(limits)

    def decode(self, mail: bytes | email.message.Message) -> DecodedMail:
        """Reads one mail: bytes with any line ends, or a message of Python's email package."""
        data = mail.as_bytes() if isinstance(mail, email.message.Message) else mail
        return DecodedMail(*self._native.decode(data))

    def key_from_headers(
        self, headers: bytes, *, level: Literal["exact", "tolerant", "off"] = "tolerant"
    ) -> _native.RecordKey | None:
        """The key out of a mail's headers alone, up to the empty line. None if it is no record, or must be read whole.

        >>> import smsbackup
        >>> headers = b"X-smssync-datatype: SMS\\r\\nX-smssync-address: 123\\r\\nX-smssync-date: 1000\\r\\nX-smssync-type: 1\\r\\n\\r\\n"
        >>> smsbackup.MimeDecoder().key_from_headers(headers).date
        1000
        """
        return self._native.key_from_headers(headers, level)
