"""No password and no token shows: not in a log, an error, a repr, nor in a frame's variables."""

from __future__ import annotations

import base64
import logging

import pytest

from anaplan_frames.auth import BasicAuth, TokenAuth
from anaplan_frames.errors import AnaplanError
from anaplan_frames.transport import Transport
from tests.secrets.looking import by_python
from tests.transport.conftest import Connect
from tests.transport.scripted import TOKEN, Answer, ScriptedServer, as_json

PASSWORD = "open sesame"
PAIR = base64.b64encode(f"planner@example.com:{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, PAIR, TOKEN, "ready-made")


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def make(connect: Connect, **options: object) -> Transport:
    return connect(auth=BasicAuth("planner@example.com", PASSWORD), **options)


FAULTS = [
    Answer(400),
    Answer(403),
    Answer(503),
    Answer(fault="reset"),
    Answer(fault="hang"),
    Answer(fault="cut", body=b"{} "),
    Answer(302, headers={"Location": "https://elsewhere.test"}),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", ["get", "post", "login"])
def test_errors_and_logs_are_free_of_secrets(
    call: str,
    fault: Answer,
    server: ScriptedServer,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    transport = make(connect, timeout=(5, 0.1), tries=2)
    if call == "login":
        server.logins = [fault] * 2
    server.rule = lambda seen: fault
    method = "POST" if call == "post" else "GET"
    with pytest.raises(AnaplanError) as caught:
        transport.request(method, "/me", label="me", json={}, repeatable=method == "GET")
    seen = by_python(caught.value) + caplog.text + repr(transport) + repr(vars(transport))
    assert secrets_in(seen) == []


def test_an_unreachable_host_shows_no_secret(connect: Connect) -> None:
    transport = make(connect, api_url="http://127.0.0.1:1")
    with pytest.raises(AnaplanError) as caught:
        transport.get("/me", label="me")
    assert secrets_in(by_python(caught.value)) == []


def test_an_interrupt_in_the_middle_of_a_call_shows_no_secret(
    server: ScriptedServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = make(connect)
    transport.get("/me", label="me")

    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("http.client.HTTPConnection.getresponse", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        transport.get("/me", label="me")
    assert secrets_in(by_python(caught.value)) == []


def test_a_ready_token_is_shown_nowhere(server: ScriptedServer, connect: Connect) -> None:
    server.rule = lambda seen: Answer(401)
    transport = connect(auth=TokenAuth("ready-made"))
    with pytest.raises(AnaplanError) as caught:
        transport.get("/me", label="me")
    assert secrets_in(by_python(caught.value)) == []


def test_the_log_shows_calls_and_renewals(
    server: ScriptedServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "anaplan_frames")
    server.script = [Answer(503), as_json({})]
    make(connect).get("/me", label="me")
    owned = [record.getMessage() for record in caplog.records if record.name == "anaplan_frames"]
    assert owned[0] == f"POST {server.url}/token/authenticate: 201"
    assert f"GET {server.url}/2/0/me: 503" in owned
    assert owned[-1] == f"GET {server.url}/2/0/me: 200"
