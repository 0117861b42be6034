"""Work done ahead, in order, every result looked at."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from anaplan_frames.transfer.pipeline import in_order


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return number

    assert list(in_order(slow_first, range(20), threads=4, name="t")) == list(range(20))


def test_items_are_drawn_no_further_ahead_than_there_are_threads() -> None:
    drawn = 0

    def items() -> Iterator[int]:
        nonlocal drawn
        for number in range(100):
            drawn = number + 1
            yield number

    results = in_order(lambda number: number, items(), threads=3, name="t")
    next(results)
    assert drawn == 4
    results.close()


def test_the_first_failure_is_raised_and_nothing_new_begins() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 2:
            raise RuntimeError("broken")
        return number

    with pytest.raises(RuntimeError, match="broken"):
        list(in_order(work, range(1000), threads=2, name="t"))
    assert len(begun) < 10


def test_a_failure_of_the_items_stops_the_threads() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the caller's own")

    with pytest.raises(ValueError, match="the caller's own"):
        list(in_order(lambda number: number, items(), threads=2, name="stopping"))
    assert not [t for t in threading.enumerate() if t.name.startswith("stopping")]


def test_leaving_early_leaves_no_thread_behind() -> None:
    results = in_order(lambda number: number, range(100), threads=2, name="leaving")
    assert next(results) == 0
    results.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("leaving")]
