"""Progress for people."""

from __future__ import annotations

import importlib
from typing import Any

from smsbackup import _native
from smsbackup._closing import Closing

__all__ = ["ProgressBar"]


class ProgressBar(Closing):
    """A bar of tqdm for the `progress` keyword; needs the extra `smsbackup[progress]`. Keywords go to tqdm.

    >>> import smsbackup, io
    >>> with smsbackup.ProgressBar(file=io.StringIO()) as bar:
    ...     report = smsbackup.transfer("sms.xml", "archive", progress=bar)
    """

    def __init__(self, **tqdm_options: Any) -> None:
        tqdm = importlib.import_module("tqdm.auto").tqdm
        self._bar = tqdm(**{"unit": "records", "unit_scale": True, **tqdm_options})

    def __call__(self, progress: _native.Progress) -> None:
        """Shows how far the run is."""
        names = {"reading_keys": "looking what is there", "copying": "copying", "finishing": "finishing"}
        self._bar.set_description(names[progress.stage], refresh=False)
        if progress.stage == "reading_keys":
            return
        if progress.total and progress.done:
            self._bar.total = max(progress.counts.read, round(progress.counts.read * progress.total / progress.done))
        self._bar.update(progress.counts.read - self._bar.n)

    def close(self) -> None:
        """Leaves the bar as it is."""
        self._bar.close()
