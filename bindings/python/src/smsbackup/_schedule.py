"""When the next backup is due, and why."""

from __future__ import annotations

import dataclasses
from typing import Literal

from smsbackup import _native
from smsbackup._options import Moment, some_milliseconds

__all__ = ["NextRun", "ScheduleOptions", "ScheduleState", "next_run"]

_DEFAULTS = _native.schedule_defaults()

Network = Literal["none", "metered", "unmetered"]
RunEnd = Literal["complete", "failed", "needs_user", "cancelled"]
RunReason = Literal["none", "asked", "message", "call", "regular", "first_run", "retry"]
WaitsFor = Literal["nothing", "time", "network", "unmetered_network", "user", "event"]


@dataclasses.dataclass(frozen=True)
class ScheduleOptions:
    """How often to back up (docs/schedule.md). All in milliseconds; the defaults are those of SMS Backup+.

    >>> import smsbackup
    >>> smsbackup.ScheduleOptions(regular_interval=24 * 3_600_000, unmetered_only=True).after_message
    60000
    """

    regular_interval: int | None = _DEFAULTS["regular_interval"]
    """After the last run; None: no regular runs."""
    after_message: int | None = _DEFAULTS["after_message"]
    """After a message came; None: not for messages."""
    after_call: int | None = None
    """After a call ended; None: not for calls."""
    unmetered_only: bool = False
    """Only over Wi-Fi, as a rule."""
    first_retry: int = _DEFAULTS["first_retry"]
    """The wait after a run that failed, doubled with each further failure."""
    longest_retry: int = _DEFAULTS["longest_retry"]
    """The longest of these waits."""
    retry_for: int | None = None
    """So long after the first failure it is still retried; None: for ever."""
    longest_run: int | None = None
    """How long a run may take before it should be cancelled; None: as long as it needs."""


@dataclasses.dataclass(frozen=True)
class ScheduleState:
    """What happened so far. Times are UTC milliseconds. Plain values: keep them wherever you like.

    >>> import smsbackup
    >>> state = smsbackup.ScheduleState().message_came(1698912072418)
    >>> state.run_ended(started=1698912132418, ended=1698912133000).first_message is None
    True
    """

    last_run: int | None = None
    """When the last run ended, however it did."""
    failures: int = 0
    """In a row."""
    failing_since: int | None = None
    """When the first of these was."""
    needs_user: bool = False
    """The last run failed in a way that only the user can mend."""
    asked: bool = False
    """The user wants a run at once."""
    first_message: int | None = None
    """Of the messages that no run has seen."""
    last_message: int | None = None
    """Of the messages that no run has seen."""
    first_call: int | None = None
    """Of the calls that no run has seen."""
    last_call: int | None = None
    """Of the calls that no run has seen."""

    def message_came(self, when: Moment) -> ScheduleState:
        """The state after a message came."""
        return _native.message_came(self, some_milliseconds(when))

    def call_ended(self, when: Moment) -> ScheduleState:
        """The state after a call ended."""
        return _native.call_ended(self, some_milliseconds(when))

    def run_ended(self, started: Moment, ended: Moment, end: RunEnd = "complete") -> ScheduleState:
        """The state after a run. Events from `started` on are left to the next one.

        "complete": everything is in the archive; "failed": worth another try; "needs_user": not worth one before the user
        has done something (a LoginError, a TrustError); "cancelled": no failure, and everything goes on waiting.
        """
        return _native.run_ended(self, some_milliseconds(started), some_milliseconds(ended), end)


@dataclasses.dataclass(frozen=True)
class NextRun:
    """What to do next.

    >>> import smsbackup
    >>> smsbackup.next_run(smsbackup.ScheduleState(asked=True), now=1698912072418).waits_for
    'nothing'
    """

    due: int | None
    """Not before; UTC milliseconds. None if it waits for the user or an event."""
    reason: RunReason
    """Why there will be a run; "none" if nothing is due before something happens."""
    waits_for: WaitsFor
    """"nothing": it should run now. "time": until `due`. "event": a message, a call, or the user."""
    cancel_at: int | None
    """When a run that begins now should be cancelled, if it may not take for ever."""


def next_run(
    state: ScheduleState,
    *,
    now: Moment,
    options: ScheduleOptions = ScheduleOptions(),  # noqa: B008 - never changes
    network: Network = "unmetered",
    jitter: float = 0.0,
) -> NextRun:
    """When the next run is due, and why. No thread, no clock, no network: ask again whenever anything has changed.

    `jitter`, from 0 to 1, is a random number that stays the same until the next run: it shortens the wait after a failure
    by up to half, so that not all phones come back at once.

    >>> import smsbackup
    >>> state = smsbackup.ScheduleState(last_run=1698912000000).message_came(1698912072418)
    >>> next = smsbackup.next_run(state, now=1698912072418)
    >>> next.reason, next.waits_for, next.due - 1698912072418
    ('message', 'time', 60000)
    >>> smsbackup.next_run(state, now=next.due, network="none").waits_for
    'network'
    """
    return _native.next_run(options, state, some_milliseconds(now), network, jitter)
