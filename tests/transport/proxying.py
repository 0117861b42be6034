"""A small proxy: it forwards requests for http:// URLs, and opens tunnels for https:// ones."""

from __future__ import annotations

import http.client
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class SmallProxy:
    """Serves on a free port.

    `seen` are the methods, targets and logins of its requests, `bodies` what was sent with those
    that it forwarded.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str | None]] = []
        self.bodies: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler_of(proxy: SmallProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def note(self) -> None:
            proxy.seen.append((self.command, self.path, self.headers.get("Proxy-Authorization")))

        def forward(self) -> None:
            self.note()
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            proxy.bodies.append(body)
            headers = {k: v for k, v in self.headers.items() if not k.startswith("Proxy-")}
            there = http.client.HTTPConnection(target.netloc, timeout=10)
            path = f"{target.path}?{target.query}" if target.query else target.path
            there.request(self.command, path, body, headers)
            answer = there.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            there.close()

        def do_CONNECT(self) -> None:
            self.note()
            host, port = self.path.split(":")
            there = socket.create_connection((host, int(port)), timeout=10)
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_pump, args=(there, self.connection), daemon=True)
            back.start()
            _pump(self.connection, there)
            back.join(10)
            self.close_connection = True

        do_GET = do_POST = forward

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Send on what comes, until its end."""
    try:
        while content := source.recv(65536):
            target.sendall(content)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
