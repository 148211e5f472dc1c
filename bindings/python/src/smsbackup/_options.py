"""Options, which are plain values. A field that is None is as the library has it."""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Union

from smsbackup import _native
from smsbackup._records import Kind, Record

if TYPE_CHECKING:
    from smsbackup._contacts import AnyContactBook
    from smsbackup._reports import Duplicate

__all__ = ["ImapOptions", "Limits", "MimeOptions", "Moment", "QueryOptions", "RunOptions", "TlsOptions", "Wording"]

PathName = Union[str, "os.PathLike[str]"]
Moment = Union[int, str, datetime.datetime, datetime.date]
"""UTC milliseconds; a text such as "2024-01-31" or "2024-01-31T18:00:00Z"; or a date or datetime. Without a zone of
its own, a time is taken as local."""
Level = Literal["exact", "tolerant", "off"]


@dataclasses.dataclass(frozen=True)
class Limits:
    """What an input may make the library do. The defaults fit every real archive seen. All in bytes or counts.

    >>> import smsbackup
    >>> store = smsbackup.open("sms.xml", limits=smsbackup.Limits(text_size=1_000_000))
    """

    mail_size: int | None = None
    """Bytes of one mail."""
    header_size: int | None = None
    """Bytes of one mail's, or one part's, header section."""
    headers: int | None = None
    """Header fields of one mail or part."""
    nesting: int | None = None
    """Multiparts within multiparts, JSON and XML elements."""
    parts: int | None = None
    """Parts of one MMS."""
    addresses: int | None = None
    """Address rows of one MMS."""
    columns: int | None = None
    """Columns of one row."""
    name_size: int | None = None
    """Bytes of one column's name."""
    text_size: int | None = None
    """Bytes of one text column."""
    part_size: int | None = None
    """Bytes of one part's data."""
    blob_memory: int | None = None
    """Part data above this goes to a temporary file; in bytes."""
    problem_raw: int | None = None
    """Bytes kept of a row that could not be read."""


@dataclasses.dataclass(frozen=True)
class Wording:
    """The words in mails and calendars; "{}" stands for the other party's name. Reading never depends on them.

    >>> import smsbackup
    >>> german = smsbackup.Wording(sms_with="SMS mit {}")
    >>> encoder = smsbackup.MimeEncoder(smsbackup.MimeOptions(wording=german))
    >>> b"Subject: SMS mit +12025550143" in encoder.encode(smsbackup.Sms(address="+12025550143", type=1)).mail
    True
    """

    sms_with: str | None = None
    mms_with: str | None = None
    call_with: str | None = None
    incoming_call: str | None = None
    outgoing_call: str | None = None
    missed_call: str | None = None
    voicemail_call: str | None = None
    rejected_call: str | None = None
    incoming_title: str | None = None
    outgoing_title: str | None = None
    missed_title: str | None = None
    voicemail_title: str | None = None
    rejected_title: str | None = None
    number_field: str | None = None
    duration_field: str | None = None
    unknown: str | None = None


@dataclasses.dataclass(frozen=True)
class MimeOptions:
    """How mail stores and MimeEncoder write records (docs/wire-format.md).

    >>> import smsbackup
    >>> options = smsbackup.MimeOptions(user_email="me@example.org", subject_prefix=True)
    >>> smsbackup.open("archive", "a", mime=options).name
    'archive'
    """

    user_email: str | None = None
    """The owner's address, the other side of From and To."""
    address_style: Literal["name", "name_and_number", "number"] | None = None
    """How a known contact is written in From and To."""
    subject_prefix: bool | None = None
    """"[SMS] Bob" instead of "SMS with Bob"."""
    sms_folder: str | None = None
    """What the prefix names for SMS and MMS."""
    call_folder: str | None = None
    """What the prefix names for calls."""
    reference_uid: str | None = None
    """One for each phone, so that the threads of two phones stay apart."""
    mark_as_read: Literal["read", "unread", "message_status"] | None = None
    """Which mails are marked as read."""
    wording: Wording | None = None
    """Words for another language."""
    contacts: AnyContactBook | None = None
    """Who is behind a number; nobody is known without one."""
    clock: Callable[[], int | datetime.datetime] | None = None
    """Says what time it is, as UTC milliseconds or an aware datetime; the system's clock by default."""
    zone: datetime.tzinfo | None = None
    """Of the Date header; the system's by default."""


@dataclasses.dataclass(frozen=True)
class TlsOptions:
    """Whom to trust on the other side of a TLS connection (docs/security.md). The default is what a browser does.

    >>> import smsbackup
    >>> tls = smsbackup.TlsOptions(ca_file="my-ca.pem")
    >>> tls.trust_all
    False
    """

    ca_file: PathName | None = None
    """PEM, one or more certificates. With any of these three the system's are not used."""
    ca_folder: PathName | None = None
    """PEM files under their hashed names, as c_rehash makes."""
    ca_pem: str | None = None
    """PEM in memory."""
    pins: tuple[str, ...] = ()
    """Base64 of the SHA-256 of a SubjectPublicKeyInfo (RFC 7469, 2.4): one of the chain must have one of these keys."""
    client_certificate: PathName | None = None
    """PEM; what this side proves itself with, together with its key."""
    client_key: PathName | None = None
    """PEM, without a pass phrase."""
    trust_all: bool = False
    """Takes any certificate: whoever is on the line can read and change everything. Logged at each connection."""


@dataclasses.dataclass(frozen=True)
class ImapOptions:
    """What the address of a mail server doesn't say: secrets, whom to trust, folders, time-outs (in seconds).

    A secret is asked for when a log-in needs it, kept no longer than that, and never printed.

    >>> import smsbackup
    >>> imap = smsbackup.ImapOptions(password=lambda user, host: "secret", io_timeout=30)
    >>> smsbackup.open("imaps://me@mail.example.org/SMS", imap=imap).name
    'imaps://me@mail.example.org/SMS'
    """

    password: str | Callable[[str, str], str] | None = dataclasses.field(default=None, repr=False)
    """The password, or what is called with (user, host) to get it."""
    token: Callable[[str, str, bool], str] | None = None
    """OAuth 2: called with (user, host, refused) to get a token; `refused` after the server refused the last one."""
    tls: TlsOptions | None = None
    """Whom to trust."""
    allow_plain: bool | None = None
    """Allows imap:// addresses, which anybody on the line can read."""
    folder: str | None = None
    """Where everything goes; the address says the same."""
    sms_folder: str | None = None
    """Where SMS go without a folder: "SMS"."""
    mms_folder: str | None = None
    """Where MMS go without a folder: "SMS"."""
    call_folder: str | None = None
    """Where calls go without a folder: "Call log"."""
    connect_timeout: float | None = None
    """Seconds."""
    io_timeout: float | None = None
    """Seconds without any byte moving."""
    retry_for: float | None = None
    """How many seconds transient failures are tried again without any progress in between; 0: not at all."""
    window: int | None = None
    """Bytes on their way to the server and not confirmed yet."""
    compression: Literal["automatic", "always", "never"] | None = None
    """RFC 4978; automatic: once the line proves slow."""
    key_cache: PathName | None = None
    """Folder for cached key headers; none: not cached. Its files hold phone numbers, readable by their owner only."""


@dataclasses.dataclass(frozen=True)
class StoreOptions:
    """What the native module takes to open a store."""

    limits: Limits | None = None
    mime: MimeOptions | None = None
    imap: ImapOptions | None = None


class QueryOptions(TypedDict, total=False):
    """The keywords that choose records, wherever records are read.

    >>> import smsbackup
    >>> chosen: smsbackup.QueryOptions = {"types": "sms", "since": "2023-12-01"}
    >>> len(list(smsbackup.open("sms.xml").read(**chosen)))
    27
    """

    types: Kind | type[Record] | Iterable[Kind | type[Record]] | None
    """Only these kinds: "sms", "mms", "call", or the classes Sms, Mms, Call."""
    since: Moment | None
    """Not older than this; records without a date count as oldest."""
    until: Moment | None
    """Older than this."""
    newest: int | None
    """Only that many of what passes everything else."""
    leave_out_drafts: bool
    """Without drafts and the delivery reports of MMS, as backup() does by itself."""
    starred_only: bool
    """Only starred mails; stores that know no stars yield nothing."""
    call_types: Iterable[int]
    """Only these calls (CallType); SMS and MMS pass."""
    addresses: Iterable[str]
    """Only with one of these parties, in any spelling."""
    contact_group: str
    """Only with somebody of this group of the contact book."""


