"""Each thing that can go wrong, with each kind of credential."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from anaplan_frames.auth import (
    BasicAuth,
    CertificateAuth,
    Credentials,
    KeystoreAuth,
    RefreshTokenAuth,
    TokenAuth,
)
from anaplan_frames.transport import Transport
from tests.auth.making import Holder, holder
from tests.transport.scripted import (
    EVERYTHING,
    TOKEN,
    Answer,
    ScriptedServer,
    Seen,
    TurnedClock,
    token_answer,
)

DATA = Path(__file__).parents[1] / "auth" / "data"
PASSWORD, READY, KEY_PASSWORD = "open sesame", "ready-made-token", "password-of-the-key"
STORE, STORE_KEY = "store-password", "key-Planner"
REFRESH, CLIENT_SECRET = "refresh-token-of-oauth", "secret-of-the-client"
_KNOWN = [PASSWORD, READY, KEY_PASSWORD, STORE, STORE_KEY, TOKEN, REFRESH, CLIENT_SECRET]


@cache
def planner() -> Holder:
    """Make somebody with a key, once."""
    return holder("planner")


def _certificate() -> Credentials:
    encrypted = planner().key_pem(KEY_PASSWORD.encode())
    return CertificateAuth(planner().pem, encrypted, KEY_PASSWORD)


CREDENTIALS: dict[str, Callable[[], Credentials]] = {
    "password": lambda: BasicAuth("planner@example.com", PASSWORD),
    "token": lambda: TokenAuth(READY),
    "certificate": _certificate,
    "OAuth": lambda: RefreshTokenAuth("0" * 32, REFRESH, client_secret=CLIENT_SECRET, store=None),
    "Java keystore": lambda: KeystoreAuth(DATA / "two.jks", STORE, "planner", STORE_KEY),
    "PKCS#12": lambda: KeystoreAuth(DATA / "two.pkcs12", STORE, "planner"),
}


def _login_refused(server: ScriptedServer) -> None:
    server.logins = [Answer(401)] * 9
    server.rule = lambda seen: Answer(401)


def _token_dies(server: ScriptedServer) -> None:
    server.logins = [token_answer(), *[Answer(401)] * 9]
    server.script = [Answer()]
    server.rule = lambda seen: Answer(401)


def _always(answer: Answer) -> Callable[[ScriptedServer], None]:
    def prepare(server: ScriptedServer) -> None:
        server.rule = lambda seen: answer

    return prepare


def _login(answer: Answer) -> Callable[[ScriptedServer], None]:
    def prepare(server: ScriptedServer) -> None:
        server.logins = [answer] * 9
        server.rule = lambda seen: Answer(400)  # for those who need no login

    return prepare


_ELSEWHERE = Answer(307, headers={"Location": "https://elsewhere.test/token/authenticate"})

MISHAPS: dict[str, Callable[[ScriptedServer], None]] = {
    "the login is refused": _login_refused,
    "the token dies half-way": _token_dies,
    "a bad request": _always(Answer(400)),
    "the server is down": _always(Answer(503)),
    "too many requests": _always(Answer(429)),
    "a reset": _always(Answer(fault="reset")),
    "no answer in time": _always(Answer(fault="hang")),
    "a body cut short": _always(Answer(fault="cut", body=b"{} ")),
    "no JSON": _always(Answer(body=b"<html>sign in</html>")),
    "a redirect": _always(_ELSEWHERE),
    "a reset of the login": _login(Answer(fault="reset")),
    "no answer to the login": _login(Answer(fault="hang")),
    "a redirect of the login": _login(_ELSEWHERE),
    "a login without a token": _login(Answer()),
}
INTERRUPTED = "http.client.HTTPConnection.getresponse"


def suffer(server: ScriptedServer, credential: str, mishap: str) -> None:
    """Make two calls, which end in an error."""
    MISHAPS[mishap](server)
    work(server, credential)


def work(server: ScriptedServer, credential: str) -> None:
    """Ask for something, and send something."""
    transport = Transport(
        CREDENTIALS[credential](),
        api_url=server.url,
        auth_url=server.url,
        clock=TurnedClock(),
        timeout=(5, 0.05),
        tries=2,
        operations=EVERYTHING,
    )
    with closing(transport):
        transport.get("/me", label="me")
        transport.request("PUT", "/files/1/chunks/0", label="chunk 0", data=b"data")
        transport.post("/tasks", json={"localeName": "en_US"}, label="task", repeatable=False)


@contextmanager
def interrupted() -> Iterator[None]:
    """Let Ctrl-C come while an answer is waited for."""
    with mock.patch(INTERRUPTED, side_effect=KeyboardInterrupt):
        yield


def secrets_of(server: ScriptedServer) -> list[str]:
    """Return all that must not show: what is known before, and what went to the server."""
    pair = base64.b64encode(f"planner@example.com:{PASSWORD}".encode()).decode()
    pem = planner().key_pem().decode().splitlines()[1:-1]
    return [*_KNOWN, pair, *pem, *(secret for seen in server.seen for secret in _sent(seen))]


def _sent(seen: Seen) -> Iterator[str]:
    yield seen.headers.get("Authorization", "?").partition(" ")[2] or "?" * 9
    if seen.path.startswith("/token/") and seen.body:
        body: dict[str, Any] = json.loads(seen.body)
        yield from (str(value) for key, value in body.items() if key != "encodedDataFormat")
