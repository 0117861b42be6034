"""Work that is given up: its threads learn of it, and do not begin to wait or to try again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from anaplan_frames.errors import AnaplanError

_signal: ContextVar[Signal | None] = ContextVar("stop", default=None)


class Signal:
    """Set when some work is given up, and what can then end the requests under way at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._under_way: dict[int, Callable[[], None]] = {}
        self._outer = _signal.get()  # of the work that this one is a part of

    def is_set(self) -> bool:
        """Whether the work was given up."""
        return self._event.is_set() or (self._outer is not None and self._outer.is_set())

    def set(self, *, abort: bool = False) -> None:
        """Give the work up; with `abort`, end also what waits for the network."""
        self._event.set()
        with self._lock:
            waiting = list(self._under_way.values()) if abort else []
        for end in waiting:
            end()

    def begin(self, end: Callable[[], None]) -> None:
        """Note how the request that this thread begins can be ended."""
        with self._lock:
            self._under_way[threading.get_ident()] = end

    def finish(self) -> None:
        """Note that the request of this thread is over."""
        with self._lock:
            self._under_way.pop(threading.get_ident(), None)


class Stopped(AnaplanError):
    """The work that this thread does a part of was given up."""


@contextmanager
def listening(signal: Signal) -> Iterator[None]:
    """Have `check` raise in this thread once the signal is set."""
    before = _signal.set(signal)
    try:
        yield
    finally:
        _signal.reset(before)


def begin_request(end: Callable[[], None]) -> None:
    """Let the request that this thread begins be ended by `end` if the work is given up."""
    signal = _signal.get()
    if signal is not None:
        signal.begin(end)


def finish_request() -> None:
    """Note that the request of this thread is over, so that its connection may be another's."""
    signal = _signal.get()
    if signal is not None:
        signal.finish()


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
