"""The time for a whole call: set once, noticed by whatever waits or sends within it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from anaplan_frames.clock import Clock
from anaplan_frames.errors import TransferTimeout


@dataclass(frozen=True, slots=True)
class _Deadline:
    clock: Clock
    seconds: float
    end: float


_current: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def time_limit(clock: Clock, seconds: float | None) -> Iterator[None]:
    """Let what is done here take so many seconds at most; an earlier limit still counts.

    Parameters
    ----------
    clock : Clock
    seconds : float or None
        None: no limit of its own.

    Raises
    ------
    TypeError, ValueError
        If `seconds` is not a number from 0.
    """
    check_timeout(seconds)
    if seconds is None:
        yield
        return
    end = clock.monotonic() + seconds
    outer = _current.get()
    if outer is not None and outer.end <= end:
        yield
        return
    token = _current.set(_Deadline(clock, seconds, end))
    try:
        yield
    finally:
        _current.reset(token)


def remaining_seconds() -> float | None:
    """Return the seconds until the limit, at least 0; None if there is none."""
    deadline = _current.get()
    return None if deadline is None else max(0.0, deadline.end - deadline.clock.monotonic())


def check_time(label: str) -> None:
    """Raise TransferTimeout if the time is over.

    Parameters
    ----------
    label : str
        What was about to be done, in words.
    """
    deadline = _current.get()
    if deadline is not None and deadline.clock.monotonic() >= deadline.end:
        raise TransferTimeout(
            f"{label}: the {deadline.seconds:g} seconds of timeout= were over before anything was "
            "started in Anaplan. Running it again does no harm; give it more time."
        )


def check_timeout(seconds: object) -> None:
    """Refuse what is not a time, before anything is sent; None sets no limit.

    Raises
    ------
    TypeError, ValueError
        If it is not a number of seconds from 0.
    """
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"timeout must be a number of seconds, or None, not {seconds!r}")
    if not seconds >= 0:
        raise ValueError(f"timeout must be a number of seconds from 0, or None, not {seconds!r}")
