"""A loopback server that answers as a test says, with faults, and a clock to set forward."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

from anaplan_frames.clock import Clock
from anaplan_frames.transport.answer_contract import ANY_SUCCESS, Operation, Operations

TOKEN = "token-of-the-scripted-server"
_LOGINS = ("/token/", "/oauth/")
Fault = Literal["reset", "close", "cut", "hang"]


class _Everything(Operations):
    """A table for tests of paths that Anaplan does not have: every success is an answer."""

    def find(self, service: str, method: str, path: str) -> Operation:
        """Return an operation of which nothing is asked."""
        return Operation(method, path, "any", ANY_SUCCESS, service=service)


EVERYTHING = _Everything(())


@dataclass(frozen=True)
class Answer:
    """An answer, with or without a fault.

    `reset` and `close` end the connection without an answer, `hang` leaves the caller waiting,
    `cut` sends half of the body that Content-Length (or the chunk's length) promises.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    chunked: bool = False


@dataclass(frozen=True)
class Seen:
    """A request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """Make an answer of JSON."""
    kind = {"Content-Type": "application/json"}
    return Answer(status, json.dumps(value).encode(), {**kind, **headers})


def as_bytes(body: bytes, content_type: str = "application/octet-stream", **how: Any) -> Answer:
    """Make an answer of the bytes of a file, or of a text of another content type."""
    return Answer(body=body, headers={"Content-Type": content_type}, **how)


def _login_answer(path: str) -> Answer:
    if not path.startswith("/oauth/"):
        return token_answer()
    return as_json({"access_token": TOKEN, "expires_in": 2100, "token_type": "Bearer"})


def token_answer(
    value: str = TOKEN, *, lives: float | None = 2100, status: int = 201, now: float | None = None
) -> Answer:
    """Make the answer to a login or refresh."""
    info: dict[str, Any] = {"tokenValue": value}
    if lives is not None:
        info["expiresAt"] = int(((now or time.time()) + lives) * 1000)
    return as_json({"status": "SUCCESS", "tokenInfo": info}, status)


class ScriptedServer:
    """Answers calls from `script`, then by `rule`; logins from `logins`, then with a token."""

    def __init__(self, *script: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.script = list(script)
        self.logins: list[Answer] = []
        self.rule: Callable[[Seen], Answer] = lambda seen: as_json({})
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> list[Seen]:
        """The requests to the API."""
        return [each for each in self.seen if not each.path.startswith(_LOGINS)]

    def asked(self, path: str) -> list[Seen]:
        """The requests to one path."""
        return [each for each in self.seen if each.path.split("?")[0] == path]

    def answer(self, seen: Seen) -> Answer:
        """Note a request and choose its answer."""
        with self._lock:
            self.seen.append(seen)
            if seen.path.startswith(_LOGINS):
                return self.logins.pop(0) if self.logins else _login_answer(seen.path)
            if self.script:
                return self.script.pop(0)
        return self.rule(seen)

    def wait_for_end(self) -> None:
        """Leave a caller waiting until the server ends."""
        self._ended.wait(10)

    def __enter__(self) -> ScriptedServer:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent: broken connections are what is tested."""


def _handler_of(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = Seen(self.command, self.path, dict(self.headers.items()), body)
            answer = server.answer(seen)
            if answer.fault == "hang":
                server.wait_for_end()
            if answer.fault in ("reset", "close", "hang"):
                if answer.fault == "reset":
                    self.connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            length = len(answer.body)
            if answer.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            sent = answer.body[: length // 2] if answer.fault == "cut" else answer.body
            if answer.chunked:
                self.wfile.write(b"%x\r\n%s" % (length, sent))
                if not answer.fault:
                    self.wfile.write(b"\r\n0\r\n\r\n")
            else:
                self.wfile.write(sent)
            if answer.fault == "cut":
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


class TurnedClock(Clock):
    """A clock on which nobody waits; `slept` is how long they would have waited."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._start = time.monotonic()
        self._lock = threading.Lock()
        self.slept = 0.0

    def time(self) -> float:
        """Return the turned time."""
        return time.time() + self._offset

    def monotonic(self) -> float:
        """Return the turned monotonic time, which stands still between the turns."""
        return self._start + self._offset

    def sleep(self, seconds: float) -> None:
        """Turn the clock."""
        with self._lock:
            self.slept += seconds
            self._offset += seconds

    def turn(self, seconds: float) -> None:
        """Let time pass without anybody waiting."""
        with self._lock:
            self._offset += seconds
