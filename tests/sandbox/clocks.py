"""Clocks for a sandbox that a test turns."""

from __future__ import annotations

import time


class ClockAhead:
    """Real time, and `ahead` seconds more."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead
