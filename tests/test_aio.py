"""The functions for asyncio: the same results, and work that ends when its task is cancelled."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, get_overloads

import pandas as pd
import pandas.testing
import pytest

import anaplan_frames as af
from anaplan_frames import aio
from anaplan_frames.clock import Clock
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer.file_lock import file_lock
from tests.faults import interrupted

LONGEST = 1.0  # second


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0, export_chunk_size=100) as running:
        interrupted.build(running)
        yield running


@pytest.fixture
def model(sandbox: Sandbox) -> Iterator[af.Model]:
    with sandbox.connect(requests_per_minute=None) as connection:
        yield connection.model("M")
    sandbox.faults.clear()


# They end by themselves, and nobody waits for them.
_UNAWAITED = {"anaplan-connect", "anaplan-early", "anaplan-logout"}


def our_threads() -> list[str]:
    names = [each.name for each in threading.enumerate() if each.name.startswith("anaplan-")]
    return [name for name in names if name not in _UNAWAITED]


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not happened():
            await asyncio.sleep(0.001)


def test_the_functions_return_what_those_without_aio_return(model: af.Model) -> None:
    expected = af.read_anaplan("Things export", model)

    async def read_all() -> tuple[Any, ...]:
        return await asyncio.gather(
            aio.read_anaplan("Things export", model, run=False),
            aio.read_arrow("Things export", model, run=False),
            aio.read_anaplan("Things", model, kind="lists", nrows=3),
            aio.to_anaplan(interrupted.ROWS, "Load others", model, dry_run=True),
            aio.call(model.tasks, outcomes=False),
            aio.compare(expected, expected.head(3), key=list(expected.columns[:1])),
        )

    frame, reader, first, plan, tasks, comparison = asyncio.run(read_all())
    pandas.testing.assert_frame_equal(frame, expected)
    assert reader.read_all().num_rows == len(expected)
    assert list(first["name"]) == ["t0", "t1", "t2"]
    assert isinstance(plan, af.WritePlan)
    assert len(comparison.removed) == len(expected) - 3
    assert list(tasks["name"].unique()) == ["Things export"]


@pytest.mark.parametrize("name", ["compare", "read_anaplan", "read_arrow", "to_anaplan"])
def test_a_function_has_the_parameters_of_the_one_without_aio(name: str) -> None:
    ours, original = getattr(aio, name), getattr(af, name)
    assert inspect.iscoroutinefunction(ours)
    assert inspect.signature(ours) == inspect.signature(original)
    assert list(map(inspect.signature, get_overloads(ours))) == list(
        map(inspect.signature, get_overloads(original))
    )


def test_the_event_loop_goes_on_while_a_call_waits() -> None:
    async def count() -> int:
        waiting = asyncio.create_task(aio.call(time.sleep, 0.1))
        turns = 0
        while not waiting.done():
            turns += 1
            await asyncio.sleep(0.01)
        return turns

    assert asyncio.run(count()) > 5


def test_a_call_sees_the_context_variables_of_its_caller() -> None:
    variable = ContextVar("variable", default="nothing")

    async def in_context() -> str:
        variable.set("of the caller")
        return await aio.call(variable.get)

    assert asyncio.run(in_context()) == "of the caller"


def test_what_a_function_raises_is_raised(model: af.Model) -> None:
    with pytest.raises(af.NotFound, match="'Thinks export'"):
        asyncio.run(aio.read_anaplan("Thinks export", model))
    assert not our_threads()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (aio.read_anaplan, r"await read_anaplan\(\.\.\.\) itself"),
        (pd.DataFrame(), "takes a function .* not DataFrame"),
    ],
)
def test_what_cannot_be_called_in_a_thread_is_refused(wrong: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        asyncio.run(aio.call(wrong))


async def cancelled(work: Awaitable[Any], when: Callable[[], object], delay: float) -> float | None:
    """Cancel work some time after `when`; return the seconds until it ended, None if it had."""
    task = asyncio.ensure_future(work)
    await until(lambda: when() or task.done())
    await asyncio.sleep(delay)
    if not task.cancel():
        await task
        return None
    begun = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not our_threads())
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("job", "count"),
    [pytest.param(name, 20, marks=pytest.mark.long) for name in interrupted.JOBS],
)
def test_cancelling_ends_the_work_within_a_second_at_any_moment(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str, count: int
) -> None:
    monkeypatch.setattr("anaplan_frames.transfer.upload.SMALLEST_CHUNK", 30)
    seen = 0
    for turn, moment in enumerate(
        interrupted.moments_of(sandbox, job, count, tmp_path, seed=count + 1)
    ):
        fault = None
        with sandbox.connect(requests_per_minute=None) as connection:
            model = connection.model("M")
            if moment.request is not None:
                fault = sandbox.faults.add(
                    moment.stall, after=moment.request, times=None, seconds=6
                )
            work = aio.call(interrupted.JOBS[job], model, tmp_path, turn)
            begun = (lambda: True) if fault is None else partial(getattr, fault, "hits")
            seconds = asyncio.run(cancelled(work, begun, moment.delay))
            sandbox.faults.clear()
        if seconds is not None:
            assert seconds < LONGEST, moment
            seen += 1
    assert seen >= 0.6 * count  # the others had ended
    with sandbox.connect() as connection:  # nothing holds up the next run
        interrupted.JOBS[job](connection.model("M"), tmp_path, count)


def test_cancelling_ends_the_wait_for_another_try(sandbox: Sandbox, model: af.Model) -> None:
    fault = sandbox.faults.add("503", path="*/lists", times=None, retry_after=250)
    seconds = asyncio.run(cancelled(aio.call(lambda: model.lists.names), lambda: fault.hits, 0.1))
    assert seconds is not None
    assert seconds < LONGEST


def test_cancelling_ends_the_wait_between_looks_at_a_task(model: af.Model) -> None:
    class Patient(Clock):
        def sleep(self, seconds: float) -> None:
            waiting.set()
            super().sleep(seconds * 1000)

    waiting = threading.Event()
    with Sandbox.demo(task_pause=20) as slow, slow.connect(clock=Patient()) as connection:
        work = aio.call(connection.model("Flight Planning").processes["Load all"].run)
        seconds = asyncio.run(cancelled(work, waiting.is_set, 0.1))
    assert seconds is not None
    assert seconds < LONGEST


def test_cancelling_ends_the_wait_for_a_file_that_another_run_writes_to(model: af.Model) -> None:
    file = model.files["things.csv"]
    held = file_lock(file.catalogue.transport.api_url, file.path, label="the file")
    with held:
        seconds = asyncio.run(cancelled(aio.call(file.upload, b"Name,Text\n"), lambda: True, 0.3))
    assert seconds is not None
    assert seconds < LONGEST


def test_a_time_limit_of_asyncio_ends_the_work(sandbox: Sandbox, model: af.Model) -> None:
    sandbox.faults.add("stall", path="*/lists", times=None, seconds=10)

    async def limited() -> None:
        async with asyncio.timeout(0.1):
            await aio.call(lambda: model.lists.names)

    with pytest.raises(TimeoutError):
        asyncio.run(limited())
    assert not our_threads()


def test_frames_are_iterated_over_one_by_one(model: af.Model) -> None:
    async def read() -> list[int]:
        frames = await aio.read_anaplan("Things", model, chunksize=7, nrows=30)
        return [len(frame) async for frame in aio.iterate(frames)]

    assert asyncio.run(read()) == [7, 7, 7, 7, 2]
    assert not our_threads()


def test_leaving_an_iteration_closes_what_is_iterated_over(model: af.Model) -> None:
    async def read_one() -> af.Frames:
        frames = await aio.read_anaplan("Things export", model, chunksize=7)
        async with aclosing(aio.iterate(frames)) as each:
            async for frame in each:
                assert len(frame) == 7
                break
        return frames

    assert list(asyncio.run(read_one())) == []
    assert not our_threads()


@pytest.mark.long
def test_work_that_asks_nothing_of_anaplan_is_left_alone_after_a_second() -> None:
    gate = threading.Event()

    async def stuck() -> float:
        task = asyncio.create_task(aio.call(gate.wait, 20))
        await until(our_threads)
        task.cancel()
        begun = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - begun

    seconds = asyncio.run(stuck())
    gate.set()
    assert 0.9 < seconds < 2
    while our_threads():
        time.sleep(0.001)
