"""Tasks of a model as they begin, move on and end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.clock import Clock
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import TransferTimeout
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.held_tasks import held_tasks


@pytest.fixture
def begin(demo_sandbox: Sandbox) -> Iterator[threading.Event]:
    with held_tasks(demo_sandbox) as event:
        yield event


def test_a_task_is_yielded_again_when_its_progress_or_step_changes(
    demo_sandbox: Sandbox, demo_model: af.Model, begin: threading.Event
) -> None:
    task = demo_model.actions["Clear airports"].start()
    held = demo_sandbox.tasks.find("actions", demo_model.id, "117000000001", task.id)
    assert held is not None
    watch = demo_model.watch(interval=0.1, timeout=20)
    first = next(watch)
    assert (first.id, first.state, first.ended) == (task.id, "NOT_STARTED", False)
    held.progress = 0.4
    assert (next(watch).progress, first.progress) == (0.4, 0.0)
    held.current_step = "Deleting"
    assert next(watch).step == "Deleting"
    begin.set()
    *_, last = watch_to_end(watch)
    assert last.ended
    assert last.result().outcome == "loaded"


def watch_to_end(watch: Iterator[af.Task[af.WriteResult]]) -> Iterator[af.Task[af.WriteResult]]:
    for task in watch:
        yield task
        if task.ended:
            return


@pytest.mark.long
def test_a_task_that_anaplan_lists_and_does_not_show_is_passed_over(
    demo_sandbox: Sandbox,
    demo_model: af.Model,
    begin: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demo_model.actions["Clear airports"].start()
    monkeypatch.setattr(demo_sandbox.tasks, "find", lambda *_: None)
    assert list(demo_model.watch(interval=0.05, timeout=0.1)) == []


@pytest.mark.long
def test_a_task_that_has_run_for_days_is_yielded_once(
    demo_sandbox: Sandbox, demo_model: af.Model, begin: threading.Event
) -> None:
    task = demo_model.actions["Clear airports"].start()
    held = demo_sandbox.tasks.find("actions", demo_model.id, "117000000001", task.id)
    assert held is not None
    held.created -= 3 * 24 * 3600
    watch = demo_model.watch(interval=0.1, timeout=0.5)
    assert next(watch).id == task.id
    held.progress = 0.4
    assert list(watch) == []


def test_a_watch_ends_with_the_time_of_the_whole_call(demo_model: af.Model) -> None:
    with pytest.raises(TransferTimeout), time_limit(Clock(), 0.3):
        list(demo_model.watch(interval=60))


def test_what_is_not_a_time_is_refused_at_once(demo_model: af.Model) -> None:
    for interval in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="must be a number of seconds"):
            demo_model.watch(interval=interval)
    with pytest.raises(TypeError):
        demo_model.watch(interval="5")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout must be a number of seconds from 0"):
        demo_model.watch(timeout=-1)
