"""Requests that bring every operation of the API to a good answer, in either form of its URL."""

from __future__ import annotations

import time
from typing import Any

import requests

from anaplan_frames.sandbox import Sandbox
from tests.clients import planned, tenant
from tests.sandbox.http_client import Http, InModel


def walk_tenant(http: Http) -> None:
    """Read what there is above the models."""
    http.get("/workspaces")
    http.get(f"/workspaces/{tenant.WORKSPACE}", tenantDetails="true")
    for models in ("/models", f"/workspaces/{tenant.WORKSPACE}/models", tenant.DIRECT):
        http.get(models, modelDetails="true")
    http.get("/users")
    http.get(f"/users/{http.get('/users/me').json()['user']['id']}")
    http.get(f"/workspaces/{tenant.WORKSPACE}/admins")
    http.get(f"/workspaces/{tenant.WORKSPACE}/visitors")


def walk_deletion(model: InModel, workspace: str, model_id: str) -> None:
    """Open and close a model that nobody needs, and delete it."""
    model.post("/open")
    path, body = f"/workspaces/{workspace}/bulkDeleteModels", {"modelIdsToDelete": [model_id]}
    assert model.http.post(path, body).json()["modelsDeleted"] == 0  # it is open
    model.post("/close")
    deadline = time.monotonic() + 10
    while model.http.post(path, body).json()["modelsDeleted"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def walk_bulk(model: InModel) -> None:
    """List, upload, run, watch, cancel and download in the demo's model."""
    model.get("/status")
    model.post("/status")
    for kind in ("files", "imports", "exports", "actions", "processes"):
        model.get(f"/{kind}", limit=1)
        model.get(f"/{kind}", limit=1, offset=1)
    model.get(f"/imports/{tenant.LOAD_FLIGHTS}")
    model.get(f"/exports/{tenant.FLIGHTS_EXPORT}")
    model.get(f"/actions/{tenant.CLEAR_AIRPORTS}")
    model.get(f"/processes/{tenant.LOAD_ALL}")
    model.get(f"/processes/{tenant.LOAD_ALL}", showImportDataSource="true")

    tenant.upload_all(model)
    airports = f"/files/{tenant.AIRPORTS_FILE}"
    model.put(airports, tenant.AIRPORTS.read_bytes())
    model.get(airports)
    for chunk in model.get(f"{airports}/chunks").json()["chunks"]:
        model.get(f"{airports}/chunks/{chunk['id']}")
    done = _run(model, f"imports/{tenant.LOAD_AIRPORTS}")
    _walk_dump(model, f"{done}/dump")
    done = _run(model, f"processes/{tenant.LOAD_ALL}")
    _walk_dump(model, f"{done}/dumps/{tenant.LOAD_FLIGHTS}")
    _run(model, f"exports/{tenant.FLIGHTS_EXPORT}")
    _run(model, f"actions/{tenant.CLEAR_AIRPORTS}")
    model.delete(airports)
    assert "chunks" not in model.get(f"{airports}/chunks").json()


def _run(model: InModel, action: str) -> str:
    """Run an action, then start it once more only to cancel it; return the first task's path."""
    done = model.start(action)
    model.wait(done)
    cancelled = model.start(action)
    model.delete(cancelled)
    model.wait(cancelled)
    assert len(model.get(f"/{action}/tasks").json()["tasks"]) >= 2
    return done


def _walk_dump(model: InModel, dump: str) -> None:
    model.get(dump)
    for chunk in model.get(f"{dump}/chunks").json()["chunks"]:
        model.get(f"{dump}/chunks/{chunk['id']}")


def walk_planned(model: InModel) -> None:
    """Read and write lists, cells and time in the model `planned`, and leave it as it was."""
    _walk_lists(model)
    _walk_dimensions(model)
    _walk_modules(model)
    _walk_views(model)
    _walk_time(model)
    model.get("/dashboards")
    _walk_optimizer(model)


def _walk_optimizer(model: InModel) -> None:
    task = model.start(f"processes/{planned.OPTIMIZE}").rpartition("/")[2]
    model.wait(f"/processes/{planned.OPTIMIZE}/tasks/{task}")
    log = model.get(f"/optimizeActions/{planned.OPTIMIZER}/tasks/{task}/solutionLogs")
    assert log.text == planned.SOLUTION_LOG


def _walk_lists(model: InModel) -> None:
    model.get("/lists", limit=1, offset=1)
    for lst in (planned.REGIONS, planned.CITIES, planned.TICKETS):
        model.get(f"/lists/{lst}")
        model.get(f"/lists/{lst}/items")
        model.get(f"/lists/{lst}/items", includeAll="true", limit=2)
    items = f"/lists/{planned.TICKETS}/items"
    twice = {"items": [{"code": "A", "properties": {"Title": "a"}}, {"code": "A"}]}
    model.post(items, twice)
    _put(model, items, {"items": [{"code": "A", "properties": {"Title": "b"}}, {"code": "B"}]})
    model.get(items, includeAll="true")
    model.post(f"{items}?action=delete", twice)
    model.post(f"/lists/{planned.TICKETS}/resetIndex")
    _walk_read(model, f"/lists/{planned.CITIES}", "listReadRequest")


def _walk_dimensions(model: InModel) -> None:
    for dimension in (planned.CITIES, planned.TICKETS, planned.MEASURES, planned.USERS):
        model.get(f"/dimensions/{dimension}/items")
    model.post(f"/dimensions/{planned.TIME}/items", {"names": ["Jan 26"]})
    model.post(f"/dimensions/{planned.CITIES}/items", {"codes": ["OSL"], "names": ["Rome"]})
    dimensions = f"/lineItems/{planned.UNITS}/dimensions"
    for dimension in model.get(dimensions).json()["dimensions"]:
        model.get(f"{dimensions}/{dimension['id']}/items")


def _walk_modules(model: InModel) -> None:
    model.get("/modules")
    for include_all in ("true", "false"):
        model.get("/lineItems", includeAll=include_all)
        model.get(f"/modules/{planned.SALES}/lineItems", includeAll=include_all)
    model.get("/views", includesubsidiaryviews="true")
    model.get(f"/modules/{planned.SALES}/views")
    items = {planned.CITIES: "Oslo", planned.TIME: "Jan 26", planned.VERSIONS: "Actual"}
    place = [{"dimensionId": one, "itemName": item} for one, item in items.items()]
    cells = [
        {"lineItemId": item, "dimensions": place, "value": 1}
        for item in (planned.UNITS, planned.DOUBLE)  # the latter is calculated
    ]
    model.post(f"/modules/{planned.SALES}/data", cells)


def _walk_views(model: InModel) -> None:
    tabular = {"exportType": "TABULAR_MULTI_COLUMN", "moduleId": planned.SALES}
    for view in (planned.SALES, planned.BY_CITY):
        model.get(f"/views/{view}")
        model.get(f"/views/{view}/data")
        model.get(f"/views/{view}/data", **tabular)
        model.http.send(
            "GET",
            f"{model.path}/views/{view}/data",
            params={"format": "v1"},
            headers={"Accept": "application/json"},
        )
        for dimension in (planned.CITIES, planned.TIME, planned.VERSIONS, planned.LINE_ITEMS):
            model.get(f"/views/{view}/dimensions/{dimension}/items")
    _walk_read(model, f"/views/{planned.BY_CITY}", "viewReadRequest")


def _walk_read(model: InModel, source: str, key: str) -> None:
    """Read by a request of its own, and delete that when its pages are there."""
    begun = model.post(f"{source}/readRequests", {"exportType": "TABULAR_MULTI_COLUMN"})
    request = f"{source}/readRequests/{begun.json()[key]['requestId']}"
    deadline = time.monotonic() + 10
    while (status := model.get(request).json()[key])["requestState"] != "COMPLETE":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for page in range(status["availablePages"]):
        model.get(f"{request}/pages/{page}")
    model.delete(request)
    assert model.get(request).json()[key]["requestState"] == "CANCELLED"


def _walk_time(model: InModel) -> None:
    model.get("/modelCalendar")
    _put(model, "/modelCalendar/fiscalYear", {"year": "FY26"})
    _put(model, "/currentPeriod?date=2026-02-01")
    model.get("/currentPeriod")
    _put(model, "/currentPeriod", {"date": ""})
    switchover = f"/versions/{planned.FORECAST}/switchover"
    _put(model, switchover, {"date": "2026-03-01"})
    model.get("/versions")
    _put(model, switchover, {"date": ""})


def _put(model: InModel, path: str, body: Any = None) -> None:
    answer = model.http.send("PUT", model.path + path, json=body)
    assert answer.status_code == 200, answer.text


def walk_token(sandbox: Sandbox, http: Http) -> None:
    """Check, renew and give up the token."""
    headers = {"Authorization": f"AnaplanAuthToken {http.token}"}
    for method, verb in (("GET", "validate"), ("POST", "refresh"), ("POST", "logout")):
        requests.request(method, f"{sandbox.auth_url}/token/{verb}", headers=headers)


def walk_oauth(sandbox: Sandbox) -> None:
    """Sign in by a device, refresh, and begin to sign in by a browser."""
    client = sandbox.oauth_client().id

    def ask(path: str, **body: str) -> Any:
        return requests.post(f"{sandbox.auth_url}{path}", json={"client_id": client, **body}).json()

    begun = ask("/oauth/device/code")
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    requests.get(begun["verification_uri_complete"])
    form = {"email": sandbox.email, "password": sandbox.password, "user_code": begun["user_code"]}
    assert requests.post(begun["verification_uri"], data=form).status_code == 200
    granted = ask("/oauth/token", grant_type=grant, device_code=begun["device_code"])
    ask("/oauth/token", grant_type="refresh_token", refresh_token=granted["refresh_token"])
    link = {
        "response_type": "code",
        "client_id": sandbox.oauth_client("authorization_code").id,
        "redirect_uri": "http://localhost:8089",
        "scope": "openid",
    }
    assert requests.get(f"{sandbox.auth_url}/auth/authorize", params=link).status_code == 200
