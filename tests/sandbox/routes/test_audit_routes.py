"""Endpoints of the Audit API: which events they list, in which form, and for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clock import Clock
from tests.sandbox.http_client import (
    BROKEN_IMPORT,
    CLEAR,
    EMPLOYEES,
    EXPORT,
    LIST_IMPORT,
    NIGHTLY,
    Http,
    build_headcount,
    in_model,
    log_in,
)

DAY = 86_400_000


class AuditHttp:
    """Requests to the Audit API with a user's token."""

    def __init__(self, sandbox: Sandbox, email: str = "", password: str = "") -> None:
        self.base = f"{sandbox.api_url}/audit/api/1/events"
        self.token = log_in(sandbox, email, password).json()["tokenInfo"]["tokenValue"]

    def get(self, url: str = "", *, accept: str = "application/json", **params: Any) -> Any:
        headers = {"Authorization": f"AnaplanAuthToken {self.token}", "Accept": accept}
        return requests.get(url or self.base, params=params, headers=headers)

    def post(self, body: Any, url: str = "", **params: Any) -> Any:
        headers = {"Authorization": f"AnaplanAuthToken {self.token}"}
        return requests.post(
            url or f"{self.base}/search", json=body, params=params, headers=headers
        )


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """Serve a tenant with 60 events, one every 12 hours before now, alternately of two types."""
    with Sandbox(rate_limit=None, clock=clock) as running:
        now = int(clock.now * 1000)
        running.audit_events(
            {
                "eventTypeId": "INT-06" if number % 2 else "USR-13",
                "eventDate": now - number * DAY // 2,
                "objectId": f"con_{number}",
            }
            for number in range(1, 61)
        )
        running.add_user("nobody@example.com", "x", roles=["User Administrator"])
        yield running


@pytest.fixture(scope="module")
def http(sandbox: Sandbox) -> AuditHttp:
    return AuditHttp(sandbox)


def objects(answer: Any) -> list[str]:
    found = [event.get("objectId", "") for event in answer.json()["response"]]
    return [id_ for id_ in found if id_.startswith("con_")]


def test_without_a_time_the_last_30_days_are_listed(http: AuditHttp) -> None:
    assert objects(http.get()) == [f"con_{number}" for number in range(1, 61)]
    assert objects(http.post({})) == objects(http.get())


def test_events_are_kept_for_30_days() -> None:
    clock = Clock()
    with Sandbox(rate_limit=None, clock=clock) as sandbox:
        for days in (29, 30, 31):
            happened = int(clock.now * 1000) - days * DAY
            sandbox.audit_event(eventDate=happened, objectId=f"con_{days}")
        http = AuditHttp(sandbox)
        assert objects(http.get()) == ["con_29", "con_30"]
        assert objects(http.post({"from": 0})) == ["con_29", "con_30"]
        clock.now += 1
        assert objects(http.post({"from": 0})) == ["con_29"]


def test_a_time_is_a_range_or_hours_before_now(http: AuditHttp, clock: Clock) -> None:
    now = int(clock.now * 1000)
    range_ = {"dateFrom": now - 2 * DAY, "dateTo": now - DAY}
    assert objects(http.get(**range_)) == ["con_2", "con_3", "con_4"]
    body = {"from": now - 2 * DAY, "to": now - DAY}
    assert objects(http.post(body)) == ["con_2", "con_3", "con_4"]
    assert objects(http.get(intervalInHours=25)) == ["con_1", "con_2"]
    assert objects(http.post({"interval": 25})) == ["con_1", "con_2"]
    assert objects(http.get(dateFrom=now - DAY)) == ["con_1", "con_2"]


@pytest.mark.parametrize(
    "asked",
    [
        {"dateFrom": 0, "dateTo": 30 * DAY + 1},
        {"dateFrom": 0},
        {"intervalInHours": 721},
        {"dateFrom": "yesterday"},
        {"dateFrom": 2, "dateTo": 1},
        {"limit": -1},
    ],
)
def test_more_than_30_days_and_what_is_not_a_number_are_refused(
    http: AuditHttp, asked: dict[str, Any]
) -> None:
    answer = http.get(**asked)
    assert answer.status_code == 400
    assert answer.json()["status"] == "FAILURE_BAD_REQUEST"
    if asked.get("dateFrom") == 0:
        assert answer.json()["statusMessage"] == "Date range cannot exceed 30 days"


