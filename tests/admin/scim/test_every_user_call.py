"""Every fault and every foreign answer at every call of writes of users: none is made twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pandas as pd
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox, application
from anaplan_frames.sandbox.tenant import scim_users
from anaplan_frames.sandbox.tenant.fault_rules import KINDS
from tests.admin.scim.conftest import FINANCE, build_users
from tests.campaign.lies import LIES, REFUSALS
from tests.transport.scripted import TurnedClock

NEW = [f"n{number}@corp.com" for number in range(3)]
CALLS = 7  # of the job below: two readings, three users made, two changed
_QUICK = tuple(kind for kind in KINDS if kind not in ("stall", "stalled answer"))
_UNKNOWN = "it is not known whether this was written"


class Interposer:
    """Answers one call itself, before or after the sandbox has got it."""

    def __init__(self) -> None:
        self.at, self.lie, self.forwards = -1, "", True
        self.count = 0

    def wrap(self, app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith("/scim/"):
                await app(scope, receive, send)
                return
            self.count += 1
            if self.count - 1 != self.at:
                await app(scope, receive, send)
                return
            if self.forwards:
                await app(scope, receive, _ignore)
            status, kind, body = (LIES | REFUSALS)[self.lie]
            headers = [(b"content-type", kind.encode())] if kind else []
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        return answer


async def _ignore(message: Message) -> None:
    pass


@pytest.fixture(scope="module")
def interposer() -> Interposer:
    return Interposer()


@pytest.fixture(scope="module")
def stage(interposer: Interposer) -> Iterator[Sandbox]:
    build = application.build_app
    with (
        mock.patch.object(application, "build_app", lambda tenant: interposer.wrap(build(tenant))),
        Sandbox(rate_limit=None) as sandbox,
    ):
        yield sandbox


@pytest.fixture
def asked(stage: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Reset the users, and note who is asked for."""
    for user in stage.users.all()[1:]:
        stage.users.remove(user.email)
    build_users(stage)
    create, found = scim_users.create, []

    def noted(tenant: Any, body: Any) -> Any:
        found.append(body["userName"])
        return create(tenant, body)

    monkeypatch.setattr(scim_users, "create", noted)
    return found


def run(stage: Sandbox) -> list[Any]:
    """Make three users and deactivate two, and return what is said of it."""
    results = []
    data = pd.DataFrame({"user_name": NEW, "given_name": "N", "family_name": "U"})
    data["workspace_ids"] = [[FINANCE]] * 3
    with stage.connect(
        clock=TurnedClock(), requests_per_minute=None, http_timeout=(5, 5)
    ) as connection:
        for call in (
            lambda: connection.scim.insert(data, on_rejected="ignore"),
            lambda: connection.scim.deactivate(
                ["ann@corp.com", "bob@corp.com"], on_rejected="ignore"
            ),
        ):
            try:
                results.append(call())
            except af.JobError as error:
                results.append(error.result)
            except af.AnaplanError:  # nothing was sent, as the users could not be read
                results.append(None)
    return results


def judge(stage: Sandbox, results: list[Any], asked: list[str]) -> None:
    made = [name for name in NEW if stage.users.by_email(name) is not None]
    assert set(made) <= set(asked)
    inactive = [
        name
        for name in ("ann@corp.com", "bob@corp.com")
        if not stage.users.by_email(name).active  # type: ignore[union-attr]
    ]
    for result, done, count in zip(
        results, (made, inactive), ("rows_created", "rows_updated"), strict=True
    ):
        if result is None:
            assert done == []
            continue
        rejected = result.rejected
        pairs = zip(rejected["user_name"], rejected["error"], strict=True) if len(rejected) else ()
        said = dict(pairs)
        unknown = {name for name, why in said.items() if why.startswith(_UNKNOWN)}
        assert getattr(result, count) == len(set(done) - unknown), (result, said, done)
        assert not (set(said) - unknown) & set(done), (said, done)


def test_the_job_makes_so_many_calls(
    stage: Sandbox, interposer: Interposer, asked: list[str]
) -> None:
    interposer.at, interposer.count = -1, 0
    results = run(stage)
    judge(stage, results, asked)
    assert [result.outcome for result in results] == ["loaded", "loaded"]
    assert (interposer.count, len(asked)) == (CALLS, 3)


@pytest.mark.long
@pytest.mark.parametrize("at", range(CALLS))
@pytest.mark.parametrize("kind", _QUICK)
def test_a_fault_at_any_call_neither_loses_nor_doubles_a_user(
    stage: Sandbox, interposer: Interposer, asked: list[str], kind: Any, at: int
) -> None:
    interposer.at = -1
    stage.faults.add(kind, path="*/Users*", after=at, seconds=0.01)
    try:
        results = run(stage)
    finally:
        stage.faults.clear()
        while stage.faults.pending:
            time.sleep(0.001)
    judge(stage, results, asked)
    assert len(set(asked)) == len(asked)


@pytest.mark.long
@pytest.mark.parametrize("at", range(CALLS))
@pytest.mark.parametrize(("turn", "lie"), [*enumerate((*LIES, *REFUSALS))])
def test_a_foreign_answer_at_any_call_neither_loses_nor_doubles_a_user(
    stage: Sandbox, interposer: Interposer, asked: list[str], turn: int, lie: str, at: int
) -> None:
    """Give it in turn with and without the request; the next one the other way round."""
    interposer.at, interposer.lie, interposer.count = at, lie, 0
    interposer.forwards = (at + turn) % 2 == 0
    judge(stage, run(stage), asked)
