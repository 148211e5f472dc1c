"""The one pipeline, and what is built on it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, Union, cast

from smsbackup import _native
from smsbackup._errors import ArgumentError
from smsbackup._options import RunOptions, make_run
from smsbackup._places import Place, Sink, Source, Store, open
from smsbackup._reports import Difference, Stats, VerifyReport
from smsbackup._state import AnyState, StateFile, StateStore

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["AnySink", "AnySource", "backup", "copy", "merge", "restore", "stats", "transfer", "verify"]

AnySource = Union[Source, Place]
"""A Source, or what open() takes: that is opened, and closed again afterwards."""
AnySink = Union[Sink, Place]
"""A Sink, or what open() takes: that is opened with "a", and closed again afterwards."""


class _Opened(contextlib.ExitStack):
    def source(self, source: AnySource) -> Any:
        if isinstance(source, Source):
            return source._native_place()
        return self.enter_context(open(source))._native_place()

    def sources(self, sources: AnySource | Iterable[AnySource]) -> list[Any]:
        if isinstance(sources, (str, os.PathLike, Source)) or hasattr(sources, "readinto"):
            return [self.source(cast("AnySource", sources))]
        return [self.source(source) for source in cast("Iterable[AnySource]", sources)]

    def state(self, state: AnyState | None, phone: AnySource | AnySink, archive: AnySource | AnySink) -> StateStore | None:
        if state is None or isinstance(state, StateStore):
            return state
        return self.enter_context(StateFile(state, _native.state_name(_identity(phone), _identity(archive))))

    def sink(self, sink: AnySink, mode: Literal["r", "a"] = "a") -> Any:
        if isinstance(sink, Sink):
            return sink._native_place()
        return self.enter_context(open(sink, mode))._native_place()


def _identity(place: AnySource | AnySink) -> str:
    address = None
    if isinstance(place, (Source, Sink)):
        address = place._address
    elif isinstance(place, (str, os.PathLike)):
        address = _native.place_identity(os.fspath(place))
    if address is None:
        raise ArgumentError(
            "naming a state: a place without an address is one of both",
            hint="Give the state a name of your own: StateFile(path, state_name('my phone', 'my archive')).",
        )
    return address


def transfer(source: AnySource | Iterable[AnySource], sink: AnySink, **options: Unpack[RunOptions]) -> _native.Report:
    """Copies what the options choose (RunOptions) and the sink doesn't have yet. Several sources are deduplicated together.

    Raises only when nothing could be started (NotFoundError, InputError, …). An error later on ends the run: what is
    written until then is finished, and the report says what ended it. Ctrl-C does the same and raises KeyboardInterrupt.
    The GIL is released for the work.

    >>> import smsbackup
    >>> report = smsbackup.transfer(["sms.xml", "calls.xml"], "maildir:all", types=["sms", "call"])
    >>> report
    <smsbackup.Report read 57, written 52, duplicate 0, filtered 5, failed 0>
    >>> report.complete, report.problems
    (True, ())
    """
    with _Opened() as opened:
        run = make_run(options)
        return _native.transfer(opened.sources(source), opened.sink(sink), run)


copy = transfer


def merge(sources: Iterable[AnySource], sink: AnySink, **options: Unpack[RunOptions]) -> _native.Report:
    """Several archives or phones into one, each record once: transfer() for many sources.

    The first that has a record gives it. `on_duplicate` is told of each other one why it is the same, and where the one
    is that was kept.

    >>> import smsbackup
    >>> dropped = []
    >>> report = smsbackup.merge(["calls.xml", "sms.xml", "calls.xml"], "all.jsonl", on_duplicate=dropped.append)
    >>> report.total.written, report.total.duplicate, dropped[0].where, dropped[0].kept
    (57, 12, 'calls.xml, row 1', 'calls.xml, row 1')
    """
    return transfer(sources, sink, **options)


def backup(
    phone: AnySource,
    archive: AnySink,
    *,
    drafts: bool = False,
    state: AnyState | None = None,
    first_run: Literal["backup", "skip"] = "backup",
    **options: Unpack[RunOptions],
) -> _native.Report:
    """From a phone into an archive, as transfer(). Drafts stay on the phone unless asked for; delivery reports always.

    With a `state`, only what it doesn't know is looked at; the first run with one backs everything up, or marks
    everything as done (`first_run="skip"`). Raises NotFoundError if the state knows records and the archive is empty.
    The path of a state file will do: the one that the command `smsbackup backup --state` makes is the same.

    >>> import smsbackup
    >>> phone = smsbackup.open("sms.xml")
    >>> smsbackup.backup(phone, "mbox:archive.mbox", state="state.db").complete
    True
    >>> smsbackup.backup(phone, "mbox:archive.mbox", state="state.db").remembered
    44
    """
    with _Opened() as opened:
        run = make_run(options)
        return _native.backup(opened.source(phone), opened.sink(archive), run, drafts, opened.state(state, phone, archive), first_run)


def restore(
    archive: AnySource,
    phone: AnySink,
    *,
    unsent: Literal["as_failed", "skip"] = "as_failed",
    keep_sub_id: bool = False,
    mark_as_read: bool = False,
    state: AnyState | None = None,
    **options: Unpack[RunOptions],
) -> _native.Report:
    """From an archive onto a phone, as transfer(). Nothing is ever put where a phone would send it.

    Drafts and queued messages become failed ones, or are left out with `unsent="skip"`; the SIM subscription of another
    phone becomes -1 unless `keep_sub_id`; with `mark_as_read` nothing shows up as new. What is written is marked in `state`,
    so that the next backup doesn't back it up again.

    >>> import smsbackup
    >>> smsbackup.restore("sms.xml", "restored.xml", mark_as_read=True).sms.written
    40
    """
    with _Opened() as opened:
        run = make_run(options)
        return _native.restore(
            opened.source(archive), opened.sink(phone), run, unsent, keep_sub_id, mark_as_read, opened.state(state, phone, archive)
        )


def verify(
    a: AnySource,
    b: Store | Place,
    *,
    on_difference: Callable[[Difference], object] | None = None,
    **options: Unpack[RunOptions],
) -> VerifyReport:
    """Compares two places by content: what of `a` is missing or changed in `b`, and what does only `b` have?

    `on_difference` is told each, also beyond the 1000 that the report keeps. Raises what the two places raise, InputError
    (unsupported) when b can be read once only, and Cancelled.

    >>> import smsbackup
    >>> report = smsbackup.transfer("sms.xml", "archive", types="sms")
    >>> smsbackup.verify("sms.xml", "archive").total
    VerifyCounts(compared=45, found=40, changed=0, missing=5, extra=0)
    """
    with _Opened() as opened:
        run = make_run(options)
        return _native.verify(opened.source(a), opened.sink(b, "r"), run, on_difference)


def stats(source: AnySource, **options: Unpack[RunOptions]) -> Stats:
    """What a place holds. Raises what the source raises, and Cancelled.

    >>> import smsbackup
    >>> smsbackup.stats("calls.xml").call.records
    12
    """
    with _Opened() as opened:
        run = make_run(options)
        return _native.stats(opened.source(source), run)
