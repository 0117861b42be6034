"""The rate limit of a tenant: a token bucket, as in the service."""

from __future__ import annotations

import threading
from collections.abc import Callable


class TokenBucket:
    """A token bucket that allows a burst of `per_minute` requests and refills at that rate.

    Parameters
    ----------
    per_minute : float
        Requests per minute; also the burst.
    clock : callable
        Returns seconds.
    """

    def __init__(self, per_minute: float, clock: Callable[[], float]) -> None:
        if per_minute <= 0:
            raise ValueError("rate_limit must be more than 0, or None for no limit")
        self._capacity = max(1.0, float(per_minute))
        self._per_second = per_minute / 60
        self._clock = clock
        self._tokens = self._capacity
        self._filled_at = clock()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take one token; return 0.0, or the seconds until one is available."""
        with self._lock:
            now = self._clock()
            gained = max(0.0, now - self._filled_at) * self._per_second
            self._tokens = min(self._capacity, self._tokens + gained)
            self._filled_at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return 0.0
            return (1 - self._tokens) / self._per_second
