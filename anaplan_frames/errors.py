"""Everything that can go wrong, as exceptions that say what to do next.

All of them derive from `AnaplanError` and can be imported from `anaplan_frames`. HTTP and JSON
details never reach the caller raw: the layer that meets a fault words it here, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anaplan_frames.results import ImportResult


class AnaplanError(Exception):
    """Base of every error that this library raises on purpose."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument; a sentence should be shown as a sentence.
        return str(self.args[0]) if self.args else ""


class AuthenticationError(AnaplanError):
    """Anaplan does not accept the credentials, or they cannot be opened here."""


class NotFound(AnaplanError, KeyError):
    """There is no such workspace, model, file or action for this user; names the near names."""


class AmbiguousName(AnaplanError):
    """Several things have the same name; lists them with their ids."""


class ColumnMismatch(AnaplanError, ValueError):
    """The columns of the data are not those that the file expects."""


class EncodingError(AnaplanError, ValueError):
    """A value cannot be carried by the file's dialect, or a text is not what its type promises.

    Attributes
    ----------
    column : str or None
        The column's name.
    row : int or None
        The row's position in the data, counted from 0.
    text : str or None
        The offending text.
    """

    def __init__(
        self,
        message: str,
        *,
        column: str | None = None,
        row: int | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(message)
        self.column = column
        self.row = row
        self.text = text


class RejectedRows(AnaplanError):
    """Anaplan took the file but rejected some rows.

    Attributes
    ----------
    result : ImportResult
        What was loaded, and in ``result.rejected`` the caller's own rows with the reasons.
    """

    def __init__(self, message: str, result: ImportResult) -> None:
        super().__init__(message)
        self.result = result


class TaskFailed(AnaplanError):
    """An import, export, process or action ended without success, or was cancelled.

    Attributes
    ----------
    result : ImportResult or None
        What Anaplan says of it, for an import or a process that ran to its end.
    """

    def __init__(self, message: str, result: ImportResult | None = None) -> None:
        super().__init__(message)
        self.result = result


class TaskUncertain(AnaplanError):
    """It cannot be told whether an action was started; it must not be started again blindly.

    Attributes
    ----------
    result : ImportResult or None
        Where rows are written directly: what was done; the rows of which it is not known are in
        its ``rejected``.
    """

    def __init__(self, message: str, result: ImportResult | None = None) -> None:
        super().__init__(message)
        self.result = result


class RateLimited(AnaplanError):
    """Anaplan went on refusing requests because there were too many."""


class ModelUnavailable(AnaplanError):
    """The model is archived, locked, offline, deployed or busy."""


class RequestRefused(AnaplanError):
    """Anaplan understood the request and will not do it as asked.

    Attributes
    ----------
    status : int
        400, 405, 413 or another 4xx without an error of its own.
    reason : str
        Anaplan's own message, or ``""``.
    """

    def __init__(self, message: str, status: int, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class TransferError(AnaplanError):
    """Bytes could not be brought to or from the service, completely and for certain."""


class ConfigurationError(AnaplanError, ValueError):
    """Credentials, profile or hosts are missing or do not fit together."""


class MissingExtra(AnaplanError, ImportError):
    """An optional part is not installed; the message gives the command that installs it."""

    def __init__(self, purpose: str, extra: str, *, hint: str = "") -> None:
        command = f"pip install 'anaplan-frames[{extra}]'"
        super().__init__(f"{purpose} needs an extra: {command}{hint and '. ' + hint}")
