"""Run a command: how its end becomes a sentence on stderr, JSON if asked, and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from anaplan_frames.cli.commands import app
from anaplan_frames.cli.error_report import error_document
from anaplan_frames.cli.exit_status import ExitStatus, status_of
from anaplan_frames.cli.log_output import LOGGER, LogOutput
from anaplan_frames.cli.printing import print_json, print_json_line, sum_up
from anaplan_frames.cli.task_watch import Interrupted
from anaplan_frames.cli.wording import message_of
from anaplan_frames.errors import AnaplanError

_COMPLETION = "_ANAPLAN_FRAMES_COMPLETE"  # set by the shell, as click does it


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; an error is one sentence on stderr, without a traceback.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``anaplan-frames``; by default those of the process.

    Returns
    -------
    int
        The exit status, as `ExitStatus` lists them.
    """
    if _COMPLETION in os.environ:
        from anaplan_frames.cli.name_completion import register

        register()
    with LogOutput() as log:
        try:
            status = app.main(argv, "anaplan-frames", standalone_mode=False, obj=log)
            sys.stdout.flush()  # here, where a closed pipe is still an error that can be handled
        except BrokenPipeError as error:
            _discard_stdout()
            return status_of(error)
        except Exception as error:
            return _failed(error, log)
        except KeyboardInterrupt as error:
            return _failed(error, log)
    return status or ExitStatus.OK


def _failed(error: BaseException, log: LogOutput) -> ExitStatus:
    """Say what went wrong, and return the status that says so, too."""
    status = status_of(error)
    if isinstance(error, click.UsageError):
        error.show()
        log.note(error.format_message())
    elif isinstance(error, click.ClickException):
        LOGGER.error("%s", error.format_message())
    elif isinstance(error, Interrupted) and error.message:
        LOGGER.error("%s", error.message)
    elif isinstance(error, AnaplanError | ImportError | OSError):
        LOGGER.error("%s", message_of(error))
        result = getattr(error, "result", None)
        if result is not None:
            sum_up(result)
    elif not isinstance(error, click.Abort | KeyboardInterrupt):
        LOGGER.exception("This is a bug in anaplan-frames. Please report it with these lines:")
    if log.as_json:
        document = error_document(error, status, rows=log.rows)
        (print_json_line if log.json_lines else print_json)(document)
    return status


def _discard_stdout() -> None:
    """Drop what is still buffered for a closed pipe; Python would report it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
