"""Where records come from and go to."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Union

from smsbackup import _native
from smsbackup._closing import Closing
from smsbackup._errors import ArgumentError
from smsbackup._options import ImapOptions, Limits, MimeOptions, QueryOptions, StoreOptions, make_query
from smsbackup._records import Kind, Record

if TYPE_CHECKING:
    import pyarrow
    from typing_extensions import Unpack

    from smsbackup._arrow import ArrowStream, TableName
    from smsbackup._contacts import AnyContactBook

__all__ = ["OpenStore", "Place", "Sink", "Skipped", "Source", "Store", "detect", "open", "stores"]


@dataclasses.dataclass(frozen=True)
class Skipped:
    """What a source of your own yields to tell of rows that it left out by itself.

    >>> import smsbackup
    >>> smsbackup.Skipped(filtered=3)
    Skipped(filtered=3, foreign=0)
    """

    filtered: int = 0
    """Left out because of the query."""
    foreign: int = 0
    """Not ours and no record."""


Yielded = Union[Record, tuple[Record, str], _native.Problem, Skipped]


class Source(abc.ABC):
    """Where records come from. Inherit from it, write `open`, and every function of the library takes it.

    `open(query)` returns any iterable, best a generator, that yields records, or `(record, where)` with a few words for
    people, `Problem` for what can't be read, and `Skipped`. It may ignore the query: what it doesn't leave out, the
    engine does. It is called on the thread that runs the work. What it raises ends the run: a `smsbackup.Error` in good
    order, with a report that says so; anything else reaches you unchanged.

    >>> import smsbackup
    >>> class Letters(smsbackup.Source):
    ...     def open(self, query):
    ...         for number, letter in enumerate("abc"):
    ...             yield smsbackup.Sms(address="+12025550143", date=number * 1000, type=1, body=letter)
    >>> [sms.body for sms in Letters().read(since=1000)]
    ['b', 'c']
    >>> smsbackup.transfer(Letters(), "archive").sms.written
    3
    """

    _problems: list[_native.Problem] | None = None
    _address: str | None = None

    @property
    def name(self) -> str:
        """What people call it: the class's name by default. Must not hold a secret."""
        return type(self).__name__

    @property
    def reopenable(self) -> bool:
        """Whether open() may be called again for another pass; True by default."""
        return True

    @abc.abstractmethod
    def open(self, query: _native.Query) -> Iterable[Yielded]:
        """Starts a pass. Write this; call read()."""

    def read(
        self,
        *,
        contacts: AnyContactBook | None = None,
        problems: Callable[[_native.Problem], object] | None = None,
        piece: str = "",
        **query: Unpack[QueryOptions],
    ) -> _native.Reading:
        """One pass over exactly what the keywords choose (QueryOptions): an iterator of records.

        What can't be read never ends it: it is told to `problems`, or kept in the iterator's own `problems`. `contacts` is
        for `contact_group`, `piece` one of those that split() names. Raises Error when going on is impossible.

        >>> import smsbackup
        >>> store = smsbackup.open("sms.xml")
        >>> len(list(store.read(types="sms", since="2023-12-01", newest=5)))
        5
        """
        self._problems = []
        return _native.read(self._native_place(), make_query(query), contacts, problems, self._problems, piece)

    def split(self, wanted: int) -> tuple[str, ...]:
        """The names of at most that many pieces, which together are the whole, no record in two of them.

        For readers that work side by side, in threads or on other machines: each opens the store and reads its piece with
        `read(piece=...)`. Sources that can't be cut are one piece, "".

        >>> import smsbackup
        >>> smsbackup.open("sms.xml").split(2)
        ('0-11173/smses', '11173-/smses')
        """
        return ("",)

    def arrow_batches(
        self,
        table: TableName = "messages",
        *,
        columns: Sequence[str] | None = None,
        batch_rows: int = 65536,
        batch_bytes: int = 64 << 20,
        piece: str = "",
        contacts: AnyContactBook | None = None,
        problems: Callable[[_native.Problem], object] | None = None,
        **query: Unpack[QueryOptions],
    ) -> ArrowStream:
        """One pass as an Arrow table (docs/arrow.md), in batches of bounded size, straight into columns.

        `columns` names what is wanted, and only that is made; by default what arrow_fields() says. polars, DuckDB and
        pandas take the stream as it is; iterating needs pyarrow. The rest is as with read().

        >>> import smsbackup, polars
        >>> calls = smsbackup.open("calls.xml").arrow_batches(columns=["date", "duration"], types="call")
        >>> polars.DataFrame(calls)["duration"].sum()
        4809
        """
        from smsbackup._arrow import arrow_batches

        return arrow_batches(
            self,
            table,
            columns=columns,
            batch_rows=batch_rows,
            batch_bytes=batch_bytes,
            piece=piece,
            contacts=contacts,
            problems=problems,
            query=query,
        )

    def to_arrow(
        self,
        table: TableName = "messages",
        *,
        columns: Sequence[str] | None = None,
        contacts: AnyContactBook | None = None,
        problems: Callable[[_native.Problem], object] | None = None,
        **query: Unpack[QueryOptions],
    ) -> pyarrow.Table:
        """All of it as a table of pyarrow, in memory: see arrow_batches().

        >>> import smsbackup
        >>> smsbackup.open("sms.xml").to_arrow(columns=["type", "text"], newest=10).shape
        (10, 2)
        """
        from smsbackup._arrow import _pyarrow

        stream = self.arrow_batches(table, columns=columns, contacts=contacts, problems=problems, **query)
        # Batch by batch, so that Ctrl-C ends it. Not pyarrow.table(), which loads pandas where it is installed.
        arrow = _pyarrow()
        made: pyarrow.Table = arrow.Table.from_batches(stream, arrow.schema(stream))
        return made

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table `messages` for whatever reads Arrow: `polars.DataFrame(store)`, `duckdb.sql("from store")`."""
        return self.arrow_batches().__arrow_c_stream__(requested_schema)

    def __iter__(self) -> Iterator[Record]:
        return self.read()

    @property
    def problems(self) -> tuple[_native.Problem, ...]:
        """What could not be read in the last pass, up to now: the first 1000."""
        return tuple(self._problems or ())

    def _native_place(self) -> Any:
        return self


class Sink(abc.ABC):
    """Where records go to. Inherit from it, write `keys` and `write`, and every function of the library takes it.

    Used by one thread at a time: keys(), then any number of write()s, then finish().

    >>> import smsbackup
    >>> class Printer(smsbackup.Sink):
    ...     def keys(self, query, level, own_numbers):
    ...         return ()  # nothing is there already
    ...     def write(self, records):
    ...         print(len(records), "records")
    >>> smsbackup.transfer("calls.xml", Printer()).call.written
    12 records
    12
    """

    _address: str | None = None
    """What a state may know it by."""

    @property
    def name(self) -> str:
        """What people call it: the class's name by default. Must not hold a secret."""
        return type(self).__name__

    @property
    def durability(self) -> Literal["each_write", "at_finish"]:
        """When "written" means that it survives a power cut: as soon as write() returned, or once finish() did."""
        return "each_write"

    @abc.abstractmethod
    def keys(
        self, query: _native.Query, level: Literal["exact", "tolerant", "off"], own_numbers: tuple[str, ...]
    ) -> Iterable[_native.RecordKey]:
        """The key of every record that is there already and may match the query; more is allowed.

        The simplest way is `key_of(record, level=level, own_numbers=own_numbers)` of each.
        """

    def fetch(self, locator: str) -> Record | None:
        """The record by that locator, for the comparison of a key that can't tell. None if it can't be had."""
        return None

    @abc.abstractmethod
    def write(self, records: Sequence[Record]) -> Iterable[_native.Problem | None] | None:
        """Takes the records. None: all are written. Otherwise one answer for each, in order: None, or why not.

        What concerns all of them (disk full, connection lost) is raised.
        """

    def finish(self) -> None:
        """Completes the work: makes everything durable. Called once, at the end."""

    def is_empty(self) -> bool:
        """Whether it surely holds nothing, as far as that can be told without work; False by default."""
        return False

    def takes(self, kind: Kind) -> bool:
        """Whether it has a place for that kind at all; what it doesn't take is filtered. True by default."""
        return True

    def _native_place(self) -> Any:
        return self


