"""A walk through all operations, so that the contract's check is not idle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.clients import tenant
from tests.clients.planned import build_planned
from tests.contract.contract import Operation, contract
from tests.contract.plugin import RECORD, fail_for
from tests.contract.walk import (
    walk_bulk,
    walk_deletion,
    walk_oauth,
    walk_planned,
    walk_tenant,
    walk_token,
)
from tests.contract.walk_alm import walk_alm
from tests.contract.walk_audit import walk_audit
from tests.contract.walk_cloudworks import walk_cloudworks
from tests.contract.walk_scim import walk_administration, walk_scim
from tests.sandbox.http_client import Http, in_model

EVERY = [
    operation
    for operation in contract().operations
    if any(status.startswith("2") for status in operation.answers)
]
INTEGRATION = [operation for operation in EVERY if operation.path.startswith("/2/0")]
BELOW_MODEL = [operation for operation in INTEGRATION if "{modelId}/" in operation.path]


@pytest.fixture(scope="module")
def walked_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(export_chunk_size=20_000, rate_limit=None) as running:
        yield running


@pytest.mark.long
def test_every_operation_is_answered_and_checked(walked_sandbox: Sandbox, tmp_path: Path) -> None:
    before = RECORD.seen.copy()
    http = Http(walked_sandbox)
    walk_tenant(http)
    demo, planned = walked_sandbox.models[tenant.MODEL], build_planned(walked_sandbox)
    for with_workspace in (True, False):
        walk_bulk(in_model(http, demo, with_workspace=with_workspace))
        walk_planned(in_model(http, planned, with_workspace=with_workspace))
        old = walked_sandbox.workspace(planned.workspace.name).model("Old")
        in_old = in_model(http, old, with_workspace=with_workspace)
        walk_deletion(in_old, old.workspace.id, old.id)
    walk_alm(walked_sandbox, http)
    walk_scim(walked_sandbox)
    walk_administration(walked_sandbox)
    walk_oauth(walked_sandbox)
    walk_cloudworks(walked_sandbox, tmp_path)
    walk_audit(walked_sandbox, http)
    walk_token(walked_sandbox, http)
    seen = {operation for operation, status in RECORD.seen - before if status.startswith("2")}
    assert len(EVERY) > 175
    assert [str(operation) for operation in EVERY if str(operation) not in seen] == []


def _send(http: Http, operation: Operation, **headers: str | None) -> requests.Response:
    """Send a request with ids that are not there, but for those of the demo's model."""
    path = operation.path.replace("{workspaceId}", tenant.WORKSPACE)
    path = re.sub(r"\{\w+\}", "0", path.replace("{modelId}", tenant.MODEL))
    body = {"localeName": "en_US"}
    return http.send(operation.method, path.removeprefix("/2/0"), json=body, headers=headers)


@pytest.fixture(scope="module")
def http(walked_sandbox: Sandbox) -> Http:
    return Http(walked_sandbox)


@pytest.mark.long
def test_without_a_token_every_operation_answers_401(http: Http) -> None:
    for authorization in (None, "AnaplanAuthToken made-up", f"Bearer {http.token}"):
        for operation in INTEGRATION:
            answer = _send(http, operation, Authorization=authorization)
            assert answer.status_code == 401, (str(operation), authorization)


@pytest.fixture(scope="module")
def outsider(walked_sandbox: Sandbox) -> Http:
    walked_sandbox.add_user("outsider@example.com", "x", administrator=False, models=[])
    return Http(walked_sandbox, "outsider@example.com", "x")


def test_below_a_model_that_one_may_not_see_there_is_nothing(outsider: Http) -> None:
    for operation in BELOW_MODEL:
        answer = _send(outsider, operation)
        if operation.method == "get" and operation.path.endswith("/tasks"):
            assert (answer.status_code, answer.json()["tasks"]) == (200, []), str(operation)
        else:
            assert answer.status_code == 404, str(operation)


_LISTED = r"(actions|dashboards|exports|files|imports|lists|modules|processes|status|views)"
_BEGUN = r".*/(tasks|readRequests)/\{.*"


def _refuses(operation: Operation, state: str) -> bool:
    """Say whether a model in this state refuses: all but listings, and what was begun before."""
    listing = rf".*/models/\{{modelId\}}/({_LISTED}|\w+/\{{\w+\}}/tasks)"
    if operation.method == "get" and re.fullmatch(listing, operation.path):
        return False
    if operation.path.endswith("/status"):
        return False
    if "/alm/" in operation.path or operation.path.endswith("/onlineStatus"):
        # A model is synchronized when it is offline or deployed.
        begins = operation.method == "post" and "/alm/" in operation.path
        return state == "ARCHIVED" or (state == "LOCKED" and begins)
    if operation.path.endswith("/resetIndex"):
        return state != "PRODUCTION"  # where it serves lists of production data
    return not re.fullmatch(_BEGUN, operation.path)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("state", "status"),
    [("ARCHIVED", 422), ("LOCKED", 423), ("MAINTENANCE", 424), ("PRODUCTION", 425)],
)
def test_a_model_that_does_not_work_says_why(
    walked_sandbox: Sandbox, http: Http, monkeypatch: pytest.MonkeyPatch, state: str, status: int
) -> None:
    model = walked_sandbox.models[tenant.MODEL]
    monkeypatch.setattr(model, "state", state)
    for operation in BELOW_MODEL:
        answered = _send(http, operation).status_code
        expected = {status} if _refuses(operation, state) else {200, 400, 404}
        assert answered in expected, operation


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
def test_a_path_or_method_that_the_api_does_not_have_is_refused_in_the_error_envelope(
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
    walked_sandbox: Sandbox, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = walked_sandbox.models[tenant.MODEL]
    monkeypatch.setattr(model, "name", 7)  # the sandbox sends it as it is
    http.get("/models")
    violations = RECORD.take()  # taken here, so that it is not this test that fails
    with pytest.raises(pytest.fail.Exception, match=r'models\.0\.name: 7 is not of type "string"'):
        fail_for(violations)
