"""Tasks over HTTP: start, status, listing and cancelling; processes; failure dumps."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.clock import Clock
from tests.sandbox.http_client import (
    BROKEN,
    BROKEN_IMPORT,
    CLEAR,
    EMPLOYEES,
    EXPORT,
    FILE,
    LIST_IMPORT,
    NIGHTLY,
    WITH_A_DUPLICATE,
    Http,
    InModel,
    build_headcount,
    in_model,
)

LOAD = f"imports/{LIST_IMPORT}"
EN = {"localeName": "en_US"}


def exported(model: InModel) -> list[dict[str, str]]:
    """Run the export and read its output."""
    assert model.run(f"exports/{EXPORT}")["successful"]
    text = model.get(f"/files/{EXPORT}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def counts(detail: dict[str, Any]) -> dict[str, str]:
    values = detail["values"]
    return dict(zip(values[::2], values[1::2], strict=True))


@pytest.mark.parametrize("body", [{}, {"localeName": ""}, {"localeName": 1}, None])
@pytest.mark.parametrize(
    "action", [LOAD, f"exports/{EXPORT}", f"actions/{CLEAR}", f"processes/{NIGHTLY}"]
)
def test_a_task_requires_a_locale(headcount_api: InModel, action: str, body: Any) -> None:
    answer = headcount_api.post(f"/{action}/tasks", body)
    assert answer.status_code == 400
    assert answer.json()["status"]["message"] == "localeName is required"
    assert headcount_api.get(f"/{action}/tasks").json()["tasks"] == []


def test_a_body_that_is_not_json_is_400(headcount_api: InModel) -> None:
    for content in (b"{", b"[]", b'"x"'):
        answer = headcount_api.http.send("POST", f"{headcount_api.path}/{LOAD}/tasks", data=content)
        assert answer.status_code == 400


def test_mapping_parameters_are_checked(headcount_api: InModel) -> None:
    for wrong in ([{"entityType": "Version"}], ["Actual"], 7, [{"entityType": 1, "entityName": 2}]):
        answer = headcount_api.post(f"/{LOAD}/tasks", {**EN, "mappingParameters": wrong})
        assert answer.status_code == 400


def test_mapping_parameters_reach_the_import(tenant: Sandbox) -> None:
    model = tenant.workspace("Finance").model("Costs")
    team = model.list("Teams")
    module = model.module(
        "Costs", dimensions=[team, "Time", "Versions"], line_items={"Cost": "NUMBER"}
    )
    file = model.file("costs.csv", id=FILE, columns=["Teams", "Time", "Cost"])
    teams = model.file("teams.csv", id="113000000002", columns=["Name"])
    model.import_("Load teams", file=teams, into=team, id="112000000002")
    model.import_(
        "Load costs",
        file=file,
        into=module,
        id=LIST_IMPORT,
        mapping={"Teams": "Teams", "Time": "Time", "Cost": "Cost"},
        parameters={"Version": None},
    )
    http = in_model(Http(tenant), model)
    http.upload(b"Name\nNorth\n", "113000000002")
    http.run("imports/112000000002")
    month = time.strftime("%b %y")
    http.upload(f"Teams,Time,Cost\nNorth,{month},5\n".encode())
    forecast = [{"entityType": "Version", "entityName": "Forecast"}]
    result = http.run(LOAD, mappingParameters=forecast)
    assert counts(result["details"][0])["successRowCount"] == "1"
    unknown = [{"entityType": "Version", "entityName": "No such version"}]
    refused = http.run(LOAD, mappingParameters=unknown)
    assert not refused["successful"] or counts(refused["details"][0])["failedCount"] == "1"


def test_an_import_reads_an_upload_and_an_export_writes_its_data(
    headcount_api: InModel,
) -> None:
    headcount_api.upload(EMPLOYEES)
    task = headcount_api.wait(headcount_api.start(LOAD))
    assert (task["taskState"], task["progress"]) == ("COMPLETE", 1.0)
    assert task["currentStep"] == "Complete."
    result = task["result"]
    assert result["successful"] is True
    assert result["failureDumpAvailable"] is False
    assert result["objectId"] == LIST_IMPORT
    assert result["details"][0]["type"] == "hierarchyRowsProcessed"
    assert counts(result["details"][0])["successRowCount"] == "2"
    rows = exported(headcount_api)
    assert [(row["Code"], row["Grade"]) for row in rows] == [("E1", "A"), ("E2", "B")]


def test_a_task_is_shown_waiting_then_running_then_ended() -> None:
    with Sandbox(rate_limit=None, task_pause=0.15) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(EMPLOYEES)
        started = time.time() * 1000
        task = model.start(LOAD)
        seen: list[str] = []
        while "COMPLETE" not in seen:
            status = model.status(task)
            assert ("result" in status) == (status["taskState"] == "COMPLETE")
            assert 0.0 <= status["progress"] <= 1.0
            assert status["creationTime"] == pytest.approx(started, abs=5000)
            if status["taskState"] not in seen:
                seen.append(status["taskState"])
            time.sleep(0.005)
        assert seen == ["NOT_STARTED", "IN_PROGRESS", "COMPLETE"]


def test_a_model_runs_one_task_at_a_time() -> None:
    with Sandbox(rate_limit=None, task_pause=0.05) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(EMPLOYEES)
        tasks = [model.start(LOAD), model.start(f"actions/{CLEAR}"), model.start(LOAD)]
        while model.status(tasks[-1])["taskState"] != "COMPLETE":
            states = [model.status(task)["taskState"] for task in reversed(tasks)]
            assert states.count("IN_PROGRESS") <= 1
            assert sorted(states, key=["NOT_STARTED", "IN_PROGRESS", "COMPLETE"].index) == states
        assert len(exported(model)) == 2


def test_tasks_of_all_users_are_listed(
    tenant: Sandbox, headcount: Model, headcount_api: InModel
) -> None:
    tenant.add_user("other@example.com", "pw")
    theirs = in_model(Http(tenant, "other@example.com", "pw"), headcount)
    ids = [headcount_api.start(f"actions/{CLEAR}").rpartition("/")[2]]
    ids += [theirs.start(f"actions/{CLEAR}").rpartition("/")[2]]
    headcount_api.wait(f"/actions/{CLEAR}/tasks/{ids[1]}")
    body = headcount_api.get(f"/actions/{CLEAR}/tasks").json()
    assert [task["taskId"] for task in body["tasks"]] == ids
    assert set(body["tasks"][0]) == {"taskId", "taskState", "creationTime"}
    assert body["meta"]["paging"]["totalSize"] == 2
    newest = headcount_api.get(f"/actions/{CLEAR}/tasks", sort="-creationDate").json()["tasks"]
    assert newest[0]["creationTime"] >= newest[1]["creationTime"]
    by_id = headcount_api.get(f"/actions/{CLEAR}/tasks", sort="taskId", limit=1).json()["tasks"]
    assert [task["taskId"] for task in by_id] == [min(ids)]
    assert theirs.status(f"/actions/{CLEAR}/tasks/{ids[0]}")["taskState"] == "COMPLETE"


def test_a_task_is_only_found_under_its_own_object(headcount_api: InModel) -> None:
    task = headcount_api.start(f"actions/{CLEAR}").rpartition("/")[2]
    for parent in (f"imports/{LIST_IMPORT}", f"actions/{CLEAR[:-1]}9", f"processes/{NIGHTLY}"):
        assert headcount_api.get(f"/{parent}/tasks/{task}").status_code == 404
        assert headcount_api.delete(f"/{parent}/tasks/{task}") == 404
    assert headcount_api.get("/views/1/tasks").status_code == 404


def test_task_lists_of_unknown_objects_are_empty(headcount_api: InModel) -> None:
    for kind in ("imports", "exports", "actions", "processes"):
        answer = headcount_api.get(f"/{kind}/999/tasks")
        assert (answer.status_code, answer.json()["tasks"]) == (200, [])
        assert headcount_api.post(f"/{kind}/999/tasks", EN).status_code == 404


def test_a_cancelled_task_changes_nothing() -> None:
    with Sandbox(rate_limit=None, task_pause=0.2) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(EMPLOYEES)
        task = model.start(LOAD)
        assert model.delete(task) == 204
        assert model.status(task)["taskState"] == "CANCELLING"
        ended = model.wait(task)
        assert ended["taskState"] == "CANCELLED"
        assert ended["result"]["successful"] is False
        assert model.get(f"{task}/dump").status_code == 404
        assert exported(model) == []


def test_a_task_cancelled_while_it_runs_is_rolled_back(
    tenant: Sandbox, headcount_api: InModel
) -> None:
    tenant.tasks.pause = 0.02
    rows = "".join(f"Name {number},E{number},A\n" for number in range(200_000))
    headcount_api.upload(f"Name,Code,Grade\n{rows}".encode())
    task = headcount_api.start(LOAD)
    while headcount_api.status(task)["taskState"] == "NOT_STARTED":
        time.sleep(0.005)
    assert headcount_api.delete(task) == 204
    assert headcount_api.wait(task)["taskState"] == "CANCELLED"
    assert exported(headcount_api) == []


def test_a_task_that_waits_behind_another_can_be_cancelled() -> None:
    with Sandbox(rate_limit=None, task_pause=0.1) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(EMPLOYEES)
        first, second = model.start(LOAD), model.start(f"actions/{CLEAR}")
        model.delete(second)
        assert model.wait(first)["taskState"] == "COMPLETE"
        assert model.wait(second)["taskState"] == "CANCELLED"
        assert len(exported(model)) == 2


def test_cancelling_a_task_that_has_ended_changes_nothing(headcount_api: InModel) -> None:
    task = headcount_api.start(f"actions/{CLEAR}")
    headcount_api.wait(task)
    assert headcount_api.delete(task) == 204
    assert headcount_api.status(task)["taskState"] == "COMPLETE"


def test_an_import_without_content_fails(headcount_api: InModel) -> None:
    result = headcount_api.run(f"imports/{BROKEN_IMPORT}")
    assert result["successful"] is False
    assert result["details"][0]["type"] == "uploadedFileNoLongerAvailable"


def test_an_import_reads_the_content_of_the_user_who_started_it(
    tenant: Sandbox, headcount: Model, headcount_api: InModel
) -> None:
    tenant.add_user("other@example.com", "pw")
    theirs = in_model(Http(tenant, "other@example.com", "pw"), headcount)
    headcount_api.upload(EMPLOYEES)
    assert theirs.run(LOAD)["details"][0]["type"] == "uploadedFileNoLongerAvailable"
    tenant.default_content(headcount, FILE, b"Name,Code,Grade\nDi,E9,C\n")
    assert theirs.run(LOAD)["successful"]
    assert [row["Code"] for row in exported(headcount_api)] == ["E9"]
    assert headcount_api.run(LOAD)["successful"]
    assert sorted(row["Code"] for row in exported(headcount_api)) == ["E1", "E2", "E9"]


def test_a_process_runs_its_actions_in_order(headcount_api: InModel) -> None:
    headcount_api.upload(EMPLOYEES)
    result = headcount_api.run(f"processes/{NIGHTLY}")
    assert result["successful"] is True
    assert result["objectId"] == NIGHTLY
    assert [nested["objectId"] for nested in result["nestedResults"]] == [
        CLEAR,
        LIST_IMPORT,
        EXPORT,
    ]
    assert b"E1" in headcount_api.get(f"/files/{EXPORT}").content


def test_a_failed_action_ends_the_process(headcount_api: InModel) -> None:
    headcount_api.upload(EMPLOYEES)
    result = headcount_api.run(f"processes/{BROKEN}")
    assert result["successful"] is False
    assert [nested["objectId"] for nested in result["nestedResults"]] == [BROKEN_IMPORT]
    assert exported(headcount_api) == []


def test_rejected_rows_are_successful_with_a_dump(headcount_api: InModel) -> None:
    headcount_api.upload(WITH_A_DUPLICATE)
    task = headcount_api.start(LOAD)
    result = headcount_api.wait(task)["result"]
    assert (result["successful"], result["failureDumpAvailable"]) == (True, True)
    assert counts(result["details"][0])["failedCount"] == "1"
    answer = headcount_api.get(f"{task}/dump")
    assert answer.headers["Content-Type"].startswith("text/plain")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["_Status_", "Name", "Code", "Grade", "_Line_", "_Error_1_"]
    assert rows[1][1:4] == ["Ada", "E3", "B"]
    assert len(rows) == 2


def test_the_dump_comes_in_chunks(headcount_api: InModel) -> None:
    headcount_api.upload(WITH_A_DUPLICATE)
    task = headcount_api.start(LOAD)
    headcount_api.wait(task)
    whole = headcount_api.get(f"{task}/dump").content
    chunks = headcount_api.get(f"{task}/dump/chunks").json()["chunks"]
    assert chunks == [{"id": "0", "name": "Chunk 0"}]
    assert headcount_api.get(f"{task}/dump/chunks/0").content == whole
    for wrong in ("1", "x", "-1"):
        assert headcount_api.get(f"{task}/dump/chunks/{wrong}").status_code == 404


def test_a_large_dump_has_several_chunks() -> None:
    with Sandbox(rate_limit=None, export_chunk_size=20) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(WITH_A_DUPLICATE)
        task = model.start(LOAD)
        model.wait(task)
        whole = model.get(f"{task}/dump").content
        chunks = model.get(f"{task}/dump/chunks").json()["chunks"]
        parts = [model.get(f"{task}/dump/chunks/{c['id']}").content for c in chunks]
        assert [len(part) for part in parts[:-1]] == [20] * (len(whole) // 20)
        assert b"".join(parts) == whole


def test_without_rejected_rows_there_is_no_dump(headcount_api: InModel) -> None:
    headcount_api.upload(EMPLOYEES)
    task = headcount_api.start(LOAD)
    headcount_api.wait(task)
    answer = headcount_api.get(f"{task}/dump")
    assert (answer.status_code, answer.content) == (204, b"")
    assert headcount_api.get(f"{task}/dump/chunks").status_code == 404
    assert headcount_api.get(f"{task}/dump/chunks/0").status_code == 404


def test_the_dump_of_an_older_task_is_gone_although_its_result_announces_one(
    headcount_api: InModel,
) -> None:
    headcount_api.upload(WITH_A_DUPLICATE)
    older = headcount_api.start(LOAD)
    headcount_api.wait(older)
    newer = headcount_api.start(LOAD)
    headcount_api.wait(newer)
    assert headcount_api.status(older)["result"]["failureDumpAvailable"] is True
    assert headcount_api.get(f"{older}/dump").status_code == 410
    assert headcount_api.get(f"{older}/dump/chunks").status_code == 410
    assert headcount_api.get(f"{newer}/dump").status_code == 200


def test_a_dump_is_private_and_kept_for_each_user(
    tenant: Sandbox, headcount: Model, headcount_api: InModel
) -> None:
    tenant.add_user("other@example.com", "pw")
    theirs = in_model(Http(tenant, "other@example.com", "pw"), headcount)
    headcount_api.upload(WITH_A_DUPLICATE)
    theirs.upload(WITH_A_DUPLICATE)
    mine, other = headcount_api.start(LOAD), theirs.start(LOAD)
    headcount_api.wait(mine)
    theirs.wait(other)
    assert headcount_api.get(f"{mine}/dump").status_code == 200
    assert theirs.get(f"{mine}/dump").status_code == 404
    assert theirs.get(f"{other}/dump").status_code == 200


def test_a_dump_is_dropped_48_hours_after_it_was_last_read() -> None:
    clock = Clock()
    with Sandbox(token_lifetime=1e9, clock=clock) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(WITH_A_DUPLICATE)
        task = model.start(LOAD)
        model.wait(task)
        for _ in range(2):
            clock.now += 47 * 3600
            assert model.get(f"{task}/dump").status_code == 200
        clock.now += 49 * 3600
        assert model.get(f"{task}/dump").status_code == 410


def test_the_dump_of_an_import_in_a_process(headcount_api: InModel) -> None:
    headcount_api.upload(WITH_A_DUPLICATE)
    task = headcount_api.start(f"processes/{NIGHTLY}")
    result = headcount_api.wait(task)["result"]
    assert (result["successful"], result["failureDumpAvailable"]) == (True, True)
    flags = [nested["failureDumpAvailable"] for nested in result["nestedResults"]]
    assert flags == [False, True, False]
    dump = f"{task}/dumps/{LIST_IMPORT}"
    whole = headcount_api.get(dump)
    assert whole.status_code == 200
    assert "E3" in whole.text
    assert headcount_api.get(f"{dump}/chunks").json()["chunks"] == [{"id": "0", "name": "Chunk 0"}]
    assert headcount_api.get(f"{dump}/chunks/0").content == whole.content
    for other in (CLEAR, EXPORT, BROKEN_IMPORT):
        assert headcount_api.get(f"{task}/dumps/{other}").status_code in (204, 404)
    headcount_api.run(LOAD)
    assert headcount_api.get(dump).status_code == 410


def test_a_dump_of_an_unknown_task_is_404(headcount_api: InModel) -> None:
    assert headcount_api.get(f"/{LOAD}/tasks/{'A' * 32}/dump").status_code == 404
    assert headcount_api.get(f"/{LOAD}/tasks/{'A' * 32}/dump/chunks").status_code == 404
    unknown = f"/processes/{NIGHTLY}/tasks/{'A' * 32}/dumps/{LIST_IMPORT}"
    assert headcount_api.get(unknown).status_code == 404
