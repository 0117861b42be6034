"""Answers that are not Anaplan's: given by something in between, or changed on the way."""

from __future__ import annotations

import copy
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anaplan_frames.sandbox import Sandbox, application
from tests.campaign.runs import serving

_JSON = "application/json"
# Status, content type and body of what a gateway, proxy or sign-in page may give.
LIES: dict[str, tuple[int, str, bytes]] = {
    "204": (204, "", b""),
    "empty 200": (200, "", b""),
    "empty JSON": (200, _JSON, b""),
    "202": (202, "", b""),
    "HTML": (200, "text/html; charset=utf-8", b"<html><body>Sign in</body></html>"),
    "XHTML": (200, "application/xhtml+xml", b"<html><body>Sign in</body></html>"),
    "text": (200, "text/plain", b"OK"),
    "error": (200, _JSON, b'{"error": "try later"}'),
    "list": (200, _JSON, b"[]"),
    "object": (200, _JSON, b"{}"),
    "status 500": (200, _JSON, b'{"status": {"code": 500, "message": "Failure"}}'),
    "deep": (200, _JSON, b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
}
# What an application may answer although it has acted.
REFUSALS: dict[str, tuple[int, str, bytes]] = {
    str(status): (status, _JSON, b'{"status": {"code": %d, "message": "Busy"}}' % status)
    for status in (401, 409, 429, 500, 503)
}
_ODD: tuple[Any, ...] = (None, "", "x", 7, -1, 1e300, True, [], {}, [[]], {"a": 1}, "40%", "false")


@dataclass
class Liar:
    """Middleware that answers one request otherwise than the sandbox does.

    Attributes
    ----------
    at : int or None
        Which request to the API, counted from 0.
    lie : str
        A key of `LIES` or `REFUSALS`, or ``"edit"``: the sandbox's JSON, changed in one place.
    forwards : bool
        Whether the sandbox gets the request nevertheless.
    """

    at: int | None = None
    lie: str = ""
    forwards: bool = True
    chance: random.Random = field(default_factory=random.Random)
    calls: list[str] = field(default_factory=list)
    struck: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Put this in front of an application."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not self._strikes(scope):
                await app(scope, receive, send)
            elif self.lie == "edit":
                await self._edit(app, scope, receive, send)
            else:
                if self.forwards:
                    await app(scope, receive, _ignore)
                else:
                    await _drain(receive)
                status, kind, body = (LIES | REFUSALS)[self.lie]
                await _send(send, status, kind, body)

        return answer

    def _strikes(self, scope: Scope) -> bool:
        if not scope["path"].startswith("/2/0"):
            return False
        with self._lock:
            self.calls.append(f"{scope['method']} {scope['path']}")
            strikes = len(self.calls) - 1 == self.at
            if strikes:
                self.struck = self.calls[-1]
            return strikes

    async def _edit(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await app(scope, receive, keep)
        body = b"".join(part.get("body", b"") for part in answer[1:])
        kind = dict(answer[0]["headers"]).get(b"content-type", b"").decode()
        if kind.startswith(_JSON) and body:
            content = json.loads(body)
            self.struck += f" {_edited(content, self.chance)}"
            body = json.dumps(content).encode()
        await _send(send, answer[0]["status"], kind, body)


def _edited(content: Any, chance: random.Random) -> str:
    """Change a JSON value in one place, and return what was done."""
    places = list(_places(content))
    owner, key = chance.choice(places)
    if chance.random() < 0.4:
        del owner[key]
        return f"without {key!r}"
    owner[key] = copy.deepcopy(chance.choice(_ODD))
    return f"{key!r} is {owner[key]!r}"


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


async def _ignore(message: Message) -> None:
    pass


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _send(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [(b"content-length", b"%d" % len(body))] if status != 204 else []
    headers += [(b"content-type", kind.encode())] if kind else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def lying() -> Iterator[tuple[Sandbox, Liar]]:
    """Serve a sandbox with a liar in front of it."""
    liar = Liar()
    build: Callable[..., ASGIApp] = application.build_app
    with (
        mock.patch.object(application, "build_app", lambda tenant: liar.wrap(build(tenant))),
        serving() as sandbox,
    ):
        yield sandbox, liar
