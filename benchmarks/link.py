"""A line of limited width: one bucket for all connections and both directions."""

from __future__ import annotations

import threading
import time


class Link:
    """Make bytes wait as on a line of so many bits a second.

    Parameters
    ----------
    mbit : float or None
        Megabits a second, over all connections and both directions together; None for no limit.
    delay : float
        Seconds before each answer.
    """

    PIECE = 16_384
    """Bytes to move at once, so that connections share the line evenly."""

    def __init__(self, mbit: float | None, delay: float) -> None:
        self.limited = mbit is not None
        self._seconds_per_byte = 8 / (mbit * 1e6) if mbit else 0.0
        self._delay = delay
        self._free_at = time.monotonic()
        self._lock = threading.Lock()

    def carry(self, count: int) -> None:
        """Wait until `count` more bytes have gone through."""
        if not self.limited:
            return
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + count * self._seconds_per_byte
            rest = self._free_at - now
        time.sleep(rest)

    def wait(self) -> None:
        """Wait as an answer does that comes from far away."""
        if self._delay:
            time.sleep(self._delay)
