"""Events that come twice are given once, whatever the service does at the ends of spans."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.admin.audit.event_windows import Period, Window
from anaplan_frames.admin.audit.fresh_events import FreshEvents

_TIME = pa.timestamp("ms", tz="UTC")


def batch_of(events: list[tuple[int, int]]) -> pa.RecordBatch:
    """Make a page of events: ids and times."""
    columns = {
        "id": pa.array([id_ for id_, _ in events], pa.int64()),
        "event_date": pa.array([date for _, date in events], pa.int64()).cast(_TIME),
    }
    return pa.RecordBatch.from_pydict(columns)


@given(
    dates=st.lists(st.integers(0, 60), max_size=30),
    since=st.integers(0, 40),
    length=st.integers(1, 30),
    ends=st.tuples(st.booleans(), st.booleans()),
    size=st.integers(1, 5),
    shuffled=st.randoms(use_true_random=False),
    data=st.data(),
)
def test_each_event_of_the_time_comes_once(
    dates: list[int],
    since: int,
    length: int,
    ends: tuple[bool, bool],
    size: int,
    shuffled: Any,
    data: st.DataObject,
) -> None:
    """The service may leave out either end of a span, and get new events between two pages."""
    events = list(enumerate(dates))
    shuffled.shuffle(events)
    until = since + length
    fresh = FreshEvents(since, until)
    found: list[int] = []
    for window in Period(since, until, 0).windows(data.draw(st.integers(4, 40))):
        low, high = window.start + (not ends[0]), window.end - (not ends[1])
        listed = [event for event in events if low <= event[1] <= high]
        start = 0
        while start < len(listed):
            page = listed[start : start + size]
            found += fresh.take(batch_of(page), window)["id"].to_pylist()
            moved = data.draw(st.integers(0, size - 1))  # new events that come before
            start += len(page) - (moved if start + len(page) < len(listed) else 0)
    assert len(found) == len(set(found))
    assert set(found) == {id_ for id_, date in events if since <= date < until}


def test_an_event_that_is_twice_on_a_page_comes_once() -> None:
    fresh = FreshEvents(0, 10)
    assert fresh.take(batch_of([(1, 5), (2, 6), (1, 5)]), Window(0, 10))["id"].to_pylist() == [1, 2]


@pytest.mark.parametrize("date", [3, 10])
def test_events_outside_of_the_time_are_left_out(date: int) -> None:
    fresh = FreshEvents(4, 10)
    assert fresh.take(batch_of([(1, date), (2, 4)]), Window(3, 10))["id"].to_pylist() == [2]
