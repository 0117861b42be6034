"""What faults do to a request: around the whole application, down to its connection."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from anaplan_frames.sandbox.bodies import drain
from anaplan_frames.sandbox.envelope import ApiError, error_response
from anaplan_frames.sandbox.faults import Fault

if TYPE_CHECKING:
    from anaplan_frames.sandbox.sandbox import Sandbox

_API = "/2/0"
_CONNECTION = "anaplan_frames.connection"
# Answered by gateways in front of the service, with a page of their own.
_GATEWAY = ("502", "503", "504")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class FaultMachine:
    """Lets requests pass to the application, or fail by the rules of the sandbox."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox
        self._late: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or fail it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fault = self._sandbox.faults.strike(scope["method"], scope["path"].removeprefix(_API))
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        kind = fault.kind
        if kind in ("token", "restart"):
            self._sandbox.tokens.revoke_all()
        if kind == "token":
            await self._app(scope, receive, send)
        elif kind == "restart":
            for connection in tuple(scope[_CONNECTION].connections):
                _abort(connection.transport)
        elif kind.isdigit():
            await drain(receive)
            await _refusal(fault, scope)(scope, receive, send)
        elif kind == "reset":
            _reset(scope)
        elif kind == "broken upload":
            await receive()
            _reset(scope)
        elif kind == "late":
            body = [await receive()]
            while body[-1].get("more_body"):
                body.append(await receive())
            self._sandbox.faults.pending += 1
            _reset(scope)
            late = asyncio.ensure_future(self._do_late(fault.seconds, scope, body))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
        elif kind == "stall":
            await asyncio.sleep(fault.seconds)
            _reset(scope)
        else:
            await self._act(fault, scope, receive, send)

    async def _do_late(self, seconds: float, scope: Scope, body: list[Message]) -> None:
        """Have a request done when nobody waits for it any more."""

        async def receive() -> Message:
            return body.pop(0) if body else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            pass

        try:
            await asyncio.sleep(seconds)
            await self._app(scope, receive, send)
        finally:
            self._sandbox.faults.pending -= 1

    async def _act(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request done, and lose its answer in one way or another."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        if fault.kind == "lost 504":
            await _refusal(fault, scope)(scope, receive, send)
        elif fault.kind in ("missing chunk", "shuffled chunks"):
            for message in _other_chunks(fault, answer):
                await send(message)
        elif fault.kind == "cut body":
            await _half(answer, send)
            # Closed in peace, because a reset would take the half with it.
            scope[_CONNECTION].transport.close()
        else:
            if fault.kind == "stalled answer":
                await asyncio.sleep(fault.seconds)
            _reset(scope)


async def _half(answer: list[Message], send: Send) -> None:
    """Send an answer's head, which says how long it is, and half of its body."""
    head, *parts = answer
    body = b"".join(part.get("body", b"") for part in parts)
    names = [name.lower() for name, _ in head["headers"]]
    if body and b"content-length" not in names:
        head = {**head, "headers": [*head["headers"], (b"content-length", b"%d" % len(body))]}
    if body:
        await send(head)
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )
        await asyncio.sleep(0)


def _other_chunks(fault: Fault, answer: list[Message]) -> list[Message]:
    """Return an answer, its list of chunks without one of them or in another order."""
    head, *parts = answer
    if (b"content-type", b"application/json") not in head["headers"]:
        return answer
    content = json.loads(b"".join(part.get("body", b"") for part in parts))
    chunks = content.get("chunks")
    if not chunks:
        return answer
    if fault.kind == "shuffled chunks":
        chunks.reverse()
    else:
        del chunks[len(chunks) // 2]
    body = json.dumps(content).encode()
    kept = [(name, value) for name, value in head["headers"] if name != b"content-length"]
    headers = [*kept, (b"content-length", b"%d" % len(body))]
    return [{**head, "headers": headers}, {"type": "http.response.body", "body": body}]


def _refusal(fault: Fault, scope: Scope) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    status = int(fault.kind.removeprefix("lost "))
    if str(status) in _GATEWAY:
        page = f"<html><body><h1>{status}</h1></body></html>"
        return HTMLResponse(page, status, headers)
    return error_response(Request(scope), ApiError(status, headers=headers))


def _reset(scope: Scope) -> None:
    _abort(scope[_CONNECTION].transport)


def _abort(transport: asyncio.Transport) -> None:
    """Close a connection at once, with a reset where the system has one."""
    raw: Any = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


class Connection(H11Protocol):
    """A connection that requests can reach, for faults to be done to it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the connection with every request that comes by it."""
        super().connection_made(transport)
        app = self.app

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_CONNECTION] = self
            await app(scope, receive, send)

        self.app = noting
