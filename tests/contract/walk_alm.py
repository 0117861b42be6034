"""Requests that bring every operation of Application Lifecycle Management to a good answer."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import Http, InModel


def walk_alm(sandbox: Sandbox, http: Http) -> None:
    """Make revisions of a model, compare them with a copy, and synchronize that."""
    workspace = sandbox.workspace("Lifecycle")
    source = workspace.model("Source")
    regions = source.list("Regions", items=pd.DataFrame({"Name": ["North"]}))
    source.module("Sales", dimensions=[regions], line_items={"Units": "NUMBER"})
    first = sandbox.revision(source, "First")
    copy = sandbox.copy_model(source, "Copy", deployed=True)
    source.list("Cities")
    of_source, of_copy = (InModel(http, f"/models/{model.id}") for model in (source, copy))

    _walk_status(of_copy)
    made = of_source.post("/alm/revisions", {"name": "Second", "description": "Cities"})
    assert made.status_code == 201, made.text
    _walk_revisions(of_source, first)
    syncable = of_copy.get("/alm/syncableRevisions", sourceModelId=source.id)
    second = syncable.json()["revisions"][0]["id"]
    body = {"sourceRevisionId": second, "sourceModelId": source.id, "targetRevisionId": first}
    for report in ("comparisonReport", "summaryReport"):
        assert _run(of_copy, f"{report}Tasks", body)["successful"]
        assert of_copy.get(f"/alm/{report}s/{first}/{second}").status_code == 200
    assert "tasks" not in of_copy.get("/alm/syncTasks").json()
    assert _run(of_copy, "syncTasks", body)["successful"]
    assert len(of_copy.get("/alm/syncTasks").json()["tasks"]) == 1


def _walk_status(model: InModel) -> None:
    path = f"{model.path}/onlineStatus"
    assert model.http.send("PUT", path, json={"status": "offline"}).status_code == 204
    assert model.http.send("POST", path, json={"status": "online"}).status_code == 204


def _walk_revisions(model: InModel, revision: str) -> None:
    model.get("/alm/latestRevision")
    assert len(model.get("/alm/revisions", sort="-appliedOn").json()["revisions"]) == 2
    model.get("/alm/revisions", limit=1, offset=1)
    applied = model.get(f"/alm/revisions/{revision}/appliedToModels").json()["appliedToModels"]
    assert [each["modelName"] for each in applied] == ["Source", "Copy"]


def _run(model: InModel, kind: str, body: dict[str, str]) -> dict[str, Any]:
    """Start a task, and return its result when it has ended."""
    started = model.post(f"/alm/{kind}", body)
    assert started.status_code == 201, started.text
    path, deadline = f"/alm/{kind}/{started.json()['task']['taskId']}", time.monotonic() + 10
    while (task := model.get(path).json()["task"])["taskState"] != "COMPLETE":
        assert time.monotonic() < deadline
        time.sleep(0.005)
    result: dict[str, Any] = task["result"]
    return result
