"""Everything that can go wrong, as exceptions that say what happened and what to do next.

All of them derive from `AnaplanError` and can be imported from `anaplan_frames`::

    AnaplanError
    ├ ConfigurationError(ValueError) ─ MissingExtra(ImportError)
    ├ AuthenticationError ─ SignInRequired
    ├ PermissionDenied
    ├ NotFound(KeyError)
    ├ AmbiguousName
    ├ EmptyContent
    ├ ConfirmationRequired
    ├ PlanStale
    ├ DataError(ValueError) ─ ColumnMismatch, EncodingError
    ├ RequestRefused ─ RateLimited, ModelUnavailable
    ├ TransferError ─ TransferTimeout(TimeoutError), DataChanged
    └ JobError ─ RejectedRows, TaskFailed ─ TaskCancelled, TaskUncertain ─ TaskTimeout(TimeoutError)

HTTP and JSON details never reach the caller raw: the layer that meets a fault words it, once.
Arguments that cannot be right are a `TypeError` or `ValueError` before anything is sent; errors of
the caller's own code and of the local file system pass through as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anaplan_frames.visible_text import visible

if TYPE_CHECKING:
    from anaplan_frames.results import Report, WriteResult


def _restored(
    kind: type[AnaplanError], args: tuple[Any, ...], state: dict[str, Any]
) -> AnaplanError:
    """Make an error again from its pickle, whatever its constructor takes."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class AnaplanError(Exception):
    """Base of every error that this library raises on purpose.

    Attributes
    ----------
    status : int or None
        The HTTP status of the answer that caused it, if there was one.
    retry_after : float or None
        Seconds that Anaplan asks to wait before another try.
    retryable : bool
        Whether starting the same job again does no harm and may succeed.
    """

    status: int | None = None
    retry_after: float | None = None
    retryable: bool = False

    def __str__(self) -> str:
        # KeyError shows the repr of its argument; a sentence should be shown as a sentence.
        return visible(str(self.args[0])) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, dict(self.__dict__))


class AnaplanWarning(UserWarning):
    """Something that needs a look, but stops nothing; every warning of this library is one."""


class ConfigurationError(AnaplanError, ValueError):
    """Credentials, profile or hosts are missing or do not fit together."""


class MissingExtra(ConfigurationError, ImportError):
    """An optional part is not installed; the message gives the command that installs it."""

    def __init__(self, purpose: str, extra: str, *, hint: str = "") -> None:
        command = f"pip install 'anaplan-frames[{extra}]'"
        super().__init__(f"{purpose} needs an extra: {command}{hint and '. ' + hint}")


class AuthenticationError(AnaplanError):
    """Anaplan does not accept the credentials, or they cannot be opened here."""


class SignInRequired(AuthenticationError):
    """Somebody must sign in again.

    Attributes
    ----------
    command : str
        The command that does it.
    """

    def __init__(self, message: str, command: str) -> None:
        super().__init__(message)
        self.command = command


class PermissionDenied(AnaplanError):
    """The user is signed in but not allowed to do this.

    Attributes
    ----------
    role : str
        The role that is needed, if it is known; else empty.
    """

    def __init__(self, message: str, role: str = "") -> None:
        super().__init__(message)
        self.role = role


class NotFound(AnaplanError, KeyError):
    """There is no such workspace, model, file or action for this user; names the near names."""


class AmbiguousName(AnaplanError):
    """Several things have the name; names their ids."""


class EmptyContent(AnaplanError):
    """A file or export has no content at all: not even a header, which a table without rows has."""


class ConfirmationRequired(AnaplanError):
    """What was asked for cannot be undone; pass ``confirm=True`` to do it.

    Attributes
    ----------
    plan : WritePlan or None
        What would be done, for a write.
    """

    def __init__(self, message: str, plan: Report | None = None) -> None:
        super().__init__(message)
        self.plan = plan


class PlanStale(AnaplanError):
    """The target has changed since the plan was made; nothing was sent. Make a new plan."""


class DataError(AnaplanError, ValueError):
    """The data cannot be sent, or what was read is not what it should be."""


class ColumnMismatch(DataError):
    """The columns of the data are not those that the target expects."""


class EncodingError(DataError):
    """A value cannot be written in the file's dialect, or a text is not what its type promises.

    Attributes
    ----------
    column : str or None
        The column's name.
    row : int or None
        The row's position in the data, counted from 0.
    text : str or None
        The text in question.
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


class RequestRefused(AnaplanError):
    """Anaplan understood the request and will not do it as asked.

    Attributes
    ----------
    reason : str
        Anaplan's own message, or ``""``.
    """

    def __init__(self, message: str, status: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class RateLimited(RequestRefused):
    """Anaplan still refused requests, after all tries, because there were too many."""

    retryable = True


class ModelUnavailable(RequestRefused):
    """The model is archived, locked, offline, deployed or busy."""

    retryable = True


class TransferError(AnaplanError):
    """Bytes could not be brought to or from the service, completely and for certain."""

    retryable = True


class TransferTimeout(TransferError, TimeoutError):
    """The time for the whole call ended before anything was started; starting again is safe."""


class DataChanged(TransferError):
    """Data has changed while it was sent or read, also by a run that was interrupted.

    The next run starts again from the beginning.
    """


class JobError(AnaplanError):
    """An import, export, process, action or direct write did not end well.

    Attributes
    ----------
    result : WriteResult or None
        What was done, as far as it is known.
    task : Task or None
        The task, if it may still be running.
    """

    def __init__(self, message: str, result: WriteResult | None = None, task: Any = None) -> None:
        super().__init__(message)
        self.result = result
        self.task = task

    def __reduce__(self) -> tuple[Any, ...]:
        # An error goes to logs and other processes: its task leaves its connection, which may hold
        # a token and may be closed already.
        task = None if self.task is None else self.task.without_connection()
        return _restored, (type(self), self.args, {**self.__dict__, "task": task})


class RejectedRows(JobError):
    """Anaplan rejected some rows; the others are loaded.

    ``.result.rejected`` holds the caller's own rows, with the reasons in the last column.
    """

    result: WriteResult


class TaskFailed(JobError):
    """An import, export, process or action ended without success."""


class TaskCancelled(TaskFailed):
    """The task was cancelled; Anaplan rolled its changes back."""


class TaskUncertain(JobError):
    """It is not known whether an action was started, or how it ended.

    Do not start it again without a look at the model.
    """


class TaskTimeout(TaskUncertain, TimeoutError):
    """The time for the whole call ended while the task was running; ``.task`` goes on with it."""
