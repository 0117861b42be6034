"""Starts whose answer was lost are repeated only with `restart_after=` and in an idle model."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.errors import AnaplanError
from anaplan_frames.model_idleness import ModelIdleness
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.sandbox.held_tasks import NotedTurnedClock
from tests.sandbox.http_client import Http, in_model
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

ROWS = pd.DataFrame({"Name": ["a", "b"], "Text": ["1", "2"]})
STARTS = {"method": "POST", "path": "/workspaces/*/imports/*/tasks"}  # not those of a test itself
IDLE = 20.0  # seconds
_LISTED = 15.0  # seconds in which the library looks for a new task before all this


@dataclass
class Scene:
    """A sandbox, and what happens while a client of it waits."""

    sandbox: Sandbox
    events: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    held: list[threading.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = NotedTurnedClock(self._waited)
        [self.model] = self.sandbox.models.values()
        [self.load] = self.model.imports.values()
        self.http = in_model(Http(self.sandbox), self.model, with_workspace=False)

    def at(self, seconds: float, event: Callable[[], object]) -> None:
        """Let something happen after so many seconds of waiting."""
        self.events.append((seconds, event))

    def _waited(self, seconds: float) -> None:
        due = [each for each in self.events if each[0] <= self.clock.slept]
        for each in sorted(due, key=lambda event: event[0]):
            self.events.remove(each)
            each[1]()

    @property
    def tasks(self) -> list[Any]:
        return self.sandbox.tasks.of("imports", self.model.id, self.load.id)

    def start_like_the_first_request(self) -> str:
        """Carry out the request that was lost."""
        answer = self.http.post(f"/imports/{self.load.id}/tasks", {"localeName": "en_US"})
        return str(answer.json()["task"]["taskId"])

    def run_another_action(self, *, for_seconds: float = 0.0) -> None:
        """Run a task of another action, which ends at once or after some seconds of waiting."""
        end = threading.Event()
        self.held.append(end)
        user = self.sandbox.users.by_email(self.sandbox.email)
        assert user is not None

        def work(task: object) -> dict[str, Any]:
            end.wait(30)
            return {"successful": True}

        [other] = self.model.actions
        task = self.sandbox.tasks.start("actions", self.model.id, other, user, (), work)

        def finish() -> None:
            end.set()
            while task.state == "IN_PROGRESS":  # one that waits for another ends with it
                time.sleep(0.001)

        if for_seconds:
            self.at(self.clock.slept + for_seconds, finish)
        else:
            end.set()
            while not task.ended:
                time.sleep(0.001)

    def release(self) -> None:
        """Let all tasks end."""
        for end in self.held:
            end.set()

    def write(self, **options: Any) -> af.WriteResult:
        """Load two rows by a connection that waits by this scene's clock."""
        connection = {k: options.pop(k) for k in ("hooks", "tries") if k in options}
        with self.sandbox.connect(clock=self.clock, **connection) as conn:
            return af.to_anaplan(ROWS, "Load things", conn.model("M"), **options)


@pytest.fixture
def scene(things_sandbox: Sandbox) -> Scene:
    [model] = things_sandbox.models.values()
    model.delete_action("Clear things", of=next(iter(model.lists.values())))
    return Scene(things_sandbox)


