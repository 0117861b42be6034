"""Exit statuses of the command line, and which exception gives which status."""

from __future__ import annotations

from enum import IntEnum

import click

from anaplan_frames.errors import (
    AuthenticationError,
    ConfirmationRequired,
    NotFound,
    PermissionDenied,
    RejectedRows,
    TaskFailed,
    TaskUncertain,
)


class ExitStatus(IntEnum):
    """How a command ended."""

    OK = 0  # all rows are loaded, or the command did what it was asked to do
    ERROR = 1  # any other error
    USAGE = 2  # the command line is wrong; nothing was sent
    REJECTED = 3  # Anaplan rejected rows, or a dry run predicts that it would
    FAILED = 4  # the task failed or was cancelled
    UNCERTAIN = 5  # the outcome is not known, or the time was up
    DENIED = 6  # signing in failed, or the user may not do this
    NOT_FOUND = 7  # there is no such workspace, model, file or action
    DIFFERENT = 8  # two tables differ, or the command needs a confirmation
    INTERRUPTED = 130  # Ctrl-C


# The first type that matches counts, so a subclass must come before its base class.
_STATUSES: tuple[tuple[type[BaseException], ExitStatus], ...] = (
    (RejectedRows, ExitStatus.REJECTED),
    (TaskUncertain, ExitStatus.UNCERTAIN),
    (TimeoutError, ExitStatus.UNCERTAIN),
    (TaskFailed, ExitStatus.FAILED),
    (AuthenticationError, ExitStatus.DENIED),
    (PermissionDenied, ExitStatus.DENIED),
    (ConfirmationRequired, ExitStatus.DIFFERENT),
    (NotFound, ExitStatus.NOT_FOUND),
    (click.UsageError, ExitStatus.USAGE),
    (click.Abort, ExitStatus.INTERRUPTED),
    (KeyboardInterrupt, ExitStatus.INTERRUPTED),
)


def status_of(error: BaseException) -> ExitStatus:
    """Return the exit status for an exception that ends a command."""
    found = (status for kind, status in _STATUSES if isinstance(error, kind))
    return next(found, ExitStatus.ERROR)
