"""The JSON document of a command that failed, with what a monitor needs."""

from __future__ import annotations

from typing import Any

import click

from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.printing import SCHEMA
from anaplan_frames.cli.task_watch import Interrupted
from anaplan_frames.cli.wording import message_of
from anaplan_frames.errors import AnaplanError, JobError


def error_document(error: BaseException, status: ExitStatus, *, rows: int) -> dict[str, Any]:
    """Return what is known: the result, as far as there is one, and the error.

    Parameters
    ----------
    rows : int
        How many rejected rows to include.

    Returns
    -------
    dict
        The keys of `WriteResult.to_dict`, if something was written or run, and ``error``:
        ``type``, ``message``, ``exit_status``, ``http_status``, ``retryable`` and ``task`` (the
        URL of the task, if it may still be running).
    """
    result = getattr(error, "result", None) or getattr(error, "plan", None)
    known = result.to_dict(rows=rows) if result is not None else {"schema": SCHEMA}
    said = error.format_message() if isinstance(error, click.ClickException) else message_of(error)
    task = error.task if isinstance(error, JobError | Interrupted) else None
    return known | {
        "error": {
            "type": "Interrupted" if status is ExitStatus.INTERRUPTED else type(error).__name__,
            "message": said,
            "exit_status": int(status),
            "http_status": getattr(error, "status", None),
            "retryable": isinstance(error, AnaplanError) and error.retryable,
            "task": None if task is None else task.url,
        }
    }
