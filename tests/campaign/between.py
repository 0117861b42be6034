"""Something between the client and the sandbox: it lies, changes answers, and lets others in."""

from __future__ import annotations

import json
import random
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anaplan_frames.cells import cell_writer as cell_sender
from anaplan_frames.lists import item_writer as item_sender
from anaplan_frames.sandbox import Sandbox, application
from anaplan_frames.transfer import upload
from tests.campaign.case import ANOTHER, Other
from tests.campaign.lies import JSON, LIES, REFUSALS, edited

CHUNK = 1_500  # bytes, so that small data come in several chunks
RECORDS = 15  # in one request at most, so that small data come in several
EDIT = "edit"
_LOOK = re.compile(r"GET .*/tasks/[0-9A-F]{32}$")


@dataclass(frozen=True)
class Plan:
    """What happens to the calls of one job, in addition to faults of the connection.

    Attributes
    ----------
    lies : mapping
        By the number of the call: a key of `LIES` or `REFUSALS`, or `EDIT`; and whether the
        sandbox gets the request nevertheless.
    others : mapping
        By the number of the call: what somebody else asks for just before.
    states : mapping
        By the number of the look at a task: the state that is shown.
    interrupt : tuple of str and int, optional
        A pattern of calls, and at which of them the program is interrupted.
    """

    lies: Mapping[int, tuple[str, bool]] = field(default_factory=dict)
    others: Mapping[int, list[Other]] = field(default_factory=dict)
    states: Mapping[int, str] = field(default_factory=dict)
    interrupt: tuple[str, int] | None = None


class Between:
    """Middleware that follows a plan.

    Attributes
    ----------
    calls, struck : list of str
        The requests to the API since `begin`, and those that did not get the sandbox's answer.
    """

    def __init__(self) -> None:
        self._served = 0
        self.begin(Plan(), "", random.Random())

    def begin(
        self,
        plan: Plan,
        model_path: str,
        chance: random.Random,
        on_other: Callable[[Any], None] = lambda answer: None,
    ) -> None:
        """Follow another plan from now on; `on_other` gets the answers to somebody else."""
        self._plan, self._model_path = plan, model_path
        self._chance, self._on_other = chance, on_other
        self.calls: list[str] = []
        self.struck: list[str] = []
        self._looks = self._midway = 0

    def wait(self) -> None:
        """Wait for requests that are still served although nobody waits for their answers."""
        end = time.monotonic() + 10
        while self._served and time.monotonic() < end:
            time.sleep(0.001)

    def wrap(self, app: ASGIApp, sandbox: Sandbox) -> ASGIApp:
        """Put this in front of a sandbox's application."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith("/2/0"):
                await app(scope, receive, send)
                return
            self._served += 1
            try:
                await serve(scope, receive, send)
            finally:
                self._served -= 1

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            call = f"{scope['method']} {scope['path']}"
            number = len(self.calls)
            self.calls.append(call)
            self._interrupt(call)
            for other in self._plan.others.get(number, ()):
                token = _token(sandbox, other.user)
                self._on_other(await ask(app, self._model_path, other, token))
            lie, forwards = self._plan.lies.get(number, ("", True))
            if lie:
                self.struck.append(call)
            state = self._state(call)
            if lie == EDIT or state is not None:
                await self._edit(app, scope, receive, send, state)
            elif lie:
                await (app(scope, receive, _ignore) if forwards else _drain(receive))
                await _send(send, *(LIES | REFUSALS)[lie])
            else:
                await app(scope, receive, send)

        return answer

    def _state(self, call: str) -> str | None:
        if not self._plan.states or not _LOOK.match(call):
            return None
        self._looks += 1
        return self._plan.states.get(self._looks - 1)

    def _interrupt(self, call: str) -> None:
        if self._plan.interrupt is None:
            return
        pattern, at = self._plan.interrupt
        if re.search(pattern, call):
            self._midway += 1
            if self._midway == at + 1:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    async def _edit(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, state: str | None
    ) -> None:
        head, body = await _collect(app, scope, receive)
        kind = dict(head["headers"]).get(b"content-type", b"").decode()
        if kind.startswith(JSON) and body:
            content = json.loads(body)
            if state is None:
                self.struck[-1] += f" {edited(content, self._chance)}"
            else:
                content.get("task", {})["taskState"] = state
            body = json.dumps(content).encode()
        await _send(send, head["status"], kind, body)


async def ask(app: ASGIApp, model_path: str, other: Other, token: str) -> Any:
    """Make somebody else's request, and return its answer if that is JSON."""
    is_json = not isinstance(other.body, bytes)
    body = json.dumps(other.body).encode() if is_json and other.body is not None else other.body
    path, _, query = f"/2/0{model_path}{other.path}".partition("?")
    content_type = JSON if is_json else "application/octet-stream"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": other.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            (b"authorization", f"AnaplanAuthToken {token}".encode()),
            (b"content-type", content_type.encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    messages = [{"type": "http.request", "body": body or b""}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    head, answer = await _collect(app, scope, receive)
    kind = dict(head["headers"]).get(b"content-type", b"")
    return json.loads(answer) if kind.startswith(JSON.encode()) and answer else None


def _token(sandbox: Sandbox, email: str) -> str:
    user = sandbox.users.by_email(email or sandbox.email)
    assert user is not None
    return sandbox.tokens.issue(user).value


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    answer: list[Message] = []

    async def keep(message: Message) -> None:
        answer.append(message)

    await app(scope, receive, keep)
    return answer[0], b"".join(part.get("body", b"") for part in answer[1:])


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


@dataclass(frozen=True)
class Stage:
    """A sandbox, and what stands between it and its clients."""

    sandbox: Sandbox
    between: Between


@contextmanager
def serving() -> Iterator[Stage]:
    """Serve a tenant for one schedule after the other, and have the client send small pieces."""
    between = Between()
    build: Callable[..., ASGIApp] = application.build_app
    with (
        mock.patch.object(upload, "SMALLEST_CHUNK", CHUNK),
        mock.patch.object(item_sender, "MOST_ITEMS", RECORDS),
        mock.patch.object(cell_sender, "MOST_CELLS", 2 * RECORDS),
        mock.patch.object(
            application, "build_app", lambda tenant: between.wrap(build(tenant), tenant)
        ),
        Sandbox(rate_limit=None, task_pause=0, export_chunk_size=CHUNK) as sandbox,
    ):
        sandbox.add_user(ANOTHER, "demo")
        yield Stage(sandbox, between)
