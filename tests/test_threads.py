"""Work done ahead, in order, every result looked at."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames import cancellation, threads
from anaplan_frames.clock import Clock
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.threads import in_order


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


def test_what_has_failed_stops_the_next_even_if_a_thread_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    futures: list[Future[Any]] = []
    begun: list[int] = []

    class Watched(ThreadPoolExecutor):
        def submit(self, *args: Any, **options: Any) -> Future[Any]:
            futures.append(super().submit(*args, **options))
            return futures[-1]

    def items() -> Iterator[int]:
        yield 0
        wait(futures, timeout=20)
        yield 1

    def work(number: int) -> int:
        begun.append(number)
        raise RuntimeError("broken")

    monkeypatch.setattr("anaplan_frames.threads.ThreadPoolExecutor", Watched)

    with pytest.raises(RuntimeError, match="broken"):
        list(in_order(work, items(), threads=4, name="t"))
    assert begun == [0]


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


def test_after_an_interrupt_work_that_never_began_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "_LONGEST_END", 30.0)
    gate = threading.Event()
    pool = ThreadPoolExecutor(max_workers=1)
    under_way: list[Future[Any]] = [pool.submit(gate.wait, 20), pool.submit(int)]
    threading.Timer(0.1, gate.set).start()
    begin = time.monotonic()
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        threads._end(pool, under_way)
    assert time.monotonic() - begin < 10
    assert (under_way[0].done(), under_way[1].cancelled()) == (True, True)


class CountingClock(Clock):
    """Counts how often somebody waits, who learns it from `waiting`."""

    def __init__(self) -> None:
        self.naps = 0
        self.waiting = threading.Event()

    def sleep(self, seconds: float) -> None:
        self.naps += 1
        self.waiting.set()
        time.sleep(0.01)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize(
    ("chunk", "given"),
    [(0, 1), (1, 12)],  # those that pack wait for the first one; more than there are threads
)
def test_a_thread_that_waits_to_try_again_gives_up_when_the_work_is_given_up(
    chunk: int, given: int, interruption: type[BaseException]
) -> None:
    clock = CountingClock()
    with Sandbox.demo(rate_limit=None) as sandbox, sandbox.connect(clock=clock) as connection:
        model = connection.model("Flight Planning")
        sandbox.faults.add("503", path=f"*/chunks/{chunk}", times=None, retry_after=250)

        def parts() -> Iterator[pd.DataFrame]:
            for _ in range(given):
                names = [f"{number:050d}" for number in range(3_000)]
                yield pd.DataFrame({"carrier": names, "name": names})
            clock.waiting.wait(20)
            raise interruption

        with pytest.raises(interruption):
            model.files["airlines.csv"].write(parts(), chunk_bytes=1_000_000)
        assert clock.waiting.is_set()
        assert clock.naps < 100
        assert not [t for t in threading.enumerate() if t.name.startswith("anaplan-")]
        # Which of the chunks had arrived is a matter of chance.
        words = r"no content|not complete|chunk 0 .* not there"
        with pytest.raises((af.NotFound, af.TransferError), match=words):
            model.files["airlines.csv"].read()


def test_an_interrupt_waits_once_however_deep_the_work_is_nested() -> None:
    stuck = threading.Event()

    def inner(number: int) -> int:
        if number:
            stuck.wait(20)
        return number

    def items() -> Iterator[int]:
        yield from in_order(inner, range(3), threads=2, name="inner")
        raise KeyboardInterrupt

    def outer(number: int) -> int:
        stuck.wait(20)
        return number

    before = threading.active_count()
    ends = in_order(outer, items(), threads=8, name="outer")
    threading.Timer(
        0.2, signal.pthread_kill, [threading.main_thread().ident, signal.SIGINT]
    ).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(ends)
    seconds = time.monotonic() - begin - 0.2
    stuck.set()
    assert seconds < 1.5 * cancellation._GRACE + 0.2  # not once for each
    while threading.active_count() > before:
        time.sleep(0.01)


def test_the_result_that_is_waited_for_counts_as_under_way() -> None:
    stuck = threading.Event()
    threading.Timer(
        0.2, signal.pthread_kill, [threading.main_thread().ident, signal.SIGINT]
    ).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(in_order(lambda number: stuck.wait(20), [0], threads=1, name="t"))
    seconds = time.monotonic() - begin
    stuck.set()
    assert seconds < 5


def test_no_request_begins_after_the_work_was_given_up() -> None:
    given_up = cancellation.Signal()
    given_up.set(abort=True)
    with cancellation.listening(given_up), pytest.raises(cancellation.Stopped):
        cancellation.begin_request(lambda: None)


def test_giving_work_up_ends_the_requests_of_work_within_it() -> None:
    ended: list[str] = []
    given_up = cancellation.Signal()
    with cancellation.listening(given_up), cancellation.inner_work() as inner:
        inner.begin(lambda: ended.append("of the inner work"))
        cancellation.begin_request(lambda: ended.append("of its own"))
        cancellation.finish_request()  # the inner work goes on
        given_up.set(abort=True)
        assert inner.is_set()
    assert ended == ["of the inner work"]


def test_an_iteration_ends_with_the_call_that_takes_it_further() -> None:
    ended = threading.Event()

    def work(number: int) -> int:
        if number:
            cancellation.begin_request(ended.set)
            ended.wait(20)
            cancellation.check("sending")
        return number

    first, second = cancellation.Signal(), cancellation.Signal()
    results = in_order(work, range(2), threads=1, name="t")
    with cancellation.listening(first):
        assert next(results) == 0
    threading.Timer(0.05, second.set, kwargs={"abort": True}).start()
    with cancellation.listening(second), pytest.raises(cancellation.Stopped):
        next(results)
    assert ended.is_set()


def test_a_wait_ends_when_the_work_is_given_up() -> None:
    given_up = cancellation.Signal()
    threading.Timer(0.05, given_up.set).start()
    begin = time.monotonic()
    with cancellation.listening(given_up):
        Clock().sleep(20)
    assert time.monotonic() - begin < 10
