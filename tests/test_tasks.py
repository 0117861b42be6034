"""Starting once and watching to the end, against a server that answers as a test tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import anaplan_frames as af
from anaplan_frames import tasks
from anaplan_frames.clock import Clock
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.sandbox.http_client import Http
from tests.transport.scripted import Answer, ScriptedServer, Seen, TurnedClock, as_json

PATH = "/workspaces/w/models/m/imports/112000000001"
Run = Callable[[], tasks.Outcome]


def listed(*ids: str) -> Answer:
    paging = {"currentPageSize": len(ids), "totalSize": len(ids), "offset": 0}
    return as_json({"meta": {"paging": paging}, "tasks": [{"taskId": id_} for id_ in ids]})


def state(word: str, **result: object) -> Answer:
    return as_json({"task": {"taskId": "T", "taskState": word, "result": result}})


STARTED = as_json({"task": {"taskId": "T"}})
DONE = state("COMPLETE", successful=True)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def run(server: ScriptedServer, clock: TurnedClock) -> Iterator[Run]:
    transport = Transport(
        af.BasicAuth("a@example.com", "x"), api_url=server.url, auth_url=server.url, clock=clock
    )
    yield lambda: tasks.run(transport, PATH, label="import 'Load'", show_progress=False)
    transport.close()


def starts(server: ScriptedServer) -> list[Seen]:
    return [call for call in server.calls if call.method == "POST"]


def test_a_task_is_started_once_and_watched_ever_slower(
    server: ScriptedServer, clock: TurnedClock, run: Run
) -> None:
    server.script = [
        listed(),
        STARTED,
        state("NOT_STARTED"),
        *[state("IN_PROGRESS")] * 12,
        DONE,
    ]
    assert run().successful
    assert len(starts(server)) == 1
    assert b'"localeName": "en_US"' in starts(server)[0].body
    assert 10 < clock.slept < 13 * 5


def test_parameters_are_sent_as_anaplan_wants_them(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, DONE]
    transport = Transport(
        af.BasicAuth("a@example.com", "x"), api_url=server.url, auth_url=server.url
    )
    tasks.run(transport, PATH, label="x", parameters={"Version": "Actual"}, show_progress=False)
    assert b'"mappingParameters": [{"entityType": "Version", "entityName": "Actual"}]' in (
        starts(server)[0].body
    )


@pytest.mark.parametrize("fault", ["reset", "close", "cut"])
def test_a_lost_answer_takes_the_one_new_task_up(
    server: ScriptedServer, run: Run, fault: str
) -> None:
    lost = Answer(200, STARTED.body, fault=fault)
    server.script = [listed("OLD"), lost, listed("OLD", "T"), DONE]
    assert run().task_id == "T"
    assert len(starts(server)) == 1


def test_a_new_task_that_is_listed_late_is_waited_for(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), Answer(fault="reset"), listed(), listed(), listed("T"), DONE]
    assert run().task_id == "T"
    assert len(starts(server)) == 1


@pytest.mark.parametrize(("new", "told"), [((), "no new task"), (("A", "B"), "A, B")])
def test_what_cannot_be_told_is_uncertain_and_not_started_again(
    server: ScriptedServer, run: Run, new: tuple[str, ...], told: str
) -> None:
    server.script = [listed("OLD"), Answer(fault="reset"), *[listed("OLD", *new)] * 5]
    with pytest.raises(af.TaskUncertain, match=told):
        run()
    assert len(starts(server)) == 1


def test_an_answer_without_a_task_is_a_lost_one(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), Answer(200, b""), listed("T"), DONE]
    assert run().task_id == "T"
    assert len(starts(server)) == 1


def test_what_cannot_be_looked_for_is_uncertain(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), Answer(fault="reset"), *[Answer(503)] * 6]
    with pytest.raises(af.TaskUncertain, match=r"its tasks cannot be listed \(import 'Load': "):
        run()
    assert len(starts(server)) == 1


def test_the_watch_goes_on_after_a_time_without_a_line(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, *[Answer(fault="reset")] * 50, Answer(200, b""), DONE]
    assert run().task_id == "T"


@pytest.mark.parametrize("answer", [Answer(503), Answer(200, b""), Answer(403)])
def test_an_end_that_is_not_seen_is_uncertain(
    server: ScriptedServer, run: Run, answer: Answer
) -> None:
    server.script = [listed(), STARTED, *[answer] * 60]
    with pytest.raises(af.TaskUncertain, match="Task T of import 'Load' was started, and its end"):
        run()


def test_a_refusal_for_too_many_requests_is_tried_again(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), Answer(429, headers={"Retry-After": "1"}), STARTED, DONE]
    assert run().successful
    assert len(starts(server)) == 2


def test_a_task_that_vanishes_is_uncertain(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, state("IN_PROGRESS"), Answer(404)]
    with pytest.raises(af.TaskUncertain, match="can no longer be found"):
        run()


def test_a_cancelled_task_has_failed(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, state("CANCELLING"), state("CANCELLED")]
    with pytest.raises(af.TaskFailed, match="was cancelled"):
        run()


def test_the_counts_are_read_in_any_order_and_only_of_processed_rows(
    server: ScriptedServer, run: Run
) -> None:
    details = [
        {"type": "hierarchyImportInvalidCode", "values": ["totalRowCount", "99"]},
        {
            "type": "hierarchyRowsProcessed",
            "values": ["hierarchyName", "12", "failedCount", "1", "totalRowCount", "3"],
        },
    ]
    server.script = [listed(), STARTED, state("COMPLETE", successful=True, details=details)]
    assert run().counts == {"hierarchyName": 12, "failedCount": 1, "totalRowCount": 3}


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    """Serve the demo tenant with tasks that take a while."""
    with Sandbox.demo(task_pause=0.5) as running:
        yield running


def test_a_running_task_can_be_cancelled_and_one_that_is_complete_cannot(slow: Sandbox) -> None:
    with slow.connect() as connection:
        action = connection.model("Flight Planning").actions["Clear airports"]
        http = Http(slow)
        path = action.path.removeprefix("/2/0") + "/tasks"
        task = http.post(path, {"localeName": "en_US"}).json()["task"]["taskId"]
        assert action.cancel(task)
        assert http.get(f"{path}/{task}").json()["task"]["taskState"] == "CANCELLED"
        assert action.cancel(task)


def test_a_complete_task_is_not_cancelled(demo_model: af.Model) -> None:
    action = demo_model.actions["Clear airports"]
    action.run()
    [task] = action.tasks()["task_id"]
    assert not action.cancel(task)
    with pytest.raises(af.NotFound):
        action.cancel("0" * 32)


def test_ctrl_c_while_a_task_runs_says_how_to_cancel_it(slow: Sandbox) -> None:
    class Interrupted(Clock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    with slow.connect(clock=Interrupted()) as connection:
        action = connection.model("Flight Planning").actions["Clear airports"]
        with pytest.raises(KeyboardInterrupt) as caught:
            action.run()
        [note] = caught.value.__notes__
    [task] = [task for task in note.replace("'", " ").split() if len(task) == 32][:1]
    assert note == (
        f"Task {task} of action 'Clear airports' goes on in Anaplan. "
        f"Its .cancel('{task}') cancels it."
    )
