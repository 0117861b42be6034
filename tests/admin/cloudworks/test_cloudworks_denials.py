"""Users without the role, and secrets of connections, which nothing shows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest import mock

import pytest

import anaplan_frames as af
from anaplan_frames.transport.calls import Call
from anaplan_frames.transport.retry import Sender
from tests.sandbox.cloudworks_client import Tenant
from tests.secrets.looking import assert_nothing_shows, by_python, by_rich, ended
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock, as_json

ROLE = "Restricted Integration User"
SECRETS = ["secret-of-the-bucket", "key-of-the-bucket"]


@pytest.fixture(scope="module")
def outsider(built: Tenant) -> Iterator[af.CloudWorks]:
    email = "outsider@example.com"
    built.sandbox.add_user(email, "x", roles=["Tenant Auditor"])
    url = built.sandbox.api_url
    with af.connect(email, "x", api_url=url, auth_url=url) as connection:
        yield connection.cloudworks


@pytest.mark.parametrize(
    "ask",
    [
        lambda cloudworks: cloudworks.connections(),
        lambda cloudworks: cloudworks.integrations(jobs=True),
        lambda cloudworks: cloudworks.runs(),
        lambda cloudworks: cloudworks.run("Load staff"),
        lambda cloudworks: cloudworks.dumps("0" * 32),
    ],
)
def test_a_missing_role_is_named(
    outsider: af.CloudWorks, ask: Callable[[af.CloudWorks], object]
) -> None:
    with pytest.raises(af.PermissionDenied, match=ROLE) as got:
        ask(outsider)
    assert got.value.role == ROLE


@pytest.mark.parametrize("status", [403, 452])
def test_both_answers_to_a_missing_role_are_understood(
    server: ScriptedServer, make_transport: Callable[..., Any], status: int
) -> None:
    server.rule = lambda seen: as_json({"status": {"code": status, "message": "No"}}, status)
    cloudworks = af.CloudWorks(make_transport())
    server.script = [as_json({"integration": {"integrationId": "a" * 32, "name": "Load"}})]
    with pytest.raises(af.PermissionDenied) as got:
        cloudworks.delete("schedule", "a" * 32)
    assert got.value.role == ROLE
    assert len(server.calls) == 2


def settings() -> dict[str, Any]:
    return {
        "name": "New",
        "type": "AmazonS3",
        "access_key_id": SECRETS[1],
        "secret_access_key": SECRETS[0],
        "bucket_name": "data",
    }


def refusing(seen: Any) -> Answer:
    """Repeat the secrets in a refusal, as a server may."""
    if seen.method == "GET":
        known = {"connectionId": "1", "body": {"name": "New"}, "connectionType": "AmazonS3"}
        return as_json({"connections": [known]})
    message = f"wrong: {SECRETS[0]} for {SECRETS[1]}"
    return as_json({"status": {"code": 400, "message": message}}, 400)


@pytest.mark.parametrize("work", ["insert", "update"])
@pytest.mark.parametrize("mishap", ["refused", "lost", "interrupted", "nothing listed"])
def test_no_secret_of_a_connection_is_shown(
    server: ScriptedServer,
    make_transport: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
    work: str,
    mishap: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    cloudworks = af.CloudWorks(make_transport(tries=2, clock=TurnedClock()))
    changes = (
        partial(cloudworks.insert, "connection")
        if work == "insert"
        else partial(cloudworks.update, "connection", "New")
    )

    def rule(seen: Any) -> Answer:
        if mishap == "nothing listed":
            return Answer(404)
        if seen.method == "GET" or mishap == "refused":
            return refusing(seen)
        return Answer(fault="reset")

    server.rule = rule
    with ExitStack() as patches:
        if mishap == "interrupted":
            path = "anaplan_frames.transport.retry.Sender._try"
            patches.enter_context(mock.patch(path, interrupting(Sender._try)))
        error = ended(lambda: changes(**settings()))
    assert_nothing_shows(by_python(error) + by_rich(error) + repr(vars(error)), SECRETS)
    assert_nothing_shows(caplog.text + repr([vars(each) for each in caplog.records]), SECRETS)


def interrupting(real: Callable[..., Any]) -> Callable[..., Any]:
    """Interrupt what is not a look."""

    def send(self: Sender, call: Call, *args: Any, **options: Any) -> Any:
        if call.method in ("POST", "PUT") and "connections" in call.url:
            raise KeyboardInterrupt
        return real(self, call, *args, **options)

    return send


def test_a_wrong_setting_is_refused_without_its_value(make_transport: Callable[..., Any]) -> None:
    cloudworks = af.CloudWorks(make_transport())
    wrong = {**settings(), "sas_token": SECRETS[0]}
    with pytest.raises(TypeError, match="no setting 'sas_token'") as got:
        _insert(cloudworks, wrong)
    trace = by_python(got.value)
    own = trace[trace.index("in insert") :]
    assert_nothing_shows(own, SECRETS)


def _insert(cloudworks: af.CloudWorks, wrong: dict[str, Any]) -> None:
    cloudworks.insert("connection", **wrong)
