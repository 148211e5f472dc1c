"""The exceptions of the library: one class for each group of error codes."""

from __future__ import annotations

import enum
from typing import Any

__all__ = [
    "ArgumentError",
    "Cancelled",
    "ConnectionFailed",
    "Error",
    "ErrorCode",
    "InputError",
    "InternalError",
    "LoginError",
    "NotFoundError",
    "RefusedError",
    "StorageError",
    "TrustError",
]


class ErrorCode(str, enum.Enum):
    """What went wrong, exactly. The values are stable: reports use them too.

    >>> import smsbackup
    >>> smsbackup.ErrorCode("corrupt_input").name
    'CORRUPT_INPUT'
    """

    INVALID_ARGUMENT = "invalid_argument"
    NOT_FOUND = "not_found"
    PERMISSION_DENIED = "permission_denied"
    UNKNOWN_FORMAT = "unknown_format"
    EMPTY_INPUT = "empty_input"
    CORRUPT_INPUT = "corrupt_input"
    TRUNCATED_INPUT = "truncated_input"
    LIMIT_EXCEEDED = "limit_exceeded"
    UNSUPPORTED = "unsupported"
    IO = "io"
    NO_SPACE = "no_space"
    BUSY = "busy"
    CANCELLED = "cancelled"
    INTERNAL = "internal"
    HOST_NOT_FOUND = "host_not_found"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_LOST = "connection_lost"
    TIMED_OUT = "timed_out"
    CERTIFICATE_REJECTED = "certificate_rejected"
    TLS_FAILED = "tls_failed"
    PROTOCOL = "protocol"
    WRONG_CREDENTIALS = "wrong_credentials"
    TOKEN_EXPIRED = "token_expired"
    APP_PASSWORD_NEEDED = "app_password_needed"
    IMAP_DISABLED = "imap_disabled"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    RATE_LIMITED = "rate_limited"
    SERVER_REFUSED = "server_refused"

    def __str__(self) -> str:
        return self.value


class Error(Exception):
    """Whatever the library raises. Its text never holds message text, phone numbers or secrets.

    Things that normally happen are values instead: one bad record in ten thousand is a `Problem` beside the good ones.
    Raise one yourself (a subclass, see below) in host code such as a `Source` to end a run in good order: the run's
    report says so then. Any other exception of host code passes through the library and reaches you unchanged.

    >>> import smsbackup
    >>> try:
    ...     smsbackup.open("nowhere.xml")
    ... except smsbackup.Error as error:
    ...     print(error.code, "|", error)
    not_found | opening nowhere.xml: No such file or directory
    """

    code: ErrorCode
    """What went wrong, exactly."""
    message: str
    """What was being done to what."""
    hint: str
    """What the user can do about it; empty if there is nothing."""
    detail: str
    """What a server or a library said, word for word; may hold private data, so show it on request only."""
    offset: int | None
    """The byte in the input where reading failed, where there is one."""

    _default_code = ErrorCode.INTERNAL

    def __init__(
        self,
        message: str = "",
        *,
        code: ErrorCode | str | None = None,
        hint: str = "",
        detail: str = "",
        offset: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = self._default_code if code is None else ErrorCode(code)
        self.hint = hint
        self.detail = detail
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.message, self.code.value, self.hint, self.detail, self.offset)


def _rebuilt(kind: type[Error], message: str, code: str, hint: str, detail: str, offset: int | None) -> Error:
    return kind(message, code=code, hint=hint, detail=detail, offset=offset)


class ArgumentError(Error, ValueError):
    """You asked for something that makes no sense: a bad address, option or date, or a store that is closed.

    >>> import smsbackup
    >>> try:
    ...     smsbackup.open("no-such-scheme:x")
    ... except smsbackup.ArgumentError as error:
    ...     print(error.message)
    opening a store: nothing is known by the name no-such-scheme:
    """

    _default_code = ErrorCode.INVALID_ARGUMENT


class StorageError(Error, OSError):
    """A file, folder or disk: permission_denied, io, no_space, busy, and not_found as `NotFoundError`.

    >>> import smsbackup
    >>> issubclass(smsbackup.StorageError, OSError)
    True
    """

    _default_code = ErrorCode.IO


class NotFoundError(StorageError, FileNotFoundError):
    """No file, folder or entry is there by that name.

    >>> import smsbackup
    >>> try:
    ...     smsbackup.open("nowhere.xml")
    ... except FileNotFoundError as error:
    ...     print(error.code)
    not_found
    """

    _default_code = ErrorCode.NOT_FOUND


