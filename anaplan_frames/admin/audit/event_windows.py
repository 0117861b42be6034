"""The time that is asked for, cut into spans that the service answers; pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

DAY_MS = 86_400_000
KEPT_MS = 30 * DAY_MS
"""For so long Anaplan keeps events, says its help; a request may span as much."""
_MARGIN_MS = 15 * 60_000  # the clocks differ, and events end while they are read
SPAN_MS = KEPT_MS - _MARGIN_MS
_LONGEST_MS = SPAN_MS + 1000  # more than the usual time, so that it is one span
_OLDEST_MS = 366 * DAY_MS

Moment: TypeAlias = str | dt.datetime | dt.date | dt.timedelta | None


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time in milliseconds since the epoch, both ends included."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Period:
    """The time that is asked for: from `since`, included, to `until`, which is not included.

    Attributes
    ----------
    since, until : int
        Milliseconds since the epoch.
    kept_since : int
        Anaplan probably has no events from before.
    """

    since: int
    until: int
    kept_since: int

    @property
    def is_kept(self) -> bool:
        """Whether Anaplan has all events of it, as far as that is known."""
        return self.since >= self.kept_since

    def windows(self, longest: int = _LONGEST_MS) -> Iterator[Window]:
        """Yield the spans to ask for, oldest first.

        Whether the service includes the ends of a span is not documented. Therefore spans overlap
        by a millisecond, and the first one begins one earlier: a reader drops what comes twice.

        Parameters
        ----------
        longest : int
            Milliseconds.
        """
        start = max(self.since, self.kept_since - _OLDEST_MS) - 1
        while start < self.until:
            end = min(start + longest, self.until)
            yield Window(start, end)
            if end == self.until:
                return
            start = end - 1


def period(since: Moment, until: Moment, now: float) -> Period:
    """Return the time between two moments, each with a usual value.

    Parameters
    ----------
    since, until
        As `Audit.events` has them.
    now : float
        Seconds since the epoch.

    Raises
    ------
    TypeError, ValueError
        If one of them is not a moment, or `since` is not before `until`.
    """
    present = math.ceil(now * 1000)
    # A millisecond more, so that what happens right now is before the end.
    end = present + 1 if until is None else _milliseconds(until, "until", present)
    begin = present - SPAN_MS if since is None else _milliseconds(since, "since", present)
    if since is None:
        begin = min(begin, end - SPAN_MS)
    if begin >= end:
        raise ValueError(
            f"since={_shown(begin)} is not before until={_shown(end)}. Give the earlier time as "
            "since=."
        )
    return Period(begin, end, present - KEPT_MS)


def shown_time(milliseconds: int) -> str:
    """Return a moment as messages show it, to the minute."""
    return f"{dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC):%Y-%m-%d %H:%M} UTC"


def _shown(milliseconds: int) -> str:
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return repr(moment.isoformat(timespec="milliseconds"))


def _milliseconds(moment: object, name: str, present: int) -> int:
    """Return a moment in milliseconds since the epoch; without a zone it is UTC."""
    if isinstance(moment, dt.timedelta):
        return present - round(moment / dt.timedelta(milliseconds=1))
    if not isinstance(moment, str | dt.date):
        raise TypeError(
            f"{name} must be a date, a time or a text such as '2026-11-01 08:00', or a timedelta "
            f"for so long ago, not {type(moment).__name__}."
        )
    try:
        time = pd.Timestamp(moment)
    except ValueError as error:
        raise ValueError(f"{name}={moment!r} is not a date or time: '2026-11-01 08:00'.") from error
    if pd.isna(time):
        raise ValueError(f"{name}= is missing (NaT). Give a date or time, or leave it out.")
    time = time.tz_localize("UTC") if time.tzinfo is None else time
    return round(time.timestamp() * 1000)