def test_a_type_is_a_prefix_of_codes_and_an_unknown_one_counts_as_all(http: AuditHttp) -> None:
    assert objects(http.get(type="int")) == [f"con_{number}" for number in range(1, 61, 2)]
    assert objects(http.get(type="comment")) == []
    assert objects(http.get(type="integrations")) == objects(http.get())


@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_name_the_next_one(http: AuditHttp, method: str) -> None:
    def ask(url: str = "", **params: Any) -> Any:
        return http.get(url, **params) if method == "get" else http.post({}, url, **params)

    found, answer = [], ask(limit=25, type="all")
    while True:
        paging = answer.json()["meta"]["paging"]
        assert paging["currentPageSize"] == len(answer.json()["response"]) <= 25
        assert ("previousUrl" in paging) == (paging["offSet"] > 0)
        found += objects(answer)
        if "nextUrl" not in paging:
            break
        assert paging["nextOffset"] == paging["offSet"] + 25
        answer = ask(paging["nextUrl"])
    assert found == [f"con_{number}" for number in range(1, 61)]


def test_the_documented_limit_of_a_page_is_not_enforced(http: AuditHttp) -> None:
    assert http.get(limit=20_000).json()["meta"]["paging"]["totalSize"] >= 60


def test_cef_has_a_line_for_each_event_of_the_whole_time(http: AuditHttp) -> None:
    answer = http.get(accept="text/plain", limit=1)
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert len(lines) == http.get().json()["meta"]["paging"]["totalSize"]
    shape = (
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z  CEF:0\|Anaplan, Inc\.\|\|null\|[A-Z]+-\d+\|"
        r"[^|]+\|id=\d+ eventTypeId=\S+ userId=.*"
    )
    assert all(re.fullmatch(shape, line) for line in lines)


def test_without_the_role_it_is_401_with_a_word_of_its_own(sandbox: Sandbox) -> None:
    http = AuditHttp(sandbox, "nobody@example.com", "x")
    for answer in (http.get(), http.post({})):
        assert answer.status_code == 401
        assert answer.json()["status"] == "FAILURE_UNAUTHORIZED_USER_ACTION"


def test_bearer_is_refused(sandbox: Sandbox, http: AuditHttp) -> None:
    headers = {"Authorization": f"Bearer {http.token}"}
    answer = requests.get(http.base, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (401, "FAILURE_INVALID_TOKEN")


def test_what_is_done_in_the_sandbox_is_noted() -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = build_headcount(sandbox)
        audit = AuditHttp(sandbox)
        model = in_model(Http(sandbox), built)
        model.upload(EMPLOYEES)
        model.post("/open")
        model.run(f"processes/{NIGHTLY}")
        model.run(f"exports/{EXPORT}")
        model.run(f"imports/{BROKEN_IMPORT}")
        assert log_in(sandbox, sandbox.email, "wrong").status_code == 401
        events = audit.get().json()["response"]
    codes = [event["eventTypeId"] for event in events]
    opened, imported = ["USR-13"], ["USR-20", "USR-51"]
    process = [*("USR-20", "USR-38"), *imported, *("USR-20", "USR-36"), "USR-41"]
    assert codes[:2] == ["USR-8", "USR-8"]
    assert codes[2:] == [*opened, *process, "USR-20", "USR-36", *imported, "USR-9"]
    loaded = next(event for event in events if event["eventTypeId"] == "USR-51")
    assert loaded["additionalAttributes"] == {
        "workspaceId": built.workspace.id,
        "modelId": built.id,
        "actionId": LIST_IMPORT,
        "actionName": "Load employees",
    }
    assert loaded["userId"] == sandbox.users.all()[0].id
    assert loaded["objectId"] == built.id.lower()
    assert CLEAR in str(events[3])
    assert [event["success"] for event in events if event["eventTypeId"] == "USR-51"] == [
        True,
        False,
    ]


def test_an_event_can_be_made_up_that_is_late_and_misses_keys() -> None:
    with Sandbox(rate_limit=None) as sandbox:
        first = sandbox.audit_event("USR-13", objectId="a")
        late = sandbox.audit_event(
            "COMMENT-01",
            eventDate=first["eventDate"] - 5000,
            additionalAttributes=None,
            objectId=None,
        )
        events = AuditHttp(sandbox).get(type="comment").json()["response"]
    assert events == [late]
    assert late["additionalAttributes"] is None
    assert "objectId" not in late
    assert len(str(late["id"])) == 18
    assert late["createdDate"] > late["eventDate"]