class Store(Source, Sink):
    """Both a Source and a Sink. open() gives the library's; inherit from it for your own.

    >>> import smsbackup
    >>> isinstance(smsbackup.open("sms.xml"), smsbackup.Store)
    True
    """


class OpenStore(Closing, Store):
    """A store of the library, as open() gives it. A context manager; closing it twice is fine.

    For one thread at a time: another one that uses it meanwhile gets a StorageError (busy).

    >>> import smsbackup
    >>> with smsbackup.open("sms.xml") as store:
    ...     print(sum(1 for record in store))
    45
    >>> store.closed
    True
    """

    def __init__(
        self, native: _native.NativeStore, name: str | None = None, address: str | None = None
    ) -> None:
        self._native = native
        self._name = name
        self._address = address
        self._resources = contextlib.ExitStack()

    @property
    def name(self) -> str:
        """For people: "sms.xml", "imaps://me@host/SMS". Never holds a secret."""
        return self._name if self._name is not None else self._native.name

    @property
    def reopenable(self) -> bool:
        """Whether it may be read again. False for standard input."""
        return self._native.reopenable

    @property
    def durability(self) -> Literal["each_write", "at_finish"]:
        """When "written" means that it survives a power cut."""
        return self._native.durability

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._native.closed

    def open(self, query: _native.Query) -> _native.Reading:
        """A pass as the store itself does it, which may ignore some of the query: see read()."""
        self._problems = []
        return self._native.open(query, self._problems)

    def split(self, wanted: int) -> tuple[str, ...]:
        """The names of at most that many pieces: see Source.split()."""
        return self._native.split(wanted)

    def keys(
        self,
        query: _native.Query | None = None,
        level: Literal["exact", "tolerant", "off"] = "tolerant",
        own_numbers: Iterable[str] = (),
    ) -> list[_native.RecordKey]:
        """The keys of all that is there and may match the query.

        >>> import smsbackup
        >>> len(smsbackup.open("sms.xml").keys())
        45
        """
        return self._native.keys(query if query is not None else _native.Query(), level, own_numbers)

    def fetch(self, locator: str) -> Record | None:
        """The record by the locator of its key. None if it can't be had."""
        return self._native.fetch(locator)

    def write(self, records: Iterable[Record]) -> list[_native.Problem | None]:
        """Adds records as they are, without looking what is there: transfer() is what one mostly wants.

        One answer for each: None if it is written, else why not. Call finish() at the end.

        >>> import smsbackup
        >>> with smsbackup.open("new.jsonl", "a") as store:
        ...     store.write([smsbackup.Sms(body="see you")])
        ...     store.finish()
        [None]
        """
        return self._native.write(records)

    def finish(self) -> None:
        """Completes what was written: makes it durable and puts files under their names."""
        self._native.finish()

    def is_empty(self) -> bool:
        """Whether it surely holds nothing, as far as that can be told without work."""
        return self._native.is_empty()

    def takes(self, kind: Kind) -> bool:
        """Whether it has a place for that kind at all; a calendar has none for messages."""
        return self._native.takes(kind)

    def check(self) -> dict[str, Any]:
        """Connects to a mail server, logs in and looks around, changing nothing; only for stores on mail servers.

        What comes back has `greeting`, `software`, `capabilities`, `tls_version`, `mechanism`, `compression`,
        `append_limit` (bytes) and `folders`. Raises ArgumentError for other stores.

        >>> import smsbackup
        >>> try:
        ...     smsbackup.open("sms.xml").check()
        ... except smsbackup.ArgumentError as error:
        ...     print(error)
        checking sms.xml: it is no mail server
        """
        return self._native.check()

    def close(self) -> None:
        """Lets go of files and connections. What was written and not finished is left out."""
        self._native.close()
        self._resources.close()

    def __repr__(self) -> str:
        return f"<smsbackup.OpenStore {self.name}{' (closed)' if self.closed else ''}>"

    def _native_place(self) -> Any:
        return self._native


