"""Forms of URLs that are answered alike: slashes at the end, booleans in any case."""

from __future__ import annotations

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import EMPLOYEES, FILE, LIST_IMPORT, Http, InModel


@pytest.mark.parametrize("path", ["/files", f"/files/{FILE}/chunks", "/imports", "/lists"])
def test_a_slash_at_the_end_makes_no_difference(headcount_api: InModel, path: str) -> None:
    with_slash, without = headcount_api.get(f"{path}/"), headcount_api.get(path)
    assert with_slash.status_code == 200
    assert with_slash.json() == without.json()


def test_uploads_and_tasks_take_a_slash_at_the_end(headcount_api: InModel) -> None:
    assert headcount_api.post(f"/files/{FILE}/", {"chunkCount": -1}).status_code == 200
    assert headcount_api.put(f"/files/{FILE}/chunks/0/", EMPLOYEES) == 204
    assert headcount_api.post(f"/files/{FILE}/complete/").status_code == 200
    tasks = f"/imports/{LIST_IMPORT}/tasks/"
    started = headcount_api.post(tasks, {"localeName": "en_US"}).json()["task"]["taskId"]
    assert headcount_api.wait(f"{tasks}{started}/")["result"]["successful"]


def test_a_login_takes_a_slash_at_the_end(tenant: Sandbox) -> None:
    url = f"{tenant.auth_url}/token/authenticate/"
    answer = requests.post(url, auth=(tenant.email, tenant.password), timeout=10)
    assert answer.status_code == 201


def test_an_unknown_path_is_404_with_a_slash_too(headcount_api: InModel) -> None:
    assert headcount_api.get("/nothing/").status_code == 404


@pytest.mark.parametrize("given", ["true", "True", "TRUE"])
def test_a_boolean_is_taken_in_any_case(tenant: Sandbox, headcount: Model, given: str) -> None:
    http = Http(tenant)
    [workspace] = http.get("/workspaces", tenantDetails=given).json()["workspaces"]
    assert {"sizeAllowance", "currentSize"} <= workspace.keys()
    [model] = http.get("/models", modelDetails=given).json()["models"]
    assert "memoryUsage" in model


@pytest.mark.parametrize("given", ["false", "False", "", "1"])
def test_only_true_is_true(tenant: Sandbox, headcount: Model, given: str) -> None:
    [workspace] = Http(tenant).get("/workspaces", tenantDetails=given).json()["workspaces"]
    assert workspace.keys() == {"id", "name", "active"}
