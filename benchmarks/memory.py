"""How much memory a piece of work took: this process's peak, counted from a moment on."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # man 5 proc


def start() -> float | None:
    """Give back what is free, count the peak from now on, and return what is in use.

    Returns
    -------
    float or None
        Megabytes; None if the system does not show it (it takes Linux).
    """
    gc.collect()
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.default_memory_pool().release_unused()
    if not _CLEAR.exists():
        return None
    # Memory that was freed but kept would be used again unseen.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    _CLEAR.write_text(_RESET_PEAK)
    return _megabytes("VmRSS")


def peak() -> float | None:
    """Return the most that was in use since `start`, in megabytes."""
    return _megabytes("VmHWM") if _STATUS.exists() else None


def _megabytes(field: str) -> float:
    lines = _STATUS.read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024 / 1e6
