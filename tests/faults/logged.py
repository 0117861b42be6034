"""The requests for chunks, by the library's own log."""

from __future__ import annotations

import logging

import pytest


class LoggedChunks:
    """The numbers of the chunks that were sent or fetched since the last look."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG, "anaplan_frames")
        self._caplog = caplog

    def take_sent(self) -> list[int]:
        """Return the numbers of chunks that were sent, whether they arrived or not, sorted."""
        return sorted(_number(line) for line in self._lines() if line.startswith("PUT "))

    def take_fetched(self) -> list[int]:
        """Return the numbers of chunks that were fetched, in order."""
        return [
            _number(line)
            for line in self._lines()
            if "/chunks/" in line and line.startswith("GET ") and line.endswith(": 200")
        ]

    def _lines(self) -> list[str]:
        lines = [str(record.getMessage()) for record in self._caplog.records]
        self._caplog.clear()
        return lines


def _number(line: str) -> int:
    return int(line.rsplit("/", 1)[1].split(":")[0])
