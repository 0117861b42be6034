"""Starting once and watching to the end, against a server that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.bulk.task_start import start_task
from anaplan_frames.clock import Clock
from anaplan_frames.errors import TaskCancelled
from anaplan_frames.outcomes import outcome_of
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.task_requests import TaskRequests, start_body
from anaplan_frames.tasks import Job, Task
from anaplan_frames.transport import Transport
from anaplan_frames.writes.result_builder import result_of_task
from tests.sandbox.http_client import Http
from tests.transport.scripted import Answer, ScriptedServer, Seen, TurnedClock, as_json

PATH = "/workspaces/w/models/m/imports/112000000001"
Run = Callable[..., af.WriteResult]


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
    yield lambda **options: started(transport, **options).result()
    transport.close()


def started(
    transport: Transport, parameters: Any = None, connector_parameters: Any = None
) -> Task[af.WriteResult]:
    body = start_body(parameters, "en_US", str, connector_parameters)
    job = Job("Load", "import", lambda outcome: result_of_task(outcome, "Load"), progress=False)
    return start_task(TaskRequests(transport, PATH, "import 'Load'"), body, job)


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
    assert run().outcome == "loaded"
    assert len(starts(server)) == 1
    assert b'"localeName": "en_US"' in starts(server)[0].body
    assert 10 < clock.slept < 13 * 5


def test_parameters_are_sent_as_anaplan_wants_them(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, DONE]
    run(parameters={"Version": "Actual"})
    assert b'"mappingParameters": [{"entityType": "Version", "entityName": "Actual"}]' in (
        starts(server)[0].body
    )


def test_parameters_of_a_connector_are_sent_as_anaplan_connect_sends_them(
    server: ScriptedServer, run: Run
) -> None:
    server.script = [listed(), STARTED, DONE]
    run(connector_parameters={"user": "me", "SFDC": {"password": "x"}})
    assert (
        b'"connectorParameters": [{"parameterId": "user", "value": "me"}, '
        b'{"sourceIdOrType": "SFDC", "parameterId": "password", "value": "x"}]'
    ) in starts(server)[0].body
    with pytest.raises(TypeError, match="'password' is not") as refused:
        run(connector_parameters={"password": 12345})
    assert "12345" not in str(refused.value)


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


@pytest.mark.parametrize(("new", "said"), [((), "no new task"), (("A", "B"), "A, B")])
def test_an_unclear_start_is_uncertain_and_not_repeated(
    server: ScriptedServer, run: Run, new: tuple[str, ...], said: str
) -> None:
    server.script = [listed("OLD"), Answer(fault="reset"), *[listed("OLD", *new)] * 5]
    with pytest.raises(af.TaskUncertain, match=said):
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
    server.script = [
        listed(),
        Answer(429, headers={"Retry-After": "1"}),
        listed(),
        STARTED,
        DONE,
    ]
    assert run().outcome == "loaded"
    assert len(starts(server)) == 2


OWN = {"status": {"code": 503, "message": "Busy"}}
REFUSALS = {
    "429": Answer(429, headers={"Retry-After": "1"}),
    "401": Answer(401),
    "409": Answer(409),
    "503 with its own words": as_json(OWN, 503),
    "500 with its own words": as_json(OWN, 500),
    "503 with a time": Answer(503, headers={"Retry-After": "5"}),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refused_start_is_repeated_after_a_look_at_the_tasks(
    refusal: str, server: ScriptedServer, run: Run
) -> None:
    again = REFUSALS[refusal]
    server.script = [listed("OLD"), again, listed("OLD"), again, listed("OLD"), STARTED, DONE]
    assert run().outcome == "loaded"
    asked = [call.method for call in server.calls]
    assert asked == ["GET", "POST", "GET", "POST", "GET", "POST", "GET"]


@pytest.mark.parametrize("refusal", [name for name in REFUSALS if name != "409"])
def test_a_start_that_was_refused_after_it_had_worked_is_not_repeated(
    refusal: str, server: ScriptedServer, run: Run
) -> None:
    server.script = [listed("OLD"), REFUSALS[refusal], listed("OLD", "T"), DONE]
    assert run().task_id == "T"
    assert len(starts(server)) == 1


@pytest.mark.parametrize(("refusal", "new"), [("409", ("A",)), ("429", ("A", "B"))])
def test_a_refused_start_with_tasks_that_may_be_others_is_uncertain(
    refusal: str, new: tuple[str, ...], server: ScriptedServer, run: Run
) -> None:
    server.script = [listed(), REFUSALS[refusal], listed(*new)]
    with pytest.raises(af.TaskUncertain, match=f"new tasks are listed: {', '.join(new)}"):
        run()
    assert len(starts(server)) == 1


def test_a_start_that_is_refused_to_the_end_is_looked_for_before_that_is_raised(
    server: ScriptedServer, run: Run
) -> None:
    refused = [each for _ in range(6) for each in (REFUSALS["429"], listed())]
    server.script = [listed(), *refused]
    with pytest.raises(af.RateLimited):
        run()
    assert [call.method for call in server.calls][-1] == "GET"
    server.script = [listed(), *refused[:-1], listed("T"), DONE]
    assert run().task_id == "T"


def test_a_refused_start_is_uncertain_if_its_tasks_cannot_be_listed(
    server: ScriptedServer, run: Run
) -> None:
    server.script = [listed(), REFUSALS["429"], *[Answer(403)] * 3]
    with pytest.raises(af.TaskUncertain, match="its tasks cannot be listed"):
        run()
    assert len(starts(server)) == 1


@pytest.mark.parametrize(
    "answer",
    [Answer(502), Answer(503, b"<html>"), Answer(504), Answer(500), as_json({"error": "x"}, 500)],
)
def test_a_start_that_a_gateway_answered_is_uncertain(
    answer: Answer, server: ScriptedServer, run: Run
) -> None:
    server.script = [listed(), answer]
    server.rule = lambda seen: listed()
    with pytest.raises(af.TaskUncertain, match="no new task is listed"):
        run()
    assert len(starts(server)) == 1


LIES = {
    "204": Answer(204, b""),
    "an empty 200": Answer(200, b""),
    "202": as_json({"task": {"taskId": "X"}}, 202),
    "a page": Answer(body=b"<html>", headers={"Content-Type": "application/xhtml+xml"}),
    "text": Answer(body=b"OK", headers={"Content-Type": "text/plain"}),
    "an error": as_json({"status": {"code": 500, "message": "no"}, "task": {"taskId": "X"}}),
    "a list": as_json([]),
    "an object": as_json({}),
    "deep JSON": Answer(body=b"[" * 10_000, headers={"Content-Type": "application/json"}),
    "a task without an id": as_json({"task": {"taskId": None}}),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_start_that_something_else_answered_is_looked_for(
    lie: str, server: ScriptedServer, run: Run
) -> None:
    server.script = [listed(), LIES[lie], listed("T"), DONE]
    assert run().task_id == "T"
    assert len(starts(server)) == 1


@pytest.mark.parametrize("lie", [*LIES, "no state"])
def test_a_look_that_something_else_answered_is_repeated(
    lie: str, server: ScriptedServer, run: Run
) -> None:
    odd = as_json({"task": {"taskId": "T", "result": {"successful": True}}})
    server.script = [listed(), STARTED, LIES.get(lie, odd), DONE]
    assert run().outcome == "loaded"


def test_a_task_that_vanishes_is_uncertain(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, state("IN_PROGRESS"), Answer(404)]
    with pytest.raises(af.TaskUncertain, match="can no longer be found"):
        run()


def test_a_cancelled_task_has_failed(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, state("CANCELLING"), state("CANCELLED")]
    with pytest.raises(TaskCancelled, match="was cancelled") as caught:
        run()
    assert caught.value.result.outcome == "cancelled"


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
    counts = {"hierarchyName": 12, "failedCount": 1, "totalRowCount": 3}
    assert outcome_of("T", {"successful": True, "details": details}).counts == counts
    server.script = [listed(), STARTED, state("COMPLETE", successful=True, details=details)]
    with pytest.raises(af.RejectedRows, match="1 of 3 rows were rejected"):
        run()


def test_parameters_for_one_import_carry_its_id(server: ScriptedServer, run: Run) -> None:
    server.script = [listed(), STARTED, DONE]
    run(parameters={"1120": {"Version": "Actual"}, "Period": "Jan 26"})
    assert (
        b'[{"importId": "1120", "entityType": "Version", "entityName": "Actual"}, '
        b'{"entityType": "Period", "entityName": "Jan 26"}]'
    ) in starts(server)[0].body


def test_a_state_that_nobody_documents_has_ended_if_there_is_a_result(
    server: ScriptedServer, run: Run
) -> None:
    server.script = [listed(), STARTED, state("FINISHED", successful=True)]
    assert run().outcome == "loaded"


def test_a_state_that_nobody_documents_without_a_result_is_named(
    server: ScriptedServer, run: Run
) -> None:
    failed = as_json({"task": {"taskId": "T", "taskState": "FAILED", "progress": None}})
    server.script = [listed(), STARTED, failed]
    with pytest.raises(af.TaskUncertain, match="in the state 'FAILED'") as caught:
        run()
    assert caught.value.task.state == "FAILED"
    assert caught.value.result.outcome == "uncertain"


@pytest.mark.parametrize("result", [{}, {"successful": None}, {"successful": "maybe"}])
def test_a_complete_task_that_does_not_say_how_it_ended_is_uncertain(
    server: ScriptedServer, run: Run, result: dict[str, Any]
) -> None:
    server.script = [listed(), STARTED, state("COMPLETE", **result)]
    with pytest.raises(af.TaskUncertain, match="does not say whether it succeeded") as caught:
        run()
    assert caught.value.result.task_id == "T"


@pytest.mark.parametrize(("flag", "good"), [("true", True), ("false", False), (False, False)])
def test_a_verdict_may_be_written_as_text(
    server: ScriptedServer, run: Run, flag: object, good: bool
) -> None:
    server.script = [listed(), STARTED, state("COMPLETE", successful=flag)]
    if good:
        assert run().outcome == "loaded"
    else:
        with pytest.raises(af.TaskFailed, match="Anaplan gives no reason"):
            run()


ODD_DETAILS = [
    None,
    "x",
    [None, 5],
    [{"type": None, "localMessageText": None, "values": None, "occurrences": "many"}],
    [{"type": "hierarchyRowsProcessed", "values": [None, 1, "totalRowCount", None, [], {}]}],
    [{"type": "hierarchyRowsProcessed", "values": ["totalRowCount"]}],
]


@pytest.mark.parametrize("details", ODD_DETAILS)
def test_odd_details_of_a_task_end_in_no_error(
    server: ScriptedServer, run: Run, details: object
) -> None:
    odd = state("COMPLETE", successful=True, details=details, nestedResults="none")
    server.script = [listed(), STARTED, odd]
    assert run().outcome == "loaded"


@pytest.mark.parametrize(
    ("said", "read"), [(0.4, 0.4), ("40%", 0.4), ("0.4", 0.4), (None, None), ("most", None)]
)
def test_progress_is_read_however_it_is_written(
    server: ScriptedServer, transport: Transport, said: object, read: float | None
) -> None:
    running = {"taskId": "T", "taskState": "IN_PROGRESS", "progress": said, "currentStep": "Now"}
    server.script = [listed(), STARTED, as_json({"task": running})]
    task = started(transport).refresh()
    assert (task.progress, task.step, task.state) == (read, "Now", "IN_PROGRESS")


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
        assert action.task(task).cancel()
        assert http.get(f"{path}/{task}").json()["task"]["taskState"] == "CANCELLED"
        assert action.task(task).cancel()


def test_a_complete_task_is_not_cancelled(demo_model: af.Model) -> None:
    action = demo_model.actions["Clear airports"]
    action.run()
    [task] = action.tasks()["task_id"]
    assert not action.task(task).cancel()
    with pytest.raises(af.NotFound):
        action.task("0" * 32)


def test_ctrl_c_while_a_task_runs_says_how_to_cancel_it(slow: Sandbox) -> None:
    class Interrupted(Clock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    with slow.connect(clock=Interrupted()) as connection:
        action = connection.model("Flight Planning").actions["Clear airports"]
        with pytest.raises(KeyboardInterrupt) as caught:
            action.run()
        [note] = caught.value.__notes__
        [task] = action.tasks()["task_id"]
        url = action.task(task).url
    assert note == (
        f"Task {task} of action 'Clear airports' goes on in Anaplan. "
        f"conn.task('{url}').cancel() cancels it."
    )


ODD_RECORDS: dict[str, dict[str, Any]] = {
    "a time beyond all numbers": {"creationTime": 10**400},
    "a progress in words": {"progress": "40%"},
    "a progress that is not there": {"progress": None},
    "a result of another form": {"result": "good"},
    "details of another form": {"result": {"successful": True, "details": "many"}},
    "nested results of another form": {"result": {"successful": True, "nestedResults": {"a": 1}}},
}


@pytest.mark.parametrize("record", ODD_RECORDS)
def test_an_odd_record_of_a_task_ends_in_a_result_or_is_uncertain(
    record: str, server: ScriptedServer, run: Run
) -> None:
    found = {"taskId": "T", "taskState": "COMPLETE", "result": {"successful": True}}
    server.script = [listed(), STARTED, as_json({"task": {**found, **ODD_RECORDS[record]}})]
    if record == "a result of another form":
        with pytest.raises(af.TaskUncertain):
            run()
    else:
        assert run().outcome == "loaded"


def test_results_that_are_nested_too_deep_are_cut_off() -> None:
    result: dict[str, Any] = {"successful": True}
    for _ in range(5_000):
        result = {"successful": True, "nestedResults": [result]}
    depth, outcome = 0, outcome_of("T", result)
    while outcome.nested:
        depth, outcome = depth + 1, outcome.nested[0]
    assert 1 < depth < 100


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), RecursionError(), ValueError()])
def test_what_cannot_be_read_after_the_end_of_a_task_is_uncertain(
    error: Exception, server: ScriptedServer, make_transport: Callable[..., Transport]
) -> None:
    def read(outcome: Any) -> af.WriteResult:
        raise error

    server.script = [listed(), STARTED, DONE]
    requests = TaskRequests(make_transport(), PATH, "import 'Load'")
    task = start_task(requests, start_body(None, "en_US", str), Job("Load", "import", read))
    with pytest.raises(af.TaskUncertain, match="has ended, but what Anaplan answers") as caught:
        task.result()
    assert caught.value.task is task
