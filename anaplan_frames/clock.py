"""The one clock that all waiting goes through, so that a test can turn it."""

from __future__ import annotations

import time

from anaplan_frames import cancellation


class Clock:
    """Real time."""

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; the wait ends early if the work of this thread is given up."""
        cancellation.sleep(seconds)
