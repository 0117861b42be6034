"""The token bucket that keeps all threads of a connection within Anaplan's request limit."""

from __future__ import annotations

import threading

from anaplan_frames.clock import Clock


class Limiter:
    """Give each request its slot in time: a burst at once, then an even flow.

    Parameters
    ----------
    per_minute : float or None
        Requests a minute, and how many may be sent at once. None: no limit except `hold`.
    clock : Clock

    Attributes
    ----------
    taken : int
        How many slots were taken since the connection was made.
    """

    def __init__(self, per_minute: float | None, clock: Clock) -> None:
        self._interval = 60 / per_minute if per_minute else 0.0
        self._reserve = self._interval * ((per_minute or 1) - 1)
        self._clock = clock
        self.taken: int = 0
        self._slot = clock.monotonic() - self._reserve
        self._lock = threading.Lock()

    def take(self) -> float:
        """Reserve the next slot and return the seconds until it comes."""
        with self._lock:
            now = self._clock.monotonic()
            slot = max(self._slot, now - self._reserve)
            self._slot = slot + self._interval
            self.taken += 1
            return max(0.0, slot - now)

    def after_fork(self) -> None:
        """Replace the lock, which another thread of the parent may have held."""
        self._lock = threading.Lock()

    def hold(self, seconds: float) -> None:
        """Give no slots for some seconds: Anaplan said that there were too many requests."""
        with self._lock:
            self._slot = max(self._slot, self._clock.monotonic() + seconds)
