"""Run a command: how its end becomes a sentence on stderr and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from anaplan_frames.cli.commands import app
from anaplan_frames.cli.exit_status import ExitStatus, status_of
from anaplan_frames.cli.log_output import LOGGER, LogOutput
from anaplan_frames.errors import AnaplanError


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
    with LogOutput() as log:
        try:
            status = app.main(argv, "anaplan-frames", standalone_mode=False, obj=log)
            sys.stdout.flush()  # here, where a closed pipe is still an error that can be handled
        except click.ClickException as error:
            error.show()
            return status_of(error)
        except (click.Abort, KeyboardInterrupt) as error:
            return status_of(error)
        except BrokenPipeError as error:
            _discard_stdout()
            return status_of(error)
        except (AnaplanError, ImportError, OSError) as error:
            LOGGER.error("%s", getattr(error, "strerror", None) or error)
            return status_of(error)
        except Exception:
            LOGGER.exception("This is a bug in anaplan-frames. Please report it with these lines:")
            return ExitStatus.ERROR
    return status or ExitStatus.OK


def _discard_stdout() -> None:
    """Drop what is still buffered for a closed pipe; Python would report it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
