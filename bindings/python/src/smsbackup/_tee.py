"""Several sinks at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from smsbackup import _native
from smsbackup._closing import Closing
from smsbackup._places import Sink, open
from smsbackup._records import Kind, Record

if TYPE_CHECKING:
    from smsbackup._transfer import AnySink

__all__ = ["TeeSink"]


class TeeSink(Closing, Sink):
    """Writes one run into several sinks: an archive and a calendar beside it, or two archives.

    Each gets what it takes and lacks. A record counts as known when every sink that takes its kind has it, and as written
    when all that it was given to wrote it; what one of them refused is a Problem that names that sink. The first one is the
    archive, which says whether all is empty.

    What isn't a Sink is opened with "a", and closed by close(). While the tee is used, its sinks are in use by it. A state
    remembers records and not where they went to: use one for each set of sinks. Raises ArgumentError without any sink.

    >>> import smsbackup
    >>> with smsbackup.TeeSink(["maildir:archive", "icalendar:calls.ics"]) as both:
    ...     smsbackup.backup("calls.xml", both).call.written
    12
    >>> smsbackup.stats("calls.ics").call.records
    12
    """

    def __init__(self, sinks: Iterable[AnySink]) -> None:
        with contextlib.ExitStack() as opened:
            parts = [sink if isinstance(sink, Sink) else opened.enter_context(open(sink, "a")) for sink in sinks]
            self._native = _native.make_tee([part._native_place() for part in parts])
            addresses = [part._address for part in parts if part._address is not None]
            self._address = "\n".join(addresses) if len(addresses) == len(parts) else None
            self._opened = opened.pop_all()

    @property
    def name(self) -> str:
        """Of all of them: "archive and calls.ics"."""
        return self._native.name

    @property
    def durability(self) -> Literal["each_write", "at_finish"]:
        """"at_finish" as soon as one of them is."""
        return self._native.durability

    def keys(
        self,
        query: _native.Query | None = None,
        level: Literal["exact", "tolerant", "off"] = "tolerant",
        own_numbers: Iterable[str] = (),
    ) -> list[_native.RecordKey]:
        """The keys of what every sink has that takes it."""
        return self._native.keys(query if query is not None else _native.Query(), level, own_numbers)

    def fetch(self, locator: str) -> Record | None:
        """The record by the locator of its key. None if it can't be had."""
        return self._native.fetch(locator)

    def write(self, records: Sequence[Record]) -> list[_native.Problem | None]:
        """Gives each sink what it takes and lacks. An Error of one of them ends it for all; its message names the sink."""
        return self._native.write(records)

    def finish(self) -> None:
        """Finishes every sink, also after one of them failed; then raises what the first of these raised."""
        self._native.finish()

    def is_empty(self) -> bool:
        """Whether the first one surely holds nothing."""
        return self._native.is_empty()

    def takes(self, kind: Kind) -> bool:
        """Whether one of them takes that kind."""
        return self._native.takes(kind)

    def close(self) -> None:
        """Closes the sinks that this object has opened."""
        self._native.close()
        self._opened.close()

    def _native_place(self) -> _native.NativeStore:
        return self._native
