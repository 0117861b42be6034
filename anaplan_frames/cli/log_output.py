"""Where the command line shows log lines and warnings: stderr, and a file if the user names one."""

from __future__ import annotations

import logging
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

LOGGER = logging.getLogger("anaplan_frames")
SUMMARY = 25
"""The level of the one line that sums up a run: shown by default, not with ``-q``."""

# By how often -v was given; -q counts as -1.
_STDERR_LEVELS = {-1: logging.ERROR, 0: SUMMARY, 1: logging.INFO, 2: logging.DEBUG}
_FILE_FORMAT = logging.Formatter(
    "%(asctime)s %(levelname)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"
)


class LogOutput:
    """The log of one command: a context manager that restores the logger when it ends.

    Warnings go to the log, too, so that they are also in the log file.

    Attributes
    ----------
    as_json : bool
        Whether the user has asked for JSON, so that an error is a JSON document on stdout, too.
    json_lines : bool
        Whether each document is one line.
    rows : int
        How many rejected rows that document holds.
    """

    def __init__(self) -> None:
        self.as_json = False
        self.json_lines = False
        self.rows = 0
        self._verbosity = 0
        self._stderr = logging.StreamHandler(sys.stderr)
        self._stderr.setFormatter(logging.Formatter("anaplan-frames: %(message)s"))
        self._file: logging.Handler | None = None
        self._restore = ExitStack()

    @property
    def verbosity(self) -> int:
        """How much is shown: -1 errors, 0 warnings and the summary, 1 the steps, 2 requests."""
        return self._verbosity

    @verbosity.setter
    def verbosity(self, verbosity: int) -> None:
        self._verbosity = min(verbosity, max(_STDERR_LEVELS))
        self._set_levels()

    def write_to(self, path: Path) -> None:
        """Append the log to a file, with at least the steps of a job, whatever stderr shows."""
        self._file = logging.FileHandler(path, encoding="utf-8")
        self._file.setFormatter(_FILE_FORMAT)
        self._add(self._file)
        self._restore.callback(self._file.close)
        self._set_levels()

    def note(self, text: str) -> None:
        """Write an error that stderr shows already to the log file, if there is one."""
        if self._file is not None:
            record = LOGGER.makeRecord(LOGGER.name, logging.ERROR, "", 0, "%s", (text,), None)
            self._file.handle(record)

    def _set_levels(self) -> None:
        level = _STDERR_LEVELS[self._verbosity]
        self._stderr.setLevel(level)
        if self._file is not None:
            level = min(level, logging.INFO)
            self._file.setLevel(level)
        LOGGER.setLevel(level)

    def _add(self, handler: logging.Handler) -> None:
        LOGGER.addHandler(handler)
        self._restore.callback(LOGGER.removeHandler, handler)

    def __enter__(self) -> Self:
        logging.addLevelName(SUMMARY, "SUMMARY")
        self._restore.callback(LOGGER.setLevel, LOGGER.level)
        self._restore.enter_context(warnings.catch_warnings())
        warnings.showwarning = _log_warning
        self._add(self._stderr)
        self._set_levels()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore.close()


def _log_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Log the sentence of a warning, without the line of code that it points to."""
    LOGGER.warning("%s", message)
