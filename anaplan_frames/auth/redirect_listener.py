"""Receives the browser when it comes back from the sign-in, on this machine."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from anaplan_frames.errors import ConfigurationError

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Anaplan</title>'
    "<body><h1>{title}</h1><p>{text}</p></body></html>"
)
_LOCAL = ("localhost", "127.0.0.1", "::1")


class RedirectListener:
    """A server on this machine that waits for one redirect; a context manager.

    Parameters
    ----------
    redirect_uri : str
        Its host is this machine.

    Raises
    ------
    ConfigurationError
        Another program uses the port.
    """

    def __init__(self, redirect_uri: str) -> None:
        parts = urlsplit(redirect_uri)
        self._path = parts.path or "/"
        self._found: Mapping[str, str] | None = None
        self._arrived = threading.Event()
        port = parts.port or 80
        try:
            self._server = HTTPServer(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise ConfigurationError(
                f"The sign-in cannot be received on port {port} of this machine "
                f"({(error.strerror or '').lower()}). End the program that uses it, or pass "
                "open_browser=False and paste the address."
            ) from None
        self._thread = threading.Thread(target=self._serve, name="anaplan-redirect", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> Mapping[str, str] | None:
        """Return the query of the redirect; None if it has not come in this time."""
        return self._found if self._arrived.wait(seconds) else None

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5  # seconds: a browser may open a connection and send nothing

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                expected = parts.path == listener._path and {"code", "error"} & query.keys()
                if not expected:  # such as the icon of the page
                    self.send_error(404)
                    return
                title = "Signed in" if "code" in query else "Not signed in"
                text = "You can close this page and go back to your program."
                page = _PAGE.format(title=escape(title), text=escape(text)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)
                listener._found = query
                listener._arrived.set()

            def log_message(self, format: str, *args: Any) -> None:
                """Show nothing: the address has the code."""

        return Handler


def is_local(redirect_uri: str) -> bool:
    """Whether a redirect comes to this machine."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname in _LOCAL
