"""Clocks for a sandbox that a test moves."""

from __future__ import annotations

import time


class Clock:
    """Only moves when a test moves it: returns `now`, in seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class ClockAhead:
    """Returns real time, and `ahead` seconds more."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead
