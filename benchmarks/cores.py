"""How many processors a measured process may use."""

from __future__ import annotations

import os


def two_cores() -> None:
    """Keep this process to two of its processors, if the system can (it takes Linux)."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