class RunOptions(QueryOptions, total=False):
    """The keywords of whatever runs the pipeline: transfer(), backup(), restore(), verify(), stats().

    >>> import smsbackup
    >>> careful: smsbackup.RunOptions = {"dry_run": True, "dedup": "exact"}
    >>> smsbackup.transfer("sms.xml", "archive", **careful).dry_run
    True
    """

    dedup: Level
    """When two records are the same: "tolerant" (by default), "exact", or "off" (never)."""
    own_numbers: Iterable[str]
    """This phone's numbers; left out when the parties of MMS are compared."""
    dry_run: bool
    """Reads and decides, writes nothing."""
    limit: int | None
    """Stops when that many are written and another one would be; the report is `limited` then."""
    contacts: AnyContactBook | None
    """For `contact_group`."""
    quarantine: PathName | None
    """A folder that takes the raw bytes of each Problem, beside a note of what is wrong; made when needed."""
    progress: Callable[[_native.Progress], object] | None
    """Told after each batch how far the run is. What it raises ends the run and reaches you unchanged; so for the next two."""
    on_problem: Callable[[_native.Problem], object] | None
    """Told each Problem, with its raw bytes."""
    on_duplicate: Callable[[Duplicate], object] | None
    """Told each record that is there already, and why it counts as the same. Takes about 40 bytes for each record in the sink."""
    cancel: _native.CancelToken | None
    """Stops the run from any thread."""


@dataclasses.dataclass(frozen=True)
class _Run:
    query: _native.Query
    dedup: str = "tolerant"
    own_numbers: tuple[str, ...] = ()
    dry_run: bool = False
    limit: int | None = None
    contacts: Any = None
    quarantine: str | None = None
    progress: Any = None
    on_problem: Any = None
    on_duplicate: Any = None
    cancel: _native.CancelToken | None = None


_QUERY_KEYS = frozenset(QueryOptions.__annotations__)
_RUN_KEYS = frozenset(RunOptions.__annotations__) - _QUERY_KEYS


def milliseconds(moment: Moment | None) -> int | None:
    """A moment as UTC milliseconds. Raises ValueError for a text that is no time."""
    if moment is None or isinstance(moment, int):
        return moment
    if isinstance(moment, str):
        parsed = _native.parse_time(moment)
        if parsed is None:
            raise ValueError(f"this is no time: {moment!r}")
        return parsed
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime(moment.year, moment.month, moment.day)
    aware = moment if moment.tzinfo is not None else moment.astimezone()
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (aware - epoch) // datetime.timedelta(milliseconds=1)


def some_milliseconds(moment: Moment) -> int:
    """As milliseconds(), for what must be a moment."""
    made = milliseconds(moment)
    if made is None:
        raise TypeError("this must be a time, not None")
    return made


def kinds(types: Any) -> list[str] | None:
    """Kinds of records by name."""
    if types is None:
        return None
    if isinstance(types, (str, type)):
        types = [types]
    return [one if isinstance(one, str) else one.kind for one in types]


def make_query(options: QueryOptions) -> _native.Query:
    """A Query out of keywords. Raises TypeError for a keyword that is none."""
    unknown = options.keys() - _QUERY_KEYS
    if unknown:
        raise TypeError(f"there is no option {sorted(unknown)[0]!r}; there are {', '.join(sorted(_QUERY_KEYS))}")
    return _native.Query(
        types=kinds(options.get("types")),
        since=milliseconds(options.get("since")),
        until=milliseconds(options.get("until")),
        newest=options.get("newest"),
        leave_out_drafts=options.get("leave_out_drafts", False),
        starred_only=options.get("starred_only", False),
        call_types=tuple(options.get("call_types", ())),
        addresses=options.get("addresses", ()),
        contact_group=options.get("contact_group", ""),
    )


def make_run(options: RunOptions) -> _Run:
    """What the native module takes for a run. Raises TypeError for a keyword that is none."""
    unknown = options.keys() - _QUERY_KEYS - _RUN_KEYS
    if unknown:
        known = ", ".join(sorted(_QUERY_KEYS | _RUN_KEYS))
        raise TypeError(f"there is no option {sorted(unknown)[0]!r}; there are {known}")
    given: dict[str, Any] = dict(options)
    query = make_query({key: given.pop(key) for key in _QUERY_KEYS & given.keys()})  # type: ignore[arg-type]
    if given.get("quarantine") is not None:
        given["quarantine"] = os.fspath(given["quarantine"])
    return _Run(query=query, **given)
