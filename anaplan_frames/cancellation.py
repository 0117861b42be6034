"""Work that is given up: its threads learn of it, and do not begin to wait or to try again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from anaplan_frames.errors import AnaplanError

_signal: ContextVar[threading.Event | None] = ContextVar("stop", default=None)


class Stopped(AnaplanError):
    """The work that this thread does a part of was given up."""


@contextmanager
def listening(signal: threading.Event) -> Iterator[None]:
    """Have `check` raise in this thread once the signal is set."""
    before = _signal.set(signal)
    try:
        yield
    finally:
        _signal.reset(before)


def check(label: str) -> None:
    """Raise Stopped if the work was given up."""
    signal = _signal.get()
    if signal is not None and signal.is_set():
        raise Stopped(f"{label}: given up, as the work that it belongs to was.")


def check_process(process: int) -> None:
    """Raise AnaplanError in a child that was forked from the process which began this reading."""
    if os.getpid() != process:
        raise AnaplanError(
            "This read was begun by the process that this one was forked from, and cannot be "
            "continued here. Read again."
        )
