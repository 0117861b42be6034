"""Injection of faults: middleware that lets requests fail, down to their connections."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from anaplan_frames.sandbox.http.request_bodies import drain
from anaplan_frames.sandbox.http.response_envelope import ApiError, error_response
from anaplan_frames.sandbox.http.served_services import is_console
from anaplan_frames.sandbox.tenant.fault_rules import Fault
from anaplan_frames.sandbox.tenant.tenant_state import Tenant

_API = "/2/0"
_CONNECTION = "anaplan_frames.connection"
# Gateways in front of the service answer with these statuses, and with an HTML page.
_GATEWAY = ("502", "503", "504")
_INTERIM = (
    b"HTTP/1.1 102 Processing\r\n\r\n"
    b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
)
_GZIP_END = 8  # bytes: checksum and length, which show that all has come
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class FaultMiddleware:
    """Passes requests to the application, or lets them fail by the tenant's fault rules."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self._app = app
        self._tenant = tenant
        self._late: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or let it fail."""
        if scope["type"] != "http" or is_console(scope["path"]):
            await self._app(scope, receive, send)
            return
        fault = self._tenant.faults.strike(scope["method"], scope["path"].removeprefix(_API))
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        kind = fault.kind
        if kind in ("token", "restart"):
            self._tenant.tokens.revoke_all()
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
            self._tenant.faults.pending += 1
            _reset(scope)
            late = asyncio.ensure_future(self._run_late(fault.seconds, scope, body))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
        elif kind == "stall":
            await asyncio.sleep(fault.seconds)
            _reset(scope)
        elif kind == "interim":
            scope[_CONNECTION].transport.write(_INTERIM)
            await self._app(scope, receive, send)
        else:
            await self._damage(fault, scope, receive, send)

    async def _run_late(self, seconds: float, scope: Scope, body: list[Message]) -> None:
        """Run a request after its client has given up."""

        async def receive() -> Message:
            return body.pop(0) if body else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            pass

        try:
            await asyncio.sleep(seconds)
            await self._app(scope, receive, send)
        finally:
            self._tenant.faults.pending -= 1

    async def _damage(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request, and lose or damage its answer."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        if fault.kind == "lost 504":
            await _refusal(fault, scope)(scope, receive, send)
        elif fault.kind in ("missing chunk", "shuffled chunks"):
            for message in _damaged_chunks(fault, answer):
                await send(message)
        elif fault.kind == "cut gzip":
            for message in _cut_gzip(scope, answer):
                await send(message)
        elif fault.kind == "cut body":
            await _send_half(answer, send)
            # Not a reset, which would discard the half that was sent.
            scope[_CONNECTION].transport.close()
        else:
            if fault.kind == "stalled answer":
                await asyncio.sleep(fault.seconds)
            _reset(scope)


async def _send_half(answer: list[Message], send: Send) -> None:
    """Send an answer's head, with the full content length, and half of its body."""
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


def _cut_gzip(scope: Scope, answer: list[Message]) -> list[Message]:
    """Return an answer compressed, without the end of its gzip, if the client takes gzip."""
    head, *parts = answer
    body = b"".join(part.get("body", b"") for part in parts)
    if not body or b"gzip" not in dict(scope["headers"]).get(b"accept-encoding", b""):
        return answer
    packed = gzip.compress(body)
    return _with_body(head, packed[:-_GZIP_END], (b"content-encoding", b"gzip"))


def _with_body(head: Message, body: bytes, *more: tuple[bytes, bytes]) -> list[Message]:
    """Return an answer with another body, and the length of that."""
    kept = [(name, value) for name, value in head["headers"] if name != b"content-length"]
    headers = [*kept, (b"content-length", b"%d" % len(body)), *more]
    return [{**head, "headers": headers}, {"type": "http.response.body", "body": body}]


def _damaged_chunks(fault: Fault, answer: list[Message]) -> list[Message]:
    """Return an answer with one chunk missing from its list, or with the list reversed."""
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
    return _with_body(head, json.dumps(content).encode())


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
    """Close a connection at once, with a reset if the system supports it."""
    raw: Any = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


class NotedConnection(H11Protocol):
    """A connection that is noted in the scope of its requests, so that faults can close it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the connection in the scope of every request."""
        super().connection_made(transport)
        app = self.app

        async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_CONNECTION] = self
            await app(scope, receive, send)

        self.app = with_connection