Place = Union[str, "os.PathLike[str]", BinaryIO]
"""A path, an address such as "maildir:archive" or "imaps://me@host/SMS", or a binary file object."""


def open(
    place: Place,
    mode: Literal["r", "a"] = "r",
    *,
    limits: Limits | None = None,
    mime: MimeOptions | None = None,
    imap: ImapOptions | None = None,
) -> OpenStore:
    """Opens a store: a path, which is recognised by its content, an address, or a binary file object to read from.

    With "r" it must be there. With "a" it is made when missing (its name tells the format then: .xml .zip .mbox .jsonl
    .eml, and a folder is a Maildir) and added to when there. Nothing is ever overwritten.

    What a file object still has is read at once, into a temporary file, unless it is a plain file that nothing was read
    from yet.

    Raises NotFoundError, StorageError, InputError (empty, unknown), or ArgumentError for an address that makes no sense.
    Servers are first asked when there is something to do.

    >>> import smsbackup
    >>> for record in smsbackup.open("sms.xml"):
    ...     if isinstance(record, smsbackup.Sms) and "Saturday" in record.body:
    ...         print(record.datetime.date(), len(record.body))
    2023-11-02 47
    """
    if mode not in ("r", "a"):
        raise ArgumentError(f"opening a store: there is no mode {mode!r}", hint="A store is read ('r') or added to ('a').")
    options = StoreOptions(limits=limits, mime=mime, imap=imap)
    if isinstance(place, (str, os.PathLike)):
        address = os.fspath(place)
        return OpenStore(_native.open_store(address, mode, options), address=_native.place_identity(address))
    if mode != "r":
        raise ArgumentError("opening a store: a file object can only be read from")
    path = _path_of_unread_file(place)
    if path is not None:
        return OpenStore(_native.open_store(path, mode, options))
    with contextlib.ExitStack() as resources:
        name = pathlib.PurePath(str(getattr(place, "name", ""))).name or "stream"
        folder = resources.enter_context(tempfile.TemporaryDirectory(prefix="smsbackup-"))
        copy = pathlib.Path(folder, name)
        with copy.open("wb") as out:
            shutil.copyfileobj(place, out, 1 << 20)
        store = OpenStore(_native.open_store(os.fspath(copy), mode, options), name)
        store._resources = resources.pop_all()
        return store


def _path_of_unread_file(file: BinaryIO) -> str | None:
    name = getattr(file, "name", None)
    if not isinstance(name, str):
        return None
    try:
        same = os.path.samestat(os.fstat(file.fileno()), os.stat(name))
        return os.path.join(".", name) if same and file.seekable() and file.tell() == 0 else None
    except (OSError, ValueError):
        return None


def detect(path: str | os.PathLike[str]) -> str:
    """The scheme that a file or folder belongs to by its content; "" if it is none that the library knows.

    Raises NotFoundError, StorageError or InputError (empty).

    >>> import smsbackup
    >>> smsbackup.detect("sms.xml")
    'synctech-xml'
    """
    return _native.detect_store(os.fspath(path))


def stores() -> tuple[str, ...]:
    """The schemes that addresses may begin with.

    >>> import smsbackup
    >>> "maildir" in smsbackup.stores()
    True
    """
    return _native.registered_stores()
