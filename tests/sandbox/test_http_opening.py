"""Models that are opened, closed and deleted, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import FILE, LIST_IMPORT, Http, InModel, build_headcount, in_model


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, clock=clock, task_pause=0.1) as running:
        yield running


@pytest.fixture
def headcount(sandbox: Sandbox) -> Model:
    return build_headcount(sandbox)


@pytest.fixture(params=[True, False], ids=["workspace form", "model form"])
def model(request: pytest.FixtureRequest, sandbox: Sandbox, headcount: Model) -> InModel:
    return in_model(Http(sandbox), headcount, with_workspace=request.param)


def state(model: InModel) -> tuple[str, float]:
    shown = model.get("/status").json()["requestStatus"]
    return shown["currentStep"], round(shown["progress"], 3)


def delete(http: Http, workspace: str, *models: str) -> tuple[int, dict[str, str]]:
    """Delete models; returns how many are gone, and by id why the others are not."""
    path = f"/workspaces/{workspace}/bulkDeleteModels"
    answer = http.post(path, {"modelIdsToDelete": list(models)})
    assert answer.status_code == 200
    failures = answer.json().get("bulkDeleteModelsFailures", [])
    return answer.json()["modelsDeleted"], {one["modelId"]: one["message"] for one in failures}


def test_a_model_is_closed_and_opened_a_moment_after_the_answer(
    model: InModel, clock: Clock
) -> None:
    assert state(model) == ("Open", -1.0)
    answer = model.post("/close")
    assert (answer.status_code, answer.content) == (204, b"")
    clock.now += 0.025
    assert state(model) == ("Closing", 0.25)
    clock.now += 0.1
    assert state(model) == ("Closed", -1.0)
    answer = model.post("/open")
    assert (answer.status_code, answer.content) == (202, b"")
    assert state(model) == ("Opening", 0.0)
    clock.now += 0.1
    assert state(model) == ("Open", -1.0)


def test_opening_an_open_model_changes_nothing(model: InModel) -> None:
    assert model.post("/open").status_code == 202
    assert state(model) == ("Open", -1.0)


def test_an_empty_body_may_have_the_documented_media_type(model: InModel) -> None:
    media = {"Content-Type": "application/text"}
    answer = model.http.send("POST", f"{model.path}/close", headers=media)
    assert answer.status_code == 204


def test_lists_and_the_status_leave_a_model_closed_but_work_opens_it(
    model: InModel, clock: Clock
) -> None:
    model.post("/close")
    clock.now += 1
    for path in ("/imports", "/status", "/dashboards"):
        assert model.get(path).status_code == 200
    assert state(model) == ("Closed", -1.0)
    model.upload(b"Name,Code,Grade\nAda,E1,A\n", FILE)
    assert model.run(f"imports/{LIST_IMPORT}")["successful"]
    assert state(model) == ("Open", -1.0)


def test_only_administrators_open_and_close(sandbox: Sandbox, headcount: Model) -> None:
    sandbox.add_user("standard@example.com", "pw", administrator=False)
    model = in_model(Http(sandbox, "standard@example.com", "pw"), headcount)
    assert model.post("/close").status_code == 404
    assert model.post("/open").status_code == 404
    assert state(model) == ("Open", -1.0)


def test_a_locked_model_is_neither_opened_nor_closed(model: InModel, headcount: Model) -> None:
    headcount.state = "LOCKED"
    assert model.post("/close").status_code == 423
    assert model.post("/open").status_code == 423


def test_closed_models_are_deleted_and_open_ones_told(
    sandbox: Sandbox, headcount: Model, clock: Clock
) -> None:
    other = sandbox.workspace(headcount.workspace.name).model("Other")
    http = Http(sandbox)
    in_model(http, headcount).post("/close")
    clock.now += 1
    unknown = "0" * 32
    gone, failures = delete(http, headcount.workspace.id, headcount.id, other.id, unknown)
    assert gone == 1
    assert "open" in failures[other.id]
    assert "not exist" in failures[unknown]
    assert [one["name"] for one in http.get("/models").json()["models"]] == ["Other"]
    assert http.get(f"/models/{headcount.id}").status_code == 404


def test_without_failures_their_key_is_left_out(
    sandbox: Sandbox, headcount: Model, clock: Clock
) -> None:
    http = Http(sandbox)
    in_model(http, headcount).post("/close")
    clock.now += 1
    path = f"/workspaces/{headcount.workspace.id}/bulkDeleteModels"
    body = http.post(path, {"modelIdsToDelete": [headcount.id]}).json()
    assert {key: body[key] for key in body if key != "meta"} == {
        "status": {"code": 200, "message": "Success"},
        "modelsDeleted": 1,
    }


def test_a_model_that_is_still_closing_or_busy_is_not_deleted(
    sandbox: Sandbox, headcount: Model, clock: Clock
) -> None:
    model = in_model(Http(sandbox), headcount)
    model.post("/close")
    workspace = headcount.workspace.id
    assert "open" in delete(model.http, workspace, headcount.id)[1][headcount.id]
    model.upload(b"Name,Code,Grade\nAda,E1,A\n")
    with headcount.store.transaction():  # the import waits for its end
        task = model.start(f"imports/{LIST_IMPORT}")
        while model.status(task)["taskState"] == "NOT_STARTED":
            time.sleep(0.01)
        headcount.is_open = False  # the answers above opened it
        clock.now += 1
        assert "busy" in delete(model.http, workspace, headcount.id)[1][headcount.id]
    model.wait(task)


def test_models_of_others_are_not_deleted(sandbox: Sandbox, headcount: Model, clock: Clock) -> None:
    other = sandbox.workspace("Sales").model("Quotas")
    http = Http(sandbox)
    for one in (headcount, other):
        in_model(http, one).post("/close")
    clock.now += 1
    assert "not exist" in delete(http, headcount.workspace.id, other.id)[1][other.id]
    sandbox.add_user("standard@example.com", "pw", administrator=False)
    standard = Http(sandbox, "standard@example.com", "pw")
    assert "administrator" in delete(standard, other.workspace.id, other.id)[1][other.id]
    sandbox.add_user("outsider@example.com", "pw", models=[])
    outsider = Http(sandbox, "outsider@example.com", "pw")
    assert "not exist" in delete(outsider, other.workspace.id, other.id)[1][other.id]
    assert len(http.get("/models").json()["models"]) == 2


@pytest.mark.parametrize("body", [{}, {"modelIdsToDelete": "x"}, {"modelIdsToDelete": [1]}])
def test_a_deletion_needs_a_list_of_ids_and_a_workspace(
    sandbox: Sandbox, headcount: Model, body: Any
) -> None:
    http = Http(sandbox)
    path = f"/workspaces/{headcount.workspace.id}/bulkDeleteModels"
    assert http.post(path, body).status_code == 400
    nowhere = f"/workspaces/{'0' * 32}/bulkDeleteModels"
    assert http.post(nowhere, {"modelIdsToDelete": []}).status_code == 404


def test_a_deleted_model_leaves_nothing_in_the_data_folder(tmp_path: Path) -> None:
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
