"""Revisions, syncs and reports over HTTP: roles, modes, bodies, and how long things are kept."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.clock import ClockAhead
from tests.sandbox.http_client import Http, InModel

UNKNOWN = "0" * 32


@dataclass
class Pair:
    """A source with the revisions "One" and "Two", and a copy with "One"."""

    sandbox: Sandbox
    clock: ClockAhead
    built_source: Model
    built_copy: Model
    http: Http
    body: dict[str, str]

    @property
    def source(self) -> InModel:
        return InModel(self.http, f"/models/{self.built_source.id}")

    @property
    def copy(self) -> InModel:
        return InModel(self.http, f"/models/{self.built_copy.id}")

    def run(self, kind: str) -> dict[str, Any]:
        """Start a task, and return its result when it has ended."""
        started = self.copy.post(f"/alm/{kind}", self.body)
        assert started.status_code == 201, started.text
        path, deadline = started.json()["task"]["taskId"], time.monotonic() + 10
        while time.monotonic() < deadline:
            task = self.copy.get(f"/alm/{kind}/{path}").json()["task"]
            if task["taskState"] == "COMPLETE":
                result: dict[str, Any] = task["result"]
                return result
            time.sleep(0.002)
        raise AssertionError("the task does not end")


@contextmanager
def build_pair() -> Iterator[Pair]:
    clock = ClockAhead()
    with Sandbox(rate_limit=None, task_pause=0, clock=clock) as sandbox:
        source = sandbox.workspace("W").model("Source")
        source.list("Regions")
        one = sandbox.revision(source, "One")
        copy = sandbox.copy_model(source, "Copy", deployed=True)
        source.list("Cities")
        two = sandbox.revision(source, "Two")
        ids = {"sourceRevisionId": two, "sourceModelId": source.id, "targetRevisionId": one}
        yield Pair(sandbox, clock, source, copy, Http(sandbox), ids)


@pytest.fixture
def pair() -> Iterator[Pair]:
    with build_pair() as built:
        yield built


@pytest.fixture(scope="module")
def kept_pair() -> Iterator[Pair]:
    """The same for tests that change nothing of it."""
    with build_pair() as built:
        yield built


@pytest.fixture(scope="module")
def reader(kept_pair: Pair) -> InModel:
    """The copy, for a user who does not administer the workspace."""
    kept_pair.sandbox.add_user("reader@example.com", "x", administrator=False)
    http = Http(kept_pair.sandbox, "reader@example.com", "x")
    return InModel(http, kept_pair.copy.path)


def test_a_missing_role_is_403_and_of_reports_424_without_a_text(
    kept_pair: Pair, reader: InModel
) -> None:
    for path in ("revisions", "latestRevision", "syncTasks", "syncableRevisions"):
        assert reader.get(f"/alm/{path}").status_code == 403
    assert reader.post("/alm/syncTasks", kept_pair.body).status_code == 403
    one, two = kept_pair.body["targetRevisionId"], kept_pair.body["sourceRevisionId"]
    for report in ("comparisonReport", "summaryReport"):
        for answer in (
            reader.post(f"/alm/{report}Tasks", kept_pair.body),
            reader.get(f"/alm/{report}Tasks/{UNKNOWN}"),
            reader.get(f"/alm/{report}s/{one}/{two}"),
        ):
            assert answer.status_code == 424
            assert answer.json()["status"]["message"] == ""


def test_a_comparison_is_offered_as_bytes_only_whatever_the_role(
    kept_pair: Pair, reader: InModel
) -> None:
    one, two = kept_pair.body["targetRevisionId"], kept_pair.body["sourceRevisionId"]
    path = f"{kept_pair.copy.path}/alm/comparisonReports/{one}/{two}"
    for http in (kept_pair.http, reader.http):
        answer = http.send("GET", path, headers={"Accept": "application/json"})
        assert answer.status_code == 406
    kept_pair.run("comparisonReportTasks")
    answer = kept_pair.http.send("GET", path, headers={"Accept": "application/octet-stream"})
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.text.startswith("=== LISTS ADDED ===\nName\tPosition\tRelative To\t")


@pytest.mark.parametrize("missing", ["sourceRevisionId", "sourceModelId", "targetRevisionId"])
@pytest.mark.parametrize("kind", ["syncTasks", "comparisonReportTasks", "summaryReportTasks"])
def test_all_three_ids_are_required_and_must_be_known(
    kept_pair: Pair, kind: str, missing: str
) -> None:
    for value in (None, "", UNKNOWN):
        body = {**kept_pair.body, missing: value}
        assert kept_pair.copy.post(f"/alm/{kind}", body).status_code == 400
    assert kept_pair.copy.get("/alm/syncTasks").json().get("tasks") is None


def test_a_sync_starts_from_the_last_revision_of_the_target(pair: Pair) -> None:
    assert pair.run("syncTasks")["successful"]
    again = pair.copy.post("/alm/syncTasks", pair.body)
    assert again.status_code == 400
    assert "not the latest revision" in again.json()["status"]["message"]


def test_each_post_starts_another_task_and_the_second_fails(pair: Pair) -> None:
    pair.sandbox.tasks.pause = 0.05
    first = pair.copy.post("/alm/syncTasks", pair.body).json()["task"]
    second = pair.copy.post("/alm/syncTasks", pair.body).json()["task"]
    assert first["taskState"] == second["taskState"] == "IN_PROGRESS"
    deadline = time.monotonic() + 10
    while "result" not in (
        shown := pair.copy.get(f"/alm/syncTasks/{second['taskId']}").json()["task"]
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert shown["currentStep"] == "Failed."
    assert shown["result"]["error"]["title"] == "Model Synchronization Failed"
    listed = pair.copy.get("/alm/syncTasks").json()["tasks"]
    assert [task["taskId"] for task in listed] == [second["taskId"], first["taskId"]]


def test_tasks_and_reports_are_kept_for_48_hours(pair: Pair) -> None:
    one, two = pair.body["targetRevisionId"], pair.body["sourceRevisionId"]
    report = f"/alm/summaryReports/{one}/{two}"
    assert pair.copy.get(report).status_code == 404  # nobody has asked for it
    pair.run("summaryReportTasks")
    pair.run("syncTasks")
    pair.clock.ahead = 47.9 * 3600
    http = InModel(Http(pair.sandbox), pair.copy.path)  # the token has expired
    assert http.get(report).status_code == 200
    assert len(http.get("/alm/syncTasks").json()["tasks"]) == 1
    pair.clock.ahead = 48.1 * 3600
    http = InModel(Http(pair.sandbox), pair.copy.path)
    assert http.get(report).status_code == 404
    assert "tasks" not in http.get("/alm/syncTasks").json()


def test_revisions_are_filtered_by_day(kept_pair: Pair) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    day = datetime.timedelta(days=1)

    def names(**params: str) -> list[str]:
        listed = kept_pair.source.get("/alm/revisions", sort="+name", **params).json()["revisions"]
        return [each["name"] for each in listed]

    assert names() == names(appliedAfter=str(today - day)) == ["One", "Two"]
    assert names(appliedBefore=str(today + day)) == ["One", "Two"]
    assert names(appliedAfter=str(today + day)) == names(appliedBefore=str(today - day)) == []
    wrong = kept_pair.source.get("/alm/revisions", appliedAfter="01/02/2026")
    assert wrong.status_code == 400
    swapped = {"appliedAfter": "2026-02-01", "appliedBefore": "2026-01-01"}
    assert kept_pair.source.get("/alm/revisions", **swapped).status_code == 400


def test_pages_of_revisions_are_those_of_the_integration_api(kept_pair: Pair) -> None:
    page = kept_pair.source.get("/alm/revisions", limit=1, sort="-name").json()
    assert page["revisions"][0]["name"] == "Two"
    assert page["meta"]["paging"]["totalSize"] == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "must be texts"),
        ({"name": ""}, "needs a name"),
        ({"name": "n" * 61}, "60 characters or fewer"),
        ({"name": "n", "description": "d" * 251}, "250 characters or fewer"),
        ({"name": "n"}, "no structural changes"),
    ],
)
def test_a_revision_that_cannot_be_made_says_why(
    kept_pair: Pair, body: dict[str, str], says: str
) -> None:
    answer = kept_pair.source.post("/alm/revisions", body)
    assert answer.status_code == 400
    assert says in answer.json()["status"]["message"]


def test_a_new_item_of_a_list_is_a_change_but_not_of_production_data(pair: Pair) -> None:
    regions = next(iter(pair.built_source.lists.values()))
    people = pair.built_source.list("People", production=True)
    assert pair.source.post("/alm/revisions", {"name": "List"}).status_code == 201
    for lst, status in ((people, 400), (regions, 201)):
        items = {"items": [{"name": "New", "code": "New"}]}
        assert pair.source.post(f"/lists/{lst.id}/items?action=add", items).ok
        assert pair.source.post("/alm/revisions", {"name": lst.name}).status_code == status


def test_a_deployed_model_has_no_new_revisions_and_an_archived_one_does_nothing(
    pair: Pair,
) -> None:
    pair.built_copy.list("Own")
    refused = pair.copy.post("/alm/revisions", {"name": "Own"})
    assert "standard mode" in refused.json()["status"]["message"]
    pair.built_copy.state = "LOCKED"
    assert pair.copy.post("/alm/syncTasks", pair.body).status_code == 423
    status = {"status": "online"}
    path = f"{pair.copy.path}/onlineStatus"
    assert pair.http.send("PUT", path, json=status).status_code == 400
    pair.built_copy.state = "ARCHIVED"
    assert pair.copy.get("/alm/revisions").status_code == 422
    assert pair.http.send("PUT", path, json=status).status_code == 422


def test_a_source_that_the_user_may_not_see_is_404(kept_pair: Pair) -> None:
    kept_pair.sandbox.add_user("half@example.com", "x", models=[kept_pair.built_copy.id])
    half = InModel(Http(kept_pair.sandbox, "half@example.com", "x"), kept_pair.copy.path)
    asked = half.get("/alm/syncableRevisions", sourceModelId=kept_pair.built_source.id)
    assert asked.status_code == 404
    assert half.post("/alm/syncTasks", kept_pair.body).status_code == 400


def test_the_status_is_online_or_offline(pair: Pair) -> None:
    path = f"{pair.copy.path}/onlineStatus"
    assert pair.http.send("PUT", path, json={"status": "away"}).status_code == 400
    assert pair.http.send("PUT", path, json={"status": "offline"}).status_code == 204
    assert pair.built_copy.state == "PRODUCTION_MAINTENANCE"
    assert pair.copy.get("/lists").status_code == 200
    assert pair.run("syncTasks")["successful"]
    assert pair.http.send("POST", path, json={"status": "online"}).status_code == 204
    assert pair.built_copy.state == "PRODUCTION"


def test_the_builder_refuses_what_the_api_refuses(kept_pair: Pair) -> None:
    with pytest.raises(ValueError, match="no structural changes"):
        kept_pair.sandbox.revision(kept_pair.built_source, "Three")
