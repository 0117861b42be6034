"""No redirect takes a token, a password or data to another host, or to another port of this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from anaplan_frames.errors import TransferError
from anaplan_frames.transport import Transport
from tests import logouts
from tests.transport.conftest import Connect
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock, token_answer

STATUSES = [301, 302, 303, 307, 308]
Fetch = Callable[[Transport], object]
FETCHES: list[Fetch] = [
    lambda transport: transport.download("/files/1/chunks/0", label="chunk 0"),
    lambda transport: transport.download_large("/files/1/chunks/0", label="chunk 0"),
    lambda transport: list(transport.pages("/files", "files", label="files")),
]


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running
        assert running.seen == []


def to(elsewhere: ScriptedServer, status: int, path: str, host: str) -> Answer:
    url = elsewhere.url.replace("127.0.0.1", host)
    return Answer(status, headers={"Location": f"{url}{path}"})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_no_call_follows_a_redirect(
    method: str,
    status: int,
    host: str,
    server: ScriptedServer,
    transport: Transport,
    elsewhere: ScriptedServer,
) -> None:
    server.script = [to(elsewhere, status, "/2/0/me", host)]
    with pytest.raises(TransferError, match=r"points to .*, where the token is not sent"):
        transport.request(method, "/me", label="me", json={"name": "private"})
    assert len(server.calls) == 1


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("fetch", FETCHES)
def test_no_download_follows_a_redirect(
    fetch: Fetch,
    status: int,
    server: ScriptedServer,
    transport: Transport,
    elsewhere: ScriptedServer,
) -> None:
    server.script = [to(elsewhere, status, "/2/0/files/1/chunks/0", "127.0.0.1")]
    with pytest.raises(TransferError, match="where the token is not sent"):
        fetch(transport)


@pytest.mark.parametrize("status", STATUSES)
def test_no_login_follows_a_redirect(
    status: int, server: ScriptedServer, connect: Connect, elsewhere: ScriptedServer
) -> None:
    server.logins = [to(elsewhere, status, "/token/authenticate", "localhost")]
    with pytest.raises(TransferError, match="where the token is not sent"):
        connect().get("/me", label="me")


@pytest.mark.parametrize("status", STATUSES)
def test_no_refresh_and_no_logout_follows_a_redirect(
    status: int,
    server: ScriptedServer,
    connect: Connect,
    clock: TurnedClock,
    elsewhere: ScriptedServer,
) -> None:
    away = to(elsewhere, status, "/token/refresh", "localhost")
    server.logins = [token_answer(lives=100), away, away]
    transport = connect()
    transport.get("/me", label="me")
    clock.turn(99)
    transport.get("/me", label="me")  # the refresh fails, but the token is still good
    logouts.close(transport)
    assert [seen.path for seen in server.seen][-3:] == [
        "/token/refresh",
        "/2/0/me",
        "/token/logout",
    ]


@pytest.mark.parametrize(
    "location", ["http://[bad", "http://x:99999/", "http://a]b/", "://", "", "\x7f", "nowhere"]
)
def test_a_location_that_is_not_a_url_is_an_error_of_the_library(
    location: str, server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(302, headers={"Location": location})]
    with pytest.raises(TransferError, match=r"points to .*, where the token is not sent"):
        transport.get("/me", label="me")
