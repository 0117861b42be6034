"""Opening, closing and deleting models over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.clock import Clock
from tests.sandbox.http_client import FILE, LIST_IMPORT, Http, InModel, build_headcount, in_model


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def closing() -> str:
    """What the status shows while a model opens or closes."""
    return "by step"


@pytest.fixture
def timed_sandbox(clock: Clock, closing: str) -> Iterator[Sandbox]:
    behavior = {"closing": closing}
    with Sandbox(rate_limit=None, clock=clock, task_pause=0.1, behavior=behavior) as running:
        yield running


@pytest.fixture
def timed_model(timed_sandbox: Sandbox) -> Model:
    return build_headcount(timed_sandbox)


@pytest.fixture
def state_api(timed_sandbox: Sandbox, timed_model: Model, with_workspace: bool) -> InModel:
    return in_model(Http(timed_sandbox), timed_model, with_workspace=with_workspace)


def state(model: InModel) -> tuple[str, float]:
    shown = model.get("/status").json()["requestStatus"]
    return shown["currentStep"], round(shown["progress"], 3)


def delete(http: Http, workspace: str, *models: str) -> tuple[int, dict[str, str]]:
    """Delete models; return how many were deleted, and the messages of the failures by id."""
    path = f"/workspaces/{workspace}/bulkDeleteModels"
    answer = http.post(path, {"modelIdsToDelete": list(models)})
    assert answer.status_code == 200
    failures = answer.json().get("bulkDeleteModelsFailures", [])
    return answer.json()["modelsDeleted"], {one["modelId"]: one["message"] for one in failures}


def test_the_status_of_a_changing_model_begins_with_that_of_before(
    state_api: InModel, clock: Clock
) -> None:
    state_api.post("/close")
    assert state(state_api) == ("Open", -1.0)
    clock.now += 0.05
    assert state(state_api) == ("Closing", -1.0)
    clock.now += 0.1
    assert state(state_api) == ("Closed", -1.0)
    state_api.post("/open")
    assert state(state_api) == ("Closed", -1.0)
    clock.now += 0.05
    assert state(state_api) == ("Opening", -1.0)
    clock.now += 0.1
    assert state(state_api) == ("Open", -1.0)


def test_the_status_can_be_posted_and_then_has_an_envelope(state_api: InModel) -> None:
    posted = state_api.post("/status").json()
    assert posted["status"] == {"code": 200, "message": "Success"}
    assert posted["requestStatus"]["currentStep"] == "Open"


@pytest.mark.parametrize("closing", ["by progress"])
def test_a_model_is_closed_and_opened_a_moment_after_the_answer(
    state_api: InModel, clock: Clock
) -> None:
    assert state(state_api) == ("Open", -1.0)
    answer = state_api.post("/close")
    assert (answer.status_code, answer.content) == (204, b"")
    clock.now += 0.025
    assert state(state_api) == ("Closing", 0.25)
    clock.now += 0.1
    assert state(state_api) == ("Closed", -1.0)
    answer = state_api.post("/open")
    assert (answer.status_code, answer.content) == (202, b"")
    assert state(state_api) == ("Opening", 0.0)
    clock.now += 0.1
    assert state(state_api) == ("Open", -1.0)


def test_opening_an_open_model_changes_nothing(state_api: InModel) -> None:
    assert state_api.post("/open").status_code == 202
    assert state(state_api) == ("Open", -1.0)


def test_an_empty_body_can_have_the_documented_media_type(state_api: InModel) -> None:
    media = {"Content-Type": "application/text"}
    answer = state_api.http.send("POST", f"{state_api.path}/close", headers=media)
    assert answer.status_code == 204


def test_lists_and_the_status_leave_a_model_closed_but_work_opens_it(
    state_api: InModel, clock: Clock
) -> None:
    state_api.post("/close")
    clock.now += 1
    for path in ("/imports", "/status", "/dashboards"):
        assert state_api.get(path).status_code == 200
    assert state(state_api) == ("Closed", -1.0)
    state_api.upload(b"Name,Code,Grade\nAda,E1,A\n", FILE)
    assert state_api.run(f"imports/{LIST_IMPORT}")["successful"]
    assert state(state_api) == ("Open", -1.0)


def test_only_administrators_open_and_close(timed_sandbox: Sandbox, timed_model: Model) -> None:
    timed_sandbox.add_user("standard@example.com", "pw", administrator=False)
    model = in_model(Http(timed_sandbox, "standard@example.com", "pw"), timed_model)
    assert model.post("/close").status_code == 404
    assert model.post("/open").status_code == 404
    assert state(model) == ("Open", -1.0)


def test_a_locked_model_is_neither_opened_nor_closed(
    state_api: InModel, timed_model: Model
) -> None:
    timed_model.state = "LOCKED"
    assert state_api.post("/close").status_code == 423
    assert state_api.post("/open").status_code == 423


def test_closed_models_are_deleted_and_open_ones_are_failures(
    timed_sandbox: Sandbox, timed_model: Model, clock: Clock
) -> None:
    other = timed_sandbox.workspace(timed_model.workspace.name).model("Other")
    http = Http(timed_sandbox)
    in_model(http, timed_model).post("/close")
    clock.now += 1
    unknown = "0" * 32
    gone, failures = delete(http, timed_model.workspace.id, timed_model.id, other.id, unknown)
    assert gone == 1
    assert "open" in failures[other.id]
    assert "not exist" in failures[unknown]
    assert [one["name"] for one in http.get("/models").json()["models"]] == ["Other"]
    assert http.get(f"/models/{timed_model.id}").status_code == 404


def test_the_key_of_failures_is_left_out_if_there_are_none(
    timed_sandbox: Sandbox, timed_model: Model, clock: Clock
) -> None:
    http = Http(timed_sandbox)
    in_model(http, timed_model).post("/close")
    clock.now += 1
    path = f"/workspaces/{timed_model.workspace.id}/bulkDeleteModels"
    body = http.post(path, {"modelIdsToDelete": [timed_model.id]}).json()
    assert {key: body[key] for key in body if key != "meta"} == {
        "status": {"code": 200, "message": "Success"},
        "modelsDeleted": 1,
    }


def test_a_model_that_is_still_closing_or_busy_is_not_deleted(
    timed_sandbox: Sandbox, timed_model: Model, clock: Clock
) -> None:
    model = in_model(Http(timed_sandbox), timed_model)
    model.post("/close")
    workspace = timed_model.workspace.id
    assert "open" in delete(model.http, workspace, timed_model.id)[1][timed_model.id]
    model.upload(b"Name,Code,Grade\nAda,E1,A\n")
    with timed_model.store.transaction():  # the import waits for this to end
        task = model.start(f"imports/{LIST_IMPORT}")
        while model.status(task)["taskState"] == "NOT_STARTED":
            time.sleep(0.01)
        timed_model.is_open = False  # the requests above opened it
        clock.now += 1
        assert "busy" in delete(model.http, workspace, timed_model.id)[1][timed_model.id]
    model.wait(task)


def test_inaccessible_models_are_not_deleted(
    timed_sandbox: Sandbox, timed_model: Model, clock: Clock
) -> None:
    other = timed_sandbox.workspace("Sales").model("Quotas")
    http = Http(timed_sandbox)
    for one in (timed_model, other):
        in_model(http, one).post("/close")
    clock.now += 1
    assert "not exist" in delete(http, timed_model.workspace.id, other.id)[1][other.id]
    timed_sandbox.add_user("standard@example.com", "pw", administrator=False)
    standard = Http(timed_sandbox, "standard@example.com", "pw")
    assert "administrator" in delete(standard, other.workspace.id, other.id)[1][other.id]
    timed_sandbox.add_user("outsider@example.com", "pw", models=[])
    outsider = Http(timed_sandbox, "outsider@example.com", "pw")
    assert "not exist" in delete(outsider, other.workspace.id, other.id)[1][other.id]
    assert len(http.get("/models").json()["models"]) == 2


@pytest.mark.parametrize("body", [{}, {"modelIdsToDelete": "x"}, {"modelIdsToDelete": [1]}])
def test_a_deletion_requires_a_list_of_ids_and_a_workspace(
    timed_sandbox: Sandbox, timed_model: Model, body: Any
) -> None:
    http = Http(timed_sandbox)
    path = f"/workspaces/{timed_model.workspace.id}/bulkDeleteModels"
    assert http.post(path, body).status_code == 400
    nowhere = f"/workspaces/{'0' * 32}/bulkDeleteModels"
    assert http.post(nowhere, {"modelIdsToDelete": []}).status_code == 404


def test_a_deleted_model_leaves_no_files_in_the_data_folder(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path, task_pause=0) as sandbox:
        model = build_headcount(sandbox)
        assert list(tmp_path.rglob(f"{model.id}*"))
        http = Http(sandbox)
        in_model(http, model).post("/close")
        assert delete(http, model.workspace.id, model.id) == (1, {})
        assert not [path for path in tmp_path.rglob(f"{model.id}*") if path.suffix == ".duckdb"]
        again = sandbox.workspace("Finance").model("Headcount")
        assert again.id == model.id
        assert in_model(http, again).get("/imports").json()["imports"] == []
