"""What is backed up already."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Iterable, Sequence

__all__ = ["MemoryStateStore", "StateRun", "StateStore"]


@dataclasses.dataclass(frozen=True)
class StateRun:
    """One run as a state knows it: saved when it begins, and again when it ends. Times are UTC milliseconds.

    >>> import smsbackup
    >>> smsbackup.StateRun(started=1698912072418).complete
    False
    """

    started: int
    finished: int | None = None
    """None: it is going on, or was killed."""
    complete: bool = False
    """What the report of the run said."""
    read: int = 0
    filtered: int = 0
    duplicate: int = 0
    written: int = 0
    failed: int = 0
    runs_before: int = 0
    """Those that came to their end, complete or not."""
    skipped: int = 0
    """Fingerprints that were marked without a look at the archive."""


class StateStore(abc.ABC):
    """Remembers which records of one phone are in one archive, so that the next backup looks at new ones only.

    Keep the fingerprints (16 bytes each) wherever you like. It saves work and is never needed: without it a backup asks
    the archive what is there. Used by one thread and by one run at a time. docs/state.md has the whole story.

    >>> import smsbackup
    >>> state = smsbackup.MemoryStateStore()
    >>> smsbackup.backup("calls.xml", "archive", state=state).call.written
    12
    >>> smsbackup.backup("calls.xml", "archive", state=state).remembered
    12
    """

    @abc.abstractmethod
    def done(self) -> Iterable[bytes]:
        """All fingerprints that were marked, in any order."""

    @abc.abstractmethod
    def mark_done(self, fingerprints: Sequence[bytes]) -> None:
        """Adds fingerprints: all of them or none, and durable on return."""

    @abc.abstractmethod
    def last_run(self) -> StateRun | None:
        """The last run that was saved; None if none ever was."""

    @abc.abstractmethod
    def save_run(self, run: StateRun) -> None:
        """Takes the place of the last one; durable on return."""

    @abc.abstractmethod
    def reset(self) -> None:
        """Forgets everything. The next backup is a first one."""


class MemoryStateStore(StateStore):
    """Forgets everything when it goes: for tests, and to pickle.

    >>> import smsbackup
    >>> list(smsbackup.MemoryStateStore().done())
    []
    """

    def __init__(self) -> None:
        self._done: set[bytes] = set()
        self._run: StateRun | None = None

    def done(self) -> Iterable[bytes]:
        """All fingerprints that were marked."""
        return iter(self._done)

    def mark_done(self, fingerprints: Sequence[bytes]) -> None:
        """Adds fingerprints."""
        self._done.update(fingerprints)

    def last_run(self) -> StateRun | None:
        """The last run that was saved."""
        return self._run

    def save_run(self, run: StateRun) -> None:
        """Takes the place of the last one."""
        self._run = run

    def reset(self) -> None:
        """Forgets everything."""
        self._done.clear()
        self._run = None
