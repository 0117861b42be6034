"""Answers in the forms that the OpenAPI file and the documentation have, which differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from tests.transport.scripted import Answer, ScriptedServer, Seen, TurnedClock, as_bytes, as_json

WORKSPACE, DEV, PROD = "8a" * 16, "D" * 32, "E" * 32
OLD, NEW = "0A" * 16, "0B" * 16
ALM = f"/2/0/models/{PROD}/alm"
OK = {"meta": {"schema": "s"}, "status": {"code": 200, "message": "Success"}}


def revision(id_: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "createdOn": "2026-01-02T03:04:05Z", **more}


class Service:
    """The paths of ALM, with answers that a test can replace."""

    def __init__(self) -> None:
        models = [
            {"id": id_, "name": name, "currentWorkspaceId": WORKSPACE, "currentWorkspaceName": "W"}
            for id_, name in ((DEV, "Dev"), (PROD, "Prod"))
        ]
        summary = {"totals": {"created": 1}, "differences": {"lists": {"created": 1}}}
        done = {"taskId": "1", "taskState": "COMPLETE", "result": {"successful": True}}
        self.last = revision(OLD, "v1")
        self.after = revision(NEW, "v2")
        """The last revision of the target after the start of a sync."""
        self.answers: dict[str, Any] = {
            "GET /2/0/models": {**OK, "models": models},
            f"GET {ALM}/syncableRevisions": {**OK, "revisions": [revision(NEW, "v2")]},
            f"POST {ALM}/summaryReportTasks": {**OK, "task": {"taskId": "1"}},
            f"GET {ALM}/summaryReportTasks/1": {**OK, "task": done},
            f"GET {ALM}/summaryReports/{OLD}/{NEW}": {"summaryReport": summary},
            f"GET {ALM}/syncTasks": OK,
            f"POST {ALM}/syncTasks": {**OK, "task": {"taskId": "7"}},
            f"GET {ALM}/syncTasks/7": {**OK, "task": {**done, "taskId": "7"}},
            f"GET {ALM}/revisions": {**OK, "revisions": []},
            f"GET /2/0/models/{DEV}/alm/latestRevision": {**OK, "revisions": [revision(NEW, "v2")]},
        }

    def answer(self, seen: Seen) -> Answer:
        key = f"{seen.method} {seen.path.partition('?')[0]}"
        if key == f"GET {ALM}/latestRevision":
            return as_json({**OK, "revisions": [self.last]})
        if key == f"POST {ALM}/syncTasks":
            self.last = self.after
        found = self.answers[key]
        if isinstance(found, Answer):
            return found
        return as_json(found, 201 if seen.method == "POST" else 200)


@pytest.fixture
def service(server: ScriptedServer) -> Service:
    made = Service()
    server.rule = made.answer
    return made


@pytest.fixture
def prod(server: ScriptedServer, service: Service) -> Iterator[af.Model]:
    with af.connect(
        "me@example.com", "x", api_url=server.url, auth_url=server.url, clock=TurnedClock()
    ) as connection:
        yield connection.model("Prod")


def test_a_result_without_ids_and_a_summary_without_zeros_are_enough(
    prod: af.Model, server: ScriptedServer
) -> None:
    result = prod.alm.sync("Dev", confirm=True)
    assert (result.outcome, result.rows_created, result.rows_deleted) == ("loaded", 1, 0)
    [start] = [each for each in server.asked(f"{ALM}/syncTasks") if each.method == "POST"]
    assert json.loads(start.body) == {
        "sourceRevisionId": NEW,
        "sourceModelId": DEV,
        "targetRevisionId": OLD,
    }


def test_a_successful_task_that_has_no_effect_is_uncertain(
    prod: af.Model, service: Service
) -> None:
    service.after = service.last
    with pytest.raises(af.TaskUncertain, match="'Prod' does not have revision 'v2' of model 'Dev'"):
        prod.alm.sync("Dev", confirm=True)


def test_another_revision_may_follow_at_once(prod: af.Model, service: Service) -> None:
    service.after = revision("0C" * 16, "v3")
    service.answers[f"GET {ALM}/revisions"] = {**OK, "revisions": [revision(NEW, "v2")]}
    assert prod.alm.sync("Dev", confirm=True).outcome == "loaded"


def test_a_check_that_is_refused_does_not_make_a_success_uncertain(
    prod: af.Model, service: Service
) -> None:
    service.after = revision("0C" * 16, "v3")
    service.answers[f"GET {ALM}/revisions"] = as_json({"status": {"code": 404}}, 404)
    result = prod.alm.sync("Dev", confirm=True)
    assert result.outcome == "loaded"
    assert "could not be read" in result.note


@pytest.mark.parametrize(
    "error",
    [
        {
            "title": "Model Synchronization Failed",
            "messageText": "552.9 MB.",
            "subtitle": "Too big.",
        },
        {"title": "Too big", "messageText": None},
        "no object",
        None,
    ],
)
def test_why_a_sync_failed_is_said_in_every_form(
    prod: af.Model, service: Service, error: Any
) -> None:
    task = {"taskId": "7", "taskState": "COMPLETE", "creationTime": "2026-01-02T03:04:05Z"}
    task["result"] = {"successful": False, "error": error}  # type: ignore[assignment]
    service.answers[f"GET {ALM}/syncTasks/7"] = {**OK, "task": task}
    with pytest.raises(af.TaskFailed) as caught:
        prod.alm.sync("Dev", confirm=True)
    if isinstance(error, dict):
        for text in filter(None, error.values()):
            assert text.rstrip(".") in str(caught.value)
    else:
        assert "Anaplan gives no reason" in str(caught.value)
    service.answers[f"GET {ALM}/syncTasks"] = {**OK, "tasks": [task]}
    frame = prod.alm.sync_tasks()
    assert frame["created"][0] == pd.Timestamp("2026-01-02T03:04:05Z")
    assert frame["successful"].tolist() == [False]


@pytest.mark.parametrize("key", ["revision", "revisions"])
def test_a_new_revision_is_read_in_both_forms(prod: af.Model, service: Service, key: str) -> None:
    made = revision(NEW, "v2", description="d")
    service.answers[f"POST {ALM}/revisions"] = {**OK, key: [made] if key == "revisions" else made}
    assert prod.alm.create_revision("v2")["id"] == NEW


def test_an_answer_without_a_revision_counts_as_lost(
    prod: af.Model, service: Service, server: ScriptedServer
) -> None:
    service.answers[f"POST {ALM}/revisions"] = {**OK, "revisions": []}
    with pytest.raises(af.TaskUncertain, match="it is not listed"):
        prod.alm.create_revision("v2")
    assert len([each for each in server.seen if each.method == "POST" and "alm" in each.path]) == 1


def test_revisions_without_the_time_of_application_are_filtered_by_their_creation(
    prod: af.Model, service: Service
) -> None:
    service.answers[f"GET {ALM}/revisions"] = {
        **OK,
        "revisions": [revision(OLD, "v1"), {"id": NEW}],
    }
    assert len(prod.alm.revisions()) == 2
    assert prod.alm.revisions(since="2026-01-03")["id"].tolist() == [NEW]  # its time is not known
    assert len(prod.alm.revisions(since="2026-01-02", until="2026-01-02")) == 2


def test_the_days_asked_for_leave_room_for_both_readings(
    prod: af.Model, server: ScriptedServer
) -> None:
    prod.alm.revisions(since="2026-03-01", until="2026-03-01")
    asked = server.asked(f"{ALM}/revisions")[-1].path
    assert "appliedAfter=2026-02-28" in asked
    assert "appliedBefore=2026-03-02" in asked


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_report_in_a_state_that_is_not_documented_does_not_wait_for_ever(
    prod: af.Model, service: Service, state: str
) -> None:
    task = {"taskId": "1", "taskState": state}
    service.answers[f"GET {ALM}/summaryReportTasks/1"] = {**OK, "task": task}
    with pytest.raises(af.TaskFailed, match=f"its state is '{state}'"):
        prod.alm.summary("Dev")


def test_a_report_that_does_not_end_is_left_when_the_time_is_over(
    prod: af.Model, service: Service
) -> None:
    task = {"taskId": "1", "taskState": "IN_PROGRESS"}
    service.answers[f"GET {ALM}/summaryReportTasks/1"] = {**OK, "task": task}
    with pytest.raises(af.TransferTimeout):
        prod.alm.sync("Dev", confirm=True, timeout=60)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (as_json({"status": {"code": 424, "message": ""}}, 424), af.PermissionDenied),
        (Answer(424, b""), af.PermissionDenied),
        (as_json({"status": {"code": 403, "message": "Forbidden"}}, 403), af.PermissionDenied),
        (as_json({"status": {"code": 424, "message": "It is offline"}}, 424), af.ModelUnavailable),
    ],
)
def test_of_a_report_424_without_a_text_is_a_missing_role(
    prod: af.Model, service: Service, answer: Answer, error: type[Exception]
) -> None:
    service.answers[f"POST {ALM}/summaryReportTasks"] = answer
    with pytest.raises(error):
        prod.alm.summary("Dev")


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/plain"])
def test_a_report_that_is_not_bytes_is_not_taken_for_one(
    prod: af.Model, service: Service, kind: str
) -> None:
    done = {"taskId": "1", "taskState": "COMPLETE", "result": {"successful": True}}
    service.answers |= {
        f"POST {ALM}/comparisonReportTasks": {**OK, "task": {"taskId": "1"}},
        f"GET {ALM}/comparisonReportTasks/1": {**OK, "task": done},
        f"GET {ALM}/comparisonReports/{OLD}/{NEW}": as_bytes(b"{}", kind),
    }
    with pytest.raises(af.TransferError):
        prod.alm.report("Dev")
    service.answers[f"GET {ALM}/comparisonReports/{OLD}/{NEW}"] = as_bytes(b"")
    assert prod.alm.report("Dev") == {}
