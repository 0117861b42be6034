"""Runs are started once, and watched to their end, whatever the answers are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.connection import Connection
from anaplan_frames.transport import Transport
from tests.sandbox.cloudworks_client import Tenant
from tests.transport.scripted import Answer, ScriptedServer, Seen, TurnedClock, as_json

ID, FLOW = "a" * 32, "f" * 32
OK = {"status": {"code": 200, "message": "Success"}}
INTEGRATION = {"integrationId": ID, "name": "Load", "modelId": "M", "workspaceId": "w"}
ONE = as_json({**OK, "integration": INTEGRATION})
STARTED = as_json({**OK, "run": {"id": "R"}})
LOST = Answer(fault="reset")
NOT_FOUND = as_json({"status": {"code": 404, "message": "Resource not found"}}, 404)
START, END = "2026-08-11T18:07:06.000Z", "2026-08-11T18:07:51.000Z"


def history(*ids: str, total: int | None = None, trigger: str = "manual") -> Answer:
    runs = [{"id": id_, "startDate": START, "triggerSource": trigger} for id_ in ids]
    return as_json({**OK, "history_of_runs": {"runs": runs, "totalRuns": total or len(runs)}})


def status(message: str = "Success", *, ended: bool = True, **more: Any) -> Answer:
    run = {"id": "R", "integrationId": ID, "startDate": START, "success": ended, **more}
    return as_json({**OK, "run": {**run, "message": message, "endDate": END if ended else None}})


DONE, RUNNING = status(), status("Running", ended=False)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def cloudworks(
    make_transport: Callable[..., Transport], clock: TurnedClock
) -> Iterator[af.CloudWorks]:
    return Connection(make_transport(clock=clock)).cloudworks


def starts(server: ScriptedServer) -> list[Seen]:
    return [call for call in server.calls if call.path.endswith("/run")]


def test_a_run_is_watched_until_it_has_an_end(
    server: ScriptedServer, cloudworks: af.CloudWorks, clock: TurnedClock
) -> None:
    server.script = [ONE, history(), STARTED, *[RUNNING] * 10, DONE]
    result = cloudworks.run(ID)
    assert (result.outcome, result.task_id) == ("loaded", "R")
    assert len(starts(server)) == 1
    assert clock.slept > 5


def test_a_run_that_is_not_there_yet_is_waited_for(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [ONE, history(), STARTED, NOT_FOUND, NOT_FOUND, RUNNING, DONE]
    assert cloudworks.run(ID).outcome == "loaded"


def test_a_run_that_never_appears_is_uncertain(
    server: ScriptedServer, cloudworks: af.CloudWorks, clock: TurnedClock
) -> None:
    server.script = [ONE, history(), STARTED]
    server.rule = lambda seen: NOT_FOUND
    with pytest.raises(af.TaskUncertain, match="can no longer be found"):
        cloudworks.run(ID)
    assert 100 < clock.slept < 200


def test_a_lost_answer_takes_the_one_new_run_up(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [ONE, history("OLD"), LOST, history("R", "OLD"), DONE]
    assert cloudworks.run(ID).task_id == "R"
    assert len(starts(server)) == 1


def test_a_new_run_at_the_end_of_a_long_history_is_seen(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    old = [f"O{number}" for number in range(100)]
    last = [f"P{number}" for number in range(50)]
    server.script = [
        *(ONE, history(*old, total=150), history(*last, total=150), LOST),
        *(history(*old, total=151), history(*last, "R", total=151), DONE),
    ]
    assert cloudworks.run(ID).task_id == "R"
    pages = [call.path for call in server.calls if "/runs/" in call.path]
    assert pages[1].endswith("offset=100&limit=100")
    assert pages[3].endswith("offset=100&limit=100")


@pytest.mark.parametrize(
    ("new", "said"),
    [(history(), "no new task is listed"), (history("A", "B"), "several tasks are new: A, B")],
    ids=["none", "two"],
)
def test_an_unclear_start_is_uncertain_and_not_repeated(
    server: ScriptedServer, cloudworks: af.CloudWorks, new: Answer, said: str
) -> None:
    server.script = [ONE, history(), LOST, *[new] * 5]
    with pytest.raises(af.TaskUncertain, match=said) as got:
        cloudworks.run(ID)
    assert "conn.cloudworks.runs('Load')" in str(got.value)
    assert len(starts(server)) == 1


def test_a_scheduled_run_is_not_taken_for_the_lost_one(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [ONE, history(), LOST, *[history("S", trigger="scheduled")] * 5]
    with pytest.raises(af.TaskUncertain, match="no new task"):
        cloudworks.run(ID)


def test_a_conflict_is_raised_at_once(server: ScriptedServer, cloudworks: af.CloudWorks) -> None:
    busy = as_json({"status": {"code": 409, "message": "Integration is already running"}}, 409)
    server.script = [ONE, history(), busy]
    with pytest.raises(af.RequestRefused, match="Anaplan says: 'Integration is already running'"):
        cloudworks.run(ID)
    assert len(server.calls) == 3


def test_a_refusal_for_now_is_repeated_after_a_look(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    failed = as_json({"status": {"code": 503, "message": "Trigger failed"}}, 503)
    server.script = [ONE, history(), failed, history(), STARTED, DONE]
    assert cloudworks.run(ID).outcome == "loaded"
    assert len(starts(server)) == 2


def test_a_refusal_after_which_a_run_is_new_is_not_repeated(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    failed = as_json({"status": {"code": 503, "message": "Trigger failed"}}, 503)
    server.script = [ONE, history(), failed, history("R"), DONE]
    assert cloudworks.run(ID).task_id == "R"
    assert len(starts(server)) == 1


def test_a_run_of_another_integration_is_not_believed(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [ONE, history(), STARTED]
    server.rule = lambda seen: status(integrationId="b" * 32)
    with pytest.raises(af.TaskUncertain, match="not a run of integration 'Load'"):
        cloudworks.run(ID)


def test_a_run_without_a_verdict_is_uncertain(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [ONE, history(), STARTED, status("Strange", success=None)]
    server.rule = lambda seen: as_json({**OK, "runs": {}})
    with pytest.raises(af.TaskUncertain, match="does not say whether it succeeded"):
        cloudworks.run(ID)


ACTION = {
    "actionId": "112",
    "actionName": "Load staff",
    "failureDumpGenerated": True,
    "errorMessage": [
        {
            "type": "hierarchyRowsProcessedWithFailures",
            "localMessageText": "Staff: 8 rows successful, 2 failed",
            "occurrences": 0,
            "values": ["failedCount", "2", "successRowCount", "8", "totalRowCount", "10"],
        }
    ],
}
PARTIAL = status("Partial success", executionErrorCode=38)
DUMP = b'"_Status_","Name","_Line_","_Error_1_"\n"Failed","Ada","3","no"\n"Failed","Bo","4","no"\n'


@pytest.mark.parametrize("form", ["object", "list"])
def test_errors_come_as_an_object_or_a_list(
    server: ScriptedServer, cloudworks: af.CloudWorks, form: str
) -> None:
    found: Any = {"id": "R", "taskId": "T", "errorMessages": [ACTION]}
    errors = as_json({**OK, "runs": found if form == "object" else [found]})
    dump = Answer(body=DUMP, headers={"Content-Type": "application/json"})  # as documented
    server.script = [ONE, history(), STARTED, PARTIAL, errors, dump]
    result = cloudworks.run(ID, on_rejected="ignore")
    assert (result.rows_sent, result.rows_loaded, result.rows_rejected) == (10, 8, 2)
    assert list(result.unmatched["Name"]) == ["Ada", "Bo"]


@pytest.mark.parametrize("none", [{}, [], None])
def test_no_errors_come_in_several_forms(
    server: ScriptedServer, cloudworks: af.CloudWorks, none: Any
) -> None:
    server.script = [as_json({**OK, "runs": none})]
    assert cloudworks.errors("R").empty


def test_what_cannot_be_read_afterwards_is_a_note(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [ONE, history(), STARTED, PARTIAL, NOT_FOUND]
    result = cloudworks.run(ID, on_rejected="ignore")
    assert result.outcome == "rejected"
    assert "its errors cannot be read" in result.note
    errors = as_json({**OK, "runs": {"errorMessages": [ACTION]}})
    server.script = [ONE, history(), STARTED, PARTIAL, errors, NOT_FOUND, status()]
    result = cloudworks.run(ID, on_rejected="ignore")
    assert (result.rows_rejected, "no failure dump" in result.note) == (2, True)


def test_a_web_page_is_not_a_dump(server: ScriptedServer, cloudworks: af.CloudWorks) -> None:
    errors = as_json({**OK, "runs": {"errorMessages": [ACTION]}})
    page = Answer(404, b"<html>", {"Content-Type": "text/html"})
    server.script = [status(), ONE, errors]
    server.rule = lambda seen: page
    with pytest.raises(af.TransferError, match="text/html"):
        cloudworks.dumps("R")


def flow(start: str = "", *, ended: bool = True) -> Answer:
    latest = {"startDate": start, "message": "Success" if ended else "Running", "success": ended}
    if ended:
        latest["endDate"] = start if start < START else END
    shown = {"id": FLOW, "name": "All", "steps": [], **({"latestRun": latest} if start else {})}
    return as_json({**OK, "integrationFlow": shown})


def test_a_flow_is_recognized_by_the_run_that_is_new(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    old, new = "2026-08-10T00:00:00.000Z", START
    server.script = [NOT_FOUND, flow(old), flow(old), STARTED]
    server.script += [flow(old), flow(new, ended=False), flow(new), flow(new)]
    assert cloudworks.run(FLOW).outcome == "loaded"
    assert len(starts(server)) == 1


def test_a_flow_of_which_another_run_begins_is_uncertain(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [NOT_FOUND, flow(), flow(), STARTED, flow(START, ended=False), flow(END)]
    with pytest.raises(af.TaskUncertain, match="can no longer be found"):
        cloudworks.run(FLOW)


def test_a_flow_whose_start_was_lost_is_found(
    server: ScriptedServer, cloudworks: af.CloudWorks
) -> None:
    server.script = [NOT_FOUND, flow(), flow(), LOST]
    server.rule = lambda seen: flow(START)
    task = cloudworks.start(FLOW)
    assert "/after/" not in task.url  # there was no run before it
    assert task.result().outcome == "loaded"
    assert len(starts(server)) == 1


@pytest.mark.parametrize("fault", ["lost answer", "lost 504"])
def test_the_sandbox_has_run_it_once_after_a_lost_answer(
    built: Tenant, conn: af.Connection, fault: Any
) -> None:
    runs = len(built.load.runs)
    built.sandbox.faults.add(fault, method="POST", path="*/run")
    assert conn.cloudworks.run("Load staff").outcome == "loaded"
    built.sandbox.faults.clear()
    assert len(built.load.runs) == runs + 1
