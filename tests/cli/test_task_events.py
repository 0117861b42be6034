"""``anaplan-frames tasks --watch``: a line for each change of a task, until all have ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cli import main
from anaplan_frames.clock import Clock
from anaplan_frames.sandbox import Sandbox
from tests.cli.conftest import AIRLINES
from tests.sandbox.held_tasks import held_tasks

WATCH = ["tasks", "--watch", "--interval", "0.2", "-m", "Flight Planning"]


@pytest.fixture
def model(signed_in: Sandbox) -> Iterator[af.Model]:
    """Connect to the demo tenant's model, whose login is in the environment."""
    with signed_in.connect() as connection:
        yield connection.model("Flight Planning")


class Later:
    """Sets an event once the command has looked at the tasks."""

    def __init__(self, sandbox: Sandbox, begin: threading.Event, looks: int = 3) -> None:
        self._tasks, self._begin, self._most = sandbox.tasks, begin, looks
        self._real = self._tasks.of
        self._looks = 0

    def of(self, *given: Any) -> Any:
        """List tasks, and let them begin after some looks."""
        self._looks += 1
        if self._looks == self._most:
            self._begin.set()
        return self._real(*given)


@pytest.fixture
def begun(signed_in: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hold tasks until they were looked at."""
    with held_tasks(signed_in) as event:
        yield event


def lines(captured: str) -> list[str]:
    return captured.splitlines()


@pytest.mark.long
def test_a_task_is_shown_as_it_moves_on_to_its_end(
    signed_in: Sandbox,
    model: af.Model,
    begun: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    task = model.imports["Load airlines"].start(AIRLINES)
    monkeypatch.setattr(signed_in.tasks, "of", Later(signed_in, begun).of)
    assert main([*WATCH, "Load airlines"]) == 0
    shown = capsys.readouterr()
    first, *_, last = lines(shown.out)
    assert f"NOT_STARTED    0%  import 'Load airlines'  {task.id}  Waiting." in first
    assert "COMPLETE" in last
    assert last.endswith(
        f"import 'Load airlines'  {task.id}  loaded, 3 of 3 rows loaded (3 created, 0 updated), "
        "0 ignored, 0 rejected"
    )
    assert "tasks: 1 ended: 1 well" in shown.err


def test_json_is_one_document_a_line_with_the_result_at_the_end(
    signed_in: Sandbox,
    model: af.Model,
    begun: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    twice = pd.concat([AIRLINES, AIRLINES.head(1)])
    task = model.imports["Load airlines"].start(twice)
    monkeypatch.setattr(signed_in.tasks, "of", Later(signed_in, begun, looks=8).of)
    assert main([*WATCH, "--json", "-q"]) == 3  # of all actions
    found = [json.loads(line) for line in lines(capsys.readouterr().out)]
    assert {each["task_id"] for each in found} == {task.id}
    assert [found[0]["state"], found[-1]["state"]] == ["NOT_STARTED", "COMPLETE"]
    assert "result" not in found[0]
    last = found[-1]
    assert (last["kind"], last["name"], last["task"]) == ("import", "Load airlines", task.url)
    assert (last["exit_status"], last["error"]) == (3, None)
    assert last["result"]["rows_rejected"] == 1
    assert last["result"]["reasons"][0]["rows"] == 1
    assert last["result"]["outcome"] == "rejected"


@pytest.mark.long
def test_the_status_is_that_of_the_worst_task(
    signed_in: Sandbox,
    model: af.Model,
    begun: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model.imports["Load airlines"].start(AIRLINES)
    cancelled = model.actions["Clear airports"].start()
    monkeypatch.setattr(signed_in.tasks, "of", Later(signed_in, begun, looks=8).of)
    cancelled._requests.cancel(cancelled.id)  # type: ignore[union-attr]
    assert main([*WATCH, "--json"]) == 4
    shown = capsys.readouterr()
    last = {each["name"]: each for each in map(json.loads, lines(shown.out))}
    assert "tasks: 2 ended: 1 failed or cancelled, 1 well" in shown.err
    assert last["Load airlines"]["exit_status"] == 0
    assert last["Clear airports"]["exit_status"] == 4
    assert last["Clear airports"]["result"]["outcome"] == "cancelled"


def test_nothing_is_shown_if_no_task_is_running(
    signed_in: Sandbox, model: af.Model, capsys: pytest.CaptureFixture[str]
) -> None:
    model.imports["Load airlines"].write(AIRLINES)  # has ended
    assert main([*WATCH, "Load airlines"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "tasks: none was running" in shown.err
    assert main([*WATCH, "Load nothing"]) == 7


@pytest.mark.long
def test_a_task_that_is_listed_as_running_for_days_is_named_and_not_waited_for(
    signed_in: Sandbox,
    model: af.Model,
    begun: threading.Event,
    capsys: pytest.CaptureFixture[str],
) -> None:
    task = model.actions["Clear airports"].start()
    held = signed_in.tasks.find("actions", model.id, "117000000001", task.id)
    assert held is not None
    held.created -= 3 * 24 * 3600
    assert main([*WATCH, "Clear airports"]) == 0
    shown = capsys.readouterr()
    assert f"task {task.id} is listed as running for 72 hours; it is not waited for." in shown.err
    assert len(lines(shown.out)) == 1


def test_the_end_of_the_time_names_the_tasks_that_go_on(
    signed_in: Sandbox,
    model: af.Model,
    begun: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    task = model.actions["Clear airports"].start()
    over = threading.Event()
    monkeypatch.setattr(signed_in.tasks, "of", Later(signed_in, over).of)
    now = Clock.monotonic
    monkeypatch.setattr(Clock, "monotonic", lambda clock: now(clock) + 1000 * over.is_set())
    assert main([*WATCH, "Clear airports", "--timeout", "500", "--json"]) == 5
    shown = capsys.readouterr()
    *events, error = map(json.loads, lines(shown.out))
    assert [each["state"] for each in events] == ["NOT_STARTED"]
    assert error["error"]["message"] == (
        f"The time is over. These tasks go on in Anaplan: action 'Clear airports' (task {task.id})."
    )


@pytest.mark.long
def test_a_task_whose_result_is_gone_is_uncertain(
    signed_in: Sandbox,
    model: af.Model,
    begun: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from anaplan_frames.tasks import Task

    def lost(self: object, **_: object) -> None:
        raise af.NotFound("It is gone.")

    model.actions["Clear airports"].start()
    monkeypatch.setattr(signed_in.tasks, "of", Later(signed_in, begun).of)
    monkeypatch.setattr(Task, "result", lost)
    assert main([*WATCH, "Clear airports"]) == 5
    assert lines(capsys.readouterr().out)[-1].endswith("It is gone.")


@pytest.mark.long
def test_ctrl_c_ends_the_watch_at_once_however_long_its_interval(
    signed_in: Sandbox, model: af.Model, begun: threading.Event
) -> None:
    task = model.actions["Clear airports"].start()
    words = ["tasks", "--watch", "Clear airports", "-m", "Flight Planning", "--interval", "60"]
    with subprocess.Popen(
        [sys.executable, "-m", "anaplan_frames", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert task.id in process.stdout.readline()  # shown at once, not at the end
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert time.monotonic() - begin < 4  # less than a second if nothing else is running
        assert "Traceback" not in process.stderr.read()
