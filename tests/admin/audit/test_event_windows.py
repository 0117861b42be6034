"""Any time is asked for in spans that the service answers, with nothing between them."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.admin.audit.event_windows import (
    DAY_MS,
    KEPT_MS,
    Period,
    Window,
    period,
)

NOW = 1_800_000_000.0
NOW_MS = 1_800_000_000_000


# Together less than a year before what is kept, beyond which nothing is asked for.
@given(st.integers(0, 190 * DAY_MS), st.integers(1, 200 * DAY_MS), st.integers(3, KEPT_MS))
def test_spans_cover_the_whole_time_and_overlap(ago: int, length: int, longest: int) -> None:
    asked = Period(NOW_MS - ago - length, NOW_MS - ago, NOW_MS - KEPT_MS)
    longest = max(longest, length // 50)
    windows = list(asked.windows(longest))
    assert windows[0].start < asked.since
    assert windows[-1].end == asked.until
    assert all(0 < each.end - each.start <= longest for each in windows)
    pairs = itertools.pairwise(windows)
    assert all(later.start == earlier.end - 1 for earlier, later in pairs)


def test_a_span_is_never_longer_than_the_service_allows() -> None:
    longest = max(window.end - window.start for window in period("2026-06-01", None, NOW).windows())
    assert longest < KEPT_MS


def test_by_default_it_is_what_anaplan_still_keeps() -> None:
    asked = period(None, None, NOW)
    assert asked.is_kept
    assert len(list(asked.windows())) == 1
    assert NOW_MS < asked.until <= NOW_MS + 1
    assert asked.since - asked.kept_since == 15 * 60_000


def test_long_ago_is_asked_for_no_further_than_a_year_before_that() -> None:
    windows = list(period("1970-01-01", None, NOW).windows())
    assert len(windows) == 14
    assert windows[0].start == NOW_MS - KEPT_MS - 366 * DAY_MS - 1


@pytest.mark.parametrize(
    "moment",
    [
        "2027-01-15T08:00:00Z",
        "2027-01-15 08:00",
        "2027-01-15 09:00+01:00",
        dt.datetime(2027, 1, 15, 8),
        dt.datetime(2027, 1, 15, 9, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        pd.Timestamp("2027-01-15 08:00"),
        pd.Timestamp("2027-01-15 03:00", tz="America/New_York"),
    ],
)
def test_a_moment_without_a_zone_is_utc(moment: Any) -> None:
    asked = period(moment, None, NOW + 60)
    assert asked.since == NOW_MS
    assert period(dt.date(2027, 1, 15), moment, NOW).until == NOW_MS


@pytest.mark.parametrize("ago", [dt.timedelta(days=2), pd.Timedelta("2D")])
def test_a_timedelta_is_so_long_ago(ago: dt.timedelta) -> None:
    assert period(ago, None, NOW).since == NOW_MS - 2 * DAY_MS


@pytest.mark.parametrize(
    ("since", "until", "kind", "message"),
    [
        ("yesterdayish", None, ValueError, "since='yesterdayish' is not a date or time"),
        (None, pd.NaT, ValueError, "until= is missing"),
        ("NaT", None, ValueError, "since= is missing"),
        (1_780_000_000, None, TypeError, "since must be a date, a time or a text .*, not int"),
        ("2026-11-02", "2026-11-01", ValueError, "is not before until='2026-11-01T00:00:00.000"),
        ("2026-11-02", "2026-11-02", ValueError, "is not before until="),
    ],
)
def test_what_is_not_a_time_is_refused(
    since: Any, until: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        period(since, until, NOW)


def test_a_window_is_shown_by_its_ends() -> None:
    assert repr(Window(1, 2)) == "Window(start=1, end=2)"
