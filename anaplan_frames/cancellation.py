"""Work that is given up: its threads learn of it, and do not begin to wait or to try again."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from anaplan_frames.errors import AnaplanError

_signal: ContextVar[Signal | None] = ContextVar("stop", default=None)
_GRACE = 0.4  # seconds that an interrupt waits in all, for threads and for the network


class Signal:
    """Set when some work is given up, and what can then end the requests under way at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._under_way: dict[object, Callable[[], None]] = {}
        self._aborted = False
        self._outer = _signal.get()  # of the work that this one is a part of

    def is_set(self) -> bool:
        """Whether the work was given up."""
        return self._event.is_set() or (self._outer is not None and self._outer.is_set())

    def wait(self, seconds: float) -> bool:
        """Wait, at most until the work is given up; return whether it was."""
        return self._event.wait(seconds) or self.is_set()

    def set(self, *, abort: bool = False) -> None:
        """Give the work up; with `abort`, end also what waits for the network."""
        self._event.set()
        with self._lock:
            self._aborted = self._aborted or abort
            waiting = list(self._under_way.values()) if abort else []
        for end in waiting:
            end()

    def begin(self, end: Callable[[], None], owner: object = None) -> None:
        """Note how what this thread begins can be ended: a request, or the work of `owner`."""
        with self._lock:
            self._under_way[owner or threading.get_ident()] = end

    def adopt(self, work: Signal) -> bool:
        """Let other work end with this one; return False if it did already."""
        with self._lock:
            if work in self._under_way:
                return False
            self._under_way[work] = partial(work.set, abort=True)
            aborted = self._aborted
        if aborted:
            work.set(abort=True)
        return True

    def finish(self, owner: object = None) -> None:
        """Note that it is over."""
        with self._lock:
            self._under_way.pop(owner or threading.get_ident(), None)


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
    """Let the request that this thread begins be ended by `end` if the work is given up.

    Raises
    ------
    Stopped
        If it is given up already.
    """
    signal = _signal.get()
    if signal is not None:
        signal.begin(end)
        check("sending")  # it may have been given up in between


def finish_request() -> None:
    """Note that the request of this thread is over, so that its connection may be another's."""
    signal = _signal.get()
    if signal is not None:
        signal.finish()


@contextmanager
def inner_work() -> Iterator[Signal]:
    """Yield the signal of work with threads of its own, which ends with what it is a part of."""
    own = Signal()
    with ends_with_caller(own):
        yield own


@contextmanager
def ends_with_caller(work: Signal) -> Iterator[None]:
    """Give the work up, too, if what this thread does meanwhile is given up.

    An iterator may be taken further by another call than the one that has begun it.
    """
    outer = _signal.get()
    if outer is None or not outer.adopt(work):
        yield
        return
    try:
        yield
    finally:
        outer.finish(work)


def sleep(seconds: float) -> None:
    """Wait, but not longer than until the work of this thread is given up."""
    signal = _signal.get()
    if signal is None:
        time.sleep(seconds)
    else:
        signal.wait(seconds)


def seconds_to_end() -> float | None:
    """Return for how long an interrupt that is under way may still wait; None if there is none.

    All that waits at one interrupt shares one time, however deep it is nested.
    """
    interrupt = _interrupt()
    if interrupt is None:
        return None
    end: float = interrupt.__dict__.setdefault("_ends", time.monotonic() + _GRACE)
    return max(0.0, end - time.monotonic())


def _interrupt() -> BaseException | None:
    """Return the Ctrl-C or exit that is handled here, perhaps by closing what it leaves."""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
        error = error.__context__
    return error


def check(label: str) -> None:
    """Raise Stopped if the work was given up."""
    signal = _signal.get()
    if signal is not None and signal.is_set():
        raise Stopped(f"{label}: given up, as the work that it belongs to was.")


def check_process(process: int) -> None:
    """Raise AnaplanError in a child that was forked from the process which began this reading."""
    if os.getpid() != process:
        raise AnaplanError(
            "This read was started in the parent of this forked process, and cannot go on here. "
            "Read again in this process."
        )
