"""Asking again until something has happened, with pauses that grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from anaplan_frames.clock import Clock
from anaplan_frames.deadline import remaining_seconds

Found = TypeVar("Found")

FIRST_PAUSE = 0.05  # seconds
_GROWTH = 1.5
_LONGEST_PAUSE = 5.0
_LONGEST_STEP = 1.0


def growing_pauses(first: float = FIRST_PAUSE, longest: float = _LONGEST_PAUSE) -> Iterator[float]:
    """Yield the seconds between looks, without end: each half as long again, up to the longest."""
    pause = first
    while True:
        yield pause
        pause = min(pause * _GROWTH, longest)


def poll(
    look: Callable[[], Found | None],
    clock: Clock,
    *,
    pauses: Iterable[float] | None = None,
    timeout: float | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Found | None:
    """Look at once, then after each pause, until there is something to return.

    Parameters
    ----------
    look : callable
        Returns what was waited for, or None as long as it is not there.
    clock : Clock
        Where the time passes.
    pauses : iterable of float, optional
        Seconds between looks; after the last pause there is one more look. By default they grow
        and do not end.
    timeout : float, optional
        Seconds after which there is no further look.
    on_wait : callable, optional
        Called at least every second between looks, for instance to move a clock on.

    Returns
    -------
    object or None
        What `look` returned; None if the pauses or the time came to an end.
    """
    end = None if timeout is None else clock.monotonic() + timeout
    for pause in growing_pauses() if pauses is None else pauses:
        if end is not None and clock.monotonic() >= end:
            return None
        found = look()
        if found is not None:
            return found
        _wait(clock, pause, on_wait)
    return look()


def _wait(clock: Clock, pause: float, on_wait: Callable[[], None] | None) -> None:
    """Wait, but not beyond the end of the time for the whole call; the next look notices it."""
    limit = remaining_seconds()
    seconds = pause if limit is None else min(pause, limit)
    if on_wait is None:
        clock.sleep(seconds)
        return
    while seconds > 0:
        step = min(_LONGEST_STEP, seconds)
        clock.sleep(step)
        on_wait()
        seconds -= step
