"""A walk through all operations that move data, so that the contract's check is not idle."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.clients import tenant
from tests.contract.contract import Operation, contract
from tests.contract.plugin import RECORD, fail_for
from tests.sandbox.http_client import Http, InModel

# What is not the bulk part: the transactional API, and administration of the tenant.
_TRANSACTIONAL = (
    r".*/(lists|modules|views|lineItems|dimensions|versions|currentPeriod|modelCalendar)(/.*)?",
    r".*/(dashboards|optimizeActions)(/.*)?",
)
_ADMINISTRATION = (r".*/(admins|visitors|bulkDeleteModels|open|close)",)
BULK = [
    operation
    for operation in contract().operations
    if any(status.startswith("2") for status in operation.answers)
    and not any(re.fullmatch(path, operation.path) for path in _TRANSACTIONAL + _ADMINISTRATION)
]
INTEGRATION = [operation for operation in BULK if operation.path.startswith("/2/0")]
BELOW_MODEL = [operation for operation in INTEGRATION if "{modelId}/" in operation.path]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(export_chunk_size=20_000, rate_limit=None) as running:
        yield running


def _walk_tenant(http: Http) -> None:
    http.get("/workspaces")
    http.get(f"/workspaces/{tenant.WORKSPACE}", tenantDetails="true")
    for models in ("/models", f"/workspaces/{tenant.WORKSPACE}/models", tenant.DIRECT):
        http.get(models, modelDetails="true")
    http.get("/users")
    http.get(f"/users/{http.get('/users/me').json()['user']['id']}")


def _walk_model(model: InModel) -> None:
    model.get("/status")
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


def _walk_token(sandbox: Sandbox, http: Http) -> None:
    headers = {"Authorization": f"AnaplanAuthToken {http.token}"}
    for method, verb in (("GET", "validate"), ("POST", "refresh"), ("POST", "logout")):
        requests.request(method, f"{sandbox.auth_url}/token/{verb}", headers=headers)


def test_every_operation_of_the_bulk_part_is_answered_and_checked(sandbox: Sandbox) -> None:
    before = RECORD.seen.copy()
    http = Http(sandbox)
    _walk_tenant(http)
    _walk_model(InModel(http, tenant.IN_WORKSPACE))
    _walk_model(InModel(http, tenant.DIRECT))
    _walk_token(sandbox, http)
    seen = {operation for operation, status in RECORD.seen - before if status.startswith("2")}
    assert len(BULK) > 70
    assert [str(operation) for operation in BULK if str(operation) not in seen] == []


def _send(http: Http, operation: Operation, **headers: str | None) -> requests.Response:
    """Send a request with ids that are not there, but for those of the demo's model."""
    path = operation.path.replace("{workspaceId}", tenant.WORKSPACE)
    path = re.sub(r"\{\w+\}", "0", path.replace("{modelId}", tenant.MODEL))
    body = {"localeName": "en_US"}
    return http.send(operation.method, path.removeprefix("/2/0"), json=body, headers=headers)


@pytest.fixture(scope="module")
def http(sandbox: Sandbox) -> Http:
    return Http(sandbox)


@pytest.mark.parametrize("operation", INTEGRATION, ids=str)
def test_without_a_token_every_operation_answers_401(http: Http, operation: Operation) -> None:
    assert _send(http, operation, Authorization=None).status_code == 401
    assert _send(http, operation, Authorization="AnaplanAuthToken made-up").status_code == 401
    assert _send(http, operation, Authorization=f"Bearer {http.token}").status_code == 401


@pytest.fixture(scope="module")
def outsider(sandbox: Sandbox) -> Http:
    sandbox.add_user("outsider@example.com", "x", administrator=False, models=[])
    return Http(sandbox, "outsider@example.com", "x")


@pytest.mark.parametrize("operation", BELOW_MODEL, ids=str)
def test_below_a_model_that_one_may_not_see_there_is_nothing(
    outsider: Http, operation: Operation
) -> None:
    answer = _send(outsider, operation)
    if operation.method == "get" and operation.path.endswith("/tasks"):
        assert (answer.status_code, answer.json()["tasks"]) == (200, [])
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("state", "status"),
    [("ARCHIVED", 422), ("LOCKED", 423), ("MAINTENANCE", 424), ("PRODUCTION", 425)],
)
def test_a_model_that_does_not_work_says_why(
    sandbox: Sandbox, http: Http, monkeypatch: pytest.MonkeyPatch, state: str, status: int
) -> None:
    [model] = sandbox.models.values()
    monkeypatch.setattr(model, "state", state)
    statuses = {_send(http, operation).status_code for operation in BELOW_MODEL}
    assert status in statuses
    assert statuses <= {200, 404, status}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", f"{tenant.DIRECT}/nothing/at/all", 404),
        ("DELETE", "/models", 405),
        ("POST", f"{tenant.DIRECT}/imports", 405),
        ("GET", tenant.IN_WORKSPACE, 405),
    ],
)
def test_a_path_or_method_that_the_api_lacks_is_refused_in_the_error_envelope(
    http: Http, method: str, path: str, status: int
) -> None:
    answer = http.send(method, path)
    assert answer.status_code == status
    assert answer.json()["status"]["code"] == status


def test_more_requests_than_allowed_are_answered_429_with_the_time_to_wait() -> None:
    with Sandbox.demo(rate_limit=5) as sandbox:
        http = Http(sandbox)
        answers = [http.get("/models") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_an_answer_that_breaks_the_contract_fails_the_test(
    sandbox: Sandbox, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    [model] = sandbox.models.values()
    monkeypatch.setattr(model, "name", 7)  # the sandbox sends it as it is
    http.get("/models")
    violations = RECORD.take()  # taken here, so that it is not this test that fails
    with pytest.raises(pytest.fail.Exception, match=r"models\.0\.name: 7 is not of type 'string'"):
        fail_for(violations)