class InputError(Error, ValueError):
    """What is in the input: unknown_format, empty_input, corrupt_input, truncated_input, limit_exceeded, unsupported.

    >>> import smsbackup
    >>> try:
    ...     smsbackup.Sms.from_json('{"__type":"sms"')
    ... except smsbackup.InputError as error:
    ...     print(error.code, "at byte", error.offset)
    truncated_input at byte 15
    """

    _default_code = ErrorCode.CORRUPT_INPUT


class Cancelled(Error):
    """Work was stopped by a `CancelToken` where there is no report to say so.

    >>> import smsbackup
    >>> token = smsbackup.CancelToken()
    >>> token.cancel()
    >>> try:
    ...     smsbackup.stats("sms.xml", cancel=token)
    ... except smsbackup.Cancelled as error:
    ...     print(error.code)
    cancelled
    """

    _default_code = ErrorCode.CANCELLED


class ConnectionFailed(Error, ConnectionError):
    """The way to a server: host_not_found, connection_refused, connection_lost, timed_out, protocol.

    >>> import smsbackup
    >>> issubclass(smsbackup.ConnectionFailed, ConnectionError)
    True
    """

    _default_code = ErrorCode.CONNECTION_LOST


class TrustError(Error):
    """A server did not prove who it is: certificate_rejected, tls_failed. See `TlsOptions`.

    >>> import smsbackup
    >>> smsbackup.TrustError("connecting").code
    <ErrorCode.CERTIFICATE_REJECTED: 'certificate_rejected'>
    """

    _default_code = ErrorCode.CERTIFICATE_REJECTED


class LoginError(Error):
    """A server refused you: wrong_credentials, token_expired, app_password_needed, imap_disabled.

    >>> import smsbackup
    >>> smsbackup.LoginError("logging in").code
    <ErrorCode.WRONG_CREDENTIALS: 'wrong_credentials'>
    """

    _default_code = ErrorCode.WRONG_CREDENTIALS


class RefusedError(Error):
    """A server refused what was asked of it: too_many_connections, rate_limited, server_refused.

    >>> import smsbackup
    >>> smsbackup.RefusedError("uploading", code="rate_limited").code
    <ErrorCode.RATE_LIMITED: 'rate_limited'>
    """

    _default_code = ErrorCode.SERVER_REFUSED


class InternalError(Error):
    """A bug in the library. Please report it.

    >>> import smsbackup
    >>> smsbackup.InternalError("should not be").code
    <ErrorCode.INTERNAL: 'internal'>
    """

    _default_code = ErrorCode.INTERNAL


_GROUPS: dict[ErrorCode, type[Error]] = {
    ErrorCode.INVALID_ARGUMENT: ArgumentError,
    ErrorCode.NOT_FOUND: NotFoundError,
    ErrorCode.PERMISSION_DENIED: StorageError,
    ErrorCode.IO: StorageError,
    ErrorCode.NO_SPACE: StorageError,
    ErrorCode.BUSY: StorageError,
    ErrorCode.UNKNOWN_FORMAT: InputError,
    ErrorCode.EMPTY_INPUT: InputError,
    ErrorCode.CORRUPT_INPUT: InputError,
    ErrorCode.TRUNCATED_INPUT: InputError,
    ErrorCode.LIMIT_EXCEEDED: InputError,
    ErrorCode.UNSUPPORTED: InputError,
    ErrorCode.CANCELLED: Cancelled,
    ErrorCode.INTERNAL: InternalError,
    ErrorCode.HOST_NOT_FOUND: ConnectionFailed,
    ErrorCode.CONNECTION_REFUSED: ConnectionFailed,
    ErrorCode.CONNECTION_LOST: ConnectionFailed,
    ErrorCode.TIMED_OUT: ConnectionFailed,
    ErrorCode.PROTOCOL: ConnectionFailed,
    ErrorCode.CERTIFICATE_REJECTED: TrustError,
    ErrorCode.TLS_FAILED: TrustError,
    ErrorCode.WRONG_CREDENTIALS: LoginError,
    ErrorCode.TOKEN_EXPIRED: LoginError,
    ErrorCode.APP_PASSWORD_NEEDED: LoginError,
    ErrorCode.IMAP_DISABLED: LoginError,
    ErrorCode.TOO_MANY_CONNECTIONS: RefusedError,
    ErrorCode.RATE_LIMITED: RefusedError,
    ErrorCode.SERVER_REFUSED: RefusedError,
}


def error_from_native(code: str, message: str, hint: str, detail: str, offset: int | None) -> Error:
    """What the native module raises for an error of the library."""
    exact = ErrorCode(code)
    return _GROUPS[exact](message, code=exact, hint=hint, detail=detail, offset=offset)


for _class in (Error, *_GROUPS.values()):
    _class.__module__ = "smsbackup"
ErrorCode.__module__ = "smsbackup"
