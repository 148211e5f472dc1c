"""What the library has to tell a developer."""

from __future__ import annotations

import logging

from smsbackup import _native

__all__ = ["log_to"]


def log_to(logger: logging.Logger | str | None = "smsbackup", level: int = logging.INFO) -> None:
    """Hands what the library logs to a logger of Python's, from `level` on; silent until then, and again with None.

    Messages never hold message text, numbers, names or secrets; a server's name may be in them. They come on the thread
    that did the work, soon after: a few times a second during a run, otherwise at the end of the call, with the time when
    they were logged. What is finer than DEBUG has the level 5.

    >>> import logging.handlers, smsbackup
    >>> handler = logging.handlers.BufferingHandler(100)
    >>> logging.getLogger("backups").addHandler(handler)
    >>> smsbackup.log_to(logging.getLogger("backups"), logging.WARNING)
    >>> smsbackup.transfer("sms.xml", "archive").complete, handler.buffer  # nothing to warn of
    (True, [])
    >>> smsbackup.log_to(None)
    """
    if logger is None:
        _native.set_log_receiver(None, logging.CRITICAL)
        return
    target = logging.getLogger(logger) if isinstance(logger, str) else logger

    def receive(said: int, time: float, text: str) -> None:
        if not target.isEnabledFor(said):
            return
        record = target.makeRecord(target.name, said, "smsbackup", 0, text, (), None)
        record.created = time
        record.msecs = time % 1 * 1000
        target.handle(record)

    _native.set_log_receiver(receive, level)
