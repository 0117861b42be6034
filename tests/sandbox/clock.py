"""A clock that only moves when a test moves it."""

from __future__ import annotations


class Clock:
    """Returns `now`, in seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now
