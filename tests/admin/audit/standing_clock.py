"""A clock that stands still, and does not wait."""

from __future__ import annotations

from anaplan_frames.clock import Clock


class Standing(Clock):
    """Shows one time, in seconds since the epoch, until a test sets another."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Wait for nothing."""
