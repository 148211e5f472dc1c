"""What is backed up already."""

from __future__ import annotations

import abc
import dataclasses
import os
from collections.abc import Iterable, Sequence
from typing import Union

from smsbackup import _native
from smsbackup._closing import Closing

__all__ = ["AnyState", "MemoryStateStore", "StateFile", "StateRun", "StateStore"]


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


class StateFile(Closing, StateStore):
    """A state in a file (SQLite), as the command keeps it; one file may hold those of several phones and archives.

    `name` says which: see state_name(). Made when missing, readable by its owner only; with `anew` everything is
    forgotten, and a damaged state file is replaced. The file is locked until close(). What is marked survives a power cut.

    Raises InputError (damaged, or no state file), StorageError (busy, permission_denied, no_space, io) or NotFoundError
    (no such folder); so do its methods. backup() and restore() take the path alone as well, and name the state
    by what they copy.

    >>> import smsbackup
    >>> with smsbackup.StateFile("state.db", smsbackup.state_name("my phone", "archive")) as state:
    ...     smsbackup.backup("calls.xml", "archive", state=state).call.written
    12
    >>> smsbackup.StateFile.last_run_in("state.db", smsbackup.state_name("my phone", "archive")).complete
    True
    """

    def __init__(self, path: str | os.PathLike[str], name: str, *, anew: bool = False) -> None:
        self._native_state = _native.NativeState(os.fspath(path), name, anew)

    @staticmethod
    def last_run_in(path: str | os.PathLike[str], name: str) -> StateRun | None:
        """The last run of that state, without making or changing anything. None if there is no such file or state."""
        return _native.last_run_in_state_file(os.fspath(path), name)

    @staticmethod
    def last_runs_in(path: str | os.PathLike[str]) -> list[StateRun]:
        """The last run of every state in the file, in the order in which they were made. Empty if there is no such file."""
        return _native.last_runs_in_state_file(os.fspath(path))

    def done(self) -> Iterable[bytes]:
        """All fingerprints that were marked."""
        return iter(self._native_state.done())

    def mark_done(self, fingerprints: Sequence[bytes]) -> None:
        """Adds fingerprints: all of them or none, and durable on return."""
        self._native_state.mark_done(fingerprints)

    def last_run(self) -> StateRun | None:
        """The last run that was saved."""
        return self._native_state.last_run()

    def save_run(self, run: StateRun) -> None:
        """Takes the place of the last one."""
        self._native_state.save_run(run)

    def reset(self) -> None:
        """Forgets everything."""
        self._native_state.reset()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._native_state.closed

    def close(self) -> None:
        """Unlocks the file."""
        self._native_state.close()


AnyState = Union[StateStore, str, "os.PathLike[str]"]
"""A StateStore, or the path of a state file: that is opened for the run, with a name for these two places."""