@pytest.fixture
def short_wait(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let the library wait for minutes, not for an hour, until a model is idle."""
    monkeypatch.setattr("anaplan_frames.model_idleness._LONGEST_WAIT", 200.0)
    return 200.0


@pytest.mark.parametrize("restart_after", [None, math.inf])
def test_a_lost_start_is_not_repeated_unless_it_is_allowed(
    scene: Scene, restart_after: float | None
) -> None:
    fault = scene.sandbox.faults.add("reset", **STARTS)
    with pytest.raises(af.TaskUncertain, match="no new task is listed"):
        scene.write(restart_after=restart_after)
    assert (fault.hits, scene.tasks) == (1, [])
    assert scene.clock.slept < _LISTED + 1


@pytest.mark.parametrize("kind", ["reset", "broken upload", "502", "504"])
def test_a_lost_start_is_repeated_in_an_idle_model(scene: Scene, kind: Any) -> None:
    scene.sandbox.faults.add(kind, **STARTS)
    result = scene.write(restart_after=IDLE)
    assert (result.outcome, result.rows_created, len(scene.tasks)) == ("loaded", 2, 1)
    if kind in ("reset", "broken upload"):  # the others may be refused by the application
        assert scene.clock.slept >= _LISTED + IDLE


def test_a_start_is_repeated_as_often_as_it_is_lost_up_to_six_times(scene: Scene) -> None:
    fault = scene.sandbox.faults.add("reset", times=5, **STARTS)
    assert scene.write(restart_after=IDLE).rows_created == 2
    assert (fault.hits, len(scene.tasks)) == (5, 1)
    fault = scene.sandbox.faults.add("reset", times=None, **STARTS)
    with pytest.raises(af.TaskUncertain):
        scene.write(restart_after=IDLE)
    assert (fault.hits, len(scene.tasks)) == (6, 1)


def test_the_connection_allows_it_for_all_calls_and_a_call_can_forbid_it(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    with scene.sandbox.connect(clock=scene.clock, restart_after=IDLE) as conn:
        load = conn.model("M").imports["Load things"]
        assert load.write(ROWS).rows_created == 2
        scene.sandbox.faults.add("reset", **STARTS)
        with pytest.raises(af.TaskUncertain):
            load.write(ROWS, restart_after=math.inf)
        scene.sandbox.faults.add("reset", **STARTS)
        assert load.run().outcome == "loaded"
    assert len(scene.tasks) == 2


@pytest.mark.parametrize(
    "job",
    [
        lambda load: load.write(ROWS, dry_run=True, restart_after=IDLE).send(),
        lambda load: load.start(ROWS, restart_after=IDLE).result(),
        lambda load: load.run(restart_after=IDLE),
        lambda load: load.start(restart_after=IDLE).result(),
    ],
    ids=["plan", "start with data", "run", "start"],
)
def test_every_way_to_start_can_allow_it(
    scene: Scene, job: Callable[[Any], af.WriteResult]
) -> None:
    with scene.sandbox.connect(clock=scene.clock) as conn:
        load = conn.model("M").imports["Load things"]
        load.write(ROWS.assign(Name=["x", "y"]))
        scene.sandbox.faults.add("reset", **STARTS)
        assert job(load).outcome == "loaded"
    assert len(scene.tasks) == 2


def test_a_first_request_that_arrives_late_is_taken_up(scene: Scene) -> None:
    fault = scene.sandbox.faults.add("reset", **STARTS)
    late: list[str] = []
    scene.at(_LISTED + 10, lambda: late.append(scene.start_like_the_first_request()))
    result = scene.write(restart_after=IDLE)
    assert (result.task_id, result.rows_created, fault.hits) == (late[0], 2, 1)
    assert len(scene.tasks) == 1


def test_a_first_request_that_arrives_after_the_second_makes_the_outcome_uncertain(
    scene: Scene,
) -> None:
    class Late:
        def on_start(self, task: Any) -> None:
            late.append(scene.start_like_the_first_request())

        def on_end(self, task: Any, result: Any, error: Any) -> None:
            pass

    late: list[str] = []
    scene.sandbox.faults.add("reset", **STARTS)
    with pytest.raises(af.TaskUncertain, match="has run twice") as caught:
        scene.write(restart_after=IDLE, hooks=[Late()])
    assert late[0] in str(caught.value)
    assert caught.value.result.task_id == scene.tasks[0].id


def test_two_new_tasks_are_uncertain(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    for _ in range(2):
        scene.at(_LISTED + 10, scene.start_like_the_first_request)
    with pytest.raises(af.TaskUncertain, match="several tasks are new"):
        scene.write(restart_after=IDLE)
    assert len(scene.tasks) == 2


def test_a_task_of_another_action_must_end_first(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    scene.at(_LISTED + 10, lambda: scene.run_another_action(for_seconds=300))
    assert scene.write(restart_after=IDLE).rows_created == 2
    assert scene.clock.slept >= _LISTED + 10 + 300 + IDLE
    assert len(scene.tasks) == 1


def test_a_task_that_ran_between_two_looks_counts_too(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    scene.at(_LISTED + 10, scene.run_another_action)
    assert scene.write(restart_after=IDLE).rows_created == 2
    assert scene.clock.slept >= _LISTED + 10 + IDLE


def test_the_transaction_of_somebody_whose_tasks_are_not_listed_counts_too(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    end = threading.Event()
    user = scene.sandbox.users.by_email(scene.sandbox.email)
    assert user is not None

    def work(task: object) -> dict[str, Any]:
        end.wait(30)
        return {}

    scene.sandbox.tasks.start("actions", scene.model.id, "of nobody", user, (), work)
    scene.at(_LISTED + 300, end.set)
    assert scene.write(restart_after=IDLE).rows_created == 2
    assert scene.clock.slept >= _LISTED + 300 + IDLE


def test_a_model_that_is_never_idle_is_not_waited_for_without_end(
    scene: Scene, short_wait: float
) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    for seconds in range(0, 2 * int(short_wait), int(IDLE / 2)):
        scene.at(seconds, scene.run_another_action)
    with pytest.raises(af.TaskUncertain, match="never idle for 20 s"):
        scene.write(restart_after=IDLE)
    assert short_wait <= scene.clock.slept < 1.5 * short_wait
    assert scene.tasks == []


@pytest.mark.parametrize("timeout", [5, _LISTED + 10])
def test_the_end_of_the_time_is_uncertain_as_it_may_have_been_started(
    scene: Scene, timeout: float
) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    with pytest.raises(af.TaskUncertain, match="timeout= were over") as caught:
        scene.write(restart_after=IDLE, timeout=timeout)
    assert "does no harm" not in str(caught.value)
    assert scene.clock.slept < timeout + 1
    assert scene.tasks == []


def test_a_repetition_that_is_refused_leaves_the_first_start_uncertain(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    scene.sandbox.faults.add("429", times=None, **STARTS)
    with pytest.raises(af.TaskUncertain, match="could not be started again"):
        scene.write(restart_after=IDLE)


def test_it_is_not_repeated_if_the_file_has_another_content_by_then(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    [file] = scene.model.files
    scene.at(_LISTED + 5, lambda: scene.http.upload(b"Name,Text\nc,3\n", file))
    with pytest.raises(af.TaskUncertain, match="was not started again"):
        scene.write(restart_after=IDLE)
    assert scene.tasks == []


def test_looks_that_fail_do_not_count_as_idle(scene: Scene) -> None:
    scene.sandbox.faults.add("reset", **STARTS)
    failing = scene.sandbox.faults.add("503", path="*/status", after=2, times=20)
    assert scene.write(restart_after=IDLE, tries=2).rows_created == 2
    assert failing.hits == 20
    assert len(scene.tasks) == 1


@pytest.mark.long
@settings(max_examples=40)
@given(
    busy=st.lists(st.tuples(st.floats(0, 120), st.floats(1, 100)), max_size=4),
    late=st.none() | st.floats(0, 200),
    lost=st.integers(1, 3),
)
def test_nothing_is_repeated_within_the_idle_time(
    busy: list[tuple[float, float]], late: float | None, lost: int
) -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        model = sandbox.workspace("W").model("M")
        things = model.list("Things", properties={"Text": "TEXT"})
        file = model.file("things.csv", columns=["Name", "Text"])
        model.import_("Load things", file=file, into=things)
        model.delete_action("Clear things", of=things)
        scene = Scene(sandbox)
        spans: list[tuple[float, float]] = []
        late_ids: list[str] = []

        def be_busy(seconds: float) -> None:
            spans.append((scene.clock.slept, scene.clock.slept + seconds))
            scene.run_another_action(for_seconds=seconds)

        class Noting:
            def on_start(self, task: Any) -> None:
                self.begun = scene.clock.slept

            def on_end(self, task: Any, result: Any, error: Any) -> None:
                pass

        for begin, seconds in busy:
            scene.at(begin, partial(be_busy, seconds))
        if late is not None:
            scene.at(late, lambda: late_ids.append(scene.start_like_the_first_request()))
        fault = sandbox.faults.add("reset", times=lost, **STARTS)
        noting = Noting()
        try:
            result = scene.write(restart_after=IDLE, hooks=[noting])
        except af.TaskUncertain:
            result = None
        finally:
            scene.release()
        if result is None:
            assert len(scene.tasks) == 2
            return
        assert (result.outcome, result.rows_created, len(scene.tasks)) == ("loaded", 2, 1)
        if late_ids:
            assert result.task_id == late_ids[0]
            return
        assert fault.hits == lost
        assert noting.begun >= _LISTED + lost * IDLE
        for begin, end in spans:
            assert end + IDLE <= noting.begun or begin >= noting.begun


def _status_of(progress: float, step: str) -> Answer:
    return as_json({"requestStatus": {"progress": progress, "currentStep": step, "taskId": None}})


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ({"modelTransactionRunning": True}, _status_of(-1.0, "Open")),
        ({"modelTransactionRunning": False}, _status_of(0.5, "Open")),
        ({"modelTransactionRunning": False}, _status_of(-1.0, "Closing")),
    ],
)
@pytest.mark.usefixtures("short_wait")
def test_each_sign_of_work_counts(record: dict[str, Any], status: Answer) -> None:
    idleness, server = _scripted(record, status)
    with server:
        assert idleness.wait(IDLE, lambda: False) is False


def test_a_model_that_does_not_say_whether_it_is_idle_is_not_taken_to_be() -> None:
    idleness, server = _scripted({}, _status_of(-1.0, "Open"))
    with server, pytest.raises(AnaplanError, match="does not say whether a transaction is running"):
        idleness.wait(IDLE, lambda: False)


def _scripted(record: dict[str, Any], status: Answer) -> tuple[ModelIdleness, ScriptedServer]:
    server = ScriptedServer()

    def answer(seen: Seen) -> Answer:
        path = seen.path.split("?")[0]
        if path.endswith("/status"):
            return status
        if path.endswith("/models/M"):
            return as_json({"model": {"id": "M", **record}})
        kind = path.rsplit("/", 1)[1]
        return as_json({"meta": {}, "status": {}, kind: []})

    server.rule = answer
    transport = Transport(
        af.TokenAuth("t"),
        api_url=server.url,
        auth_url=server.url,
        clock=NotedTurnedClock(lambda seconds: None),
        requests_per_minute=None,
    )
    return ModelIdleness(transport, "/workspaces/W/models/M"), server


@pytest.mark.parametrize("seconds", [0, -1, math.nan])
def test_a_time_that_is_not_above_zero_is_refused(scene: Scene, seconds: float) -> None:
    with pytest.raises(ValueError, match="restart_after must be a number of seconds above 0"):
        scene.write(restart_after=seconds)
    with pytest.raises(ValueError, match="restart_after"):
        scene.sandbox.connect(restart_after=seconds)


@pytest.mark.parametrize("seconds", [True, "60"])
def test_a_time_that_is_not_a_number_is_refused(scene: Scene, seconds: Any) -> None:
    with pytest.raises(TypeError, match="restart_after must be a number of seconds"):
        scene.write(restart_after=seconds)
