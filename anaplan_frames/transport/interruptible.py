"""Connections that another thread can end, and that notice a line which was dropped in silence."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from urllib3.connection import HTTPConnection

from anaplan_frames import cancellation

# Seconds of silence before the first probe, seconds between probes, and how many may be lost.
_KEEP_ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPALIVE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 6}


class Interruptible:
    """A connection that another thread can end, so that who waits for it wakes up."""

    sock: Any

    def connect(self) -> None:
        """Connect, unless the work was given up meanwhile."""
        super().connect()  # type: ignore[misc]
        cancellation.check("connecting")

    def putrequest(self, *args: Any, **options: Any) -> Any:
        """Begin a request, as `http.client` does."""
        cancellation.begin_request(self.end)
        return super().putrequest(*args, **options)  # type: ignore[misc]

    def end(self) -> None:
        """End the connection: what is received ends, and what is sent fails."""
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                # Of the plain socket: TLS would wait for the other side.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def keep_alive_options() -> list[tuple[int, int, int]]:
    """Return socket options that have the system notice a line which was dropped in silence."""
    options: list[tuple[int, int, int]] = [*HTTPConnection.default_socket_options]
    options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    for name, value in _KEEP_ALIVE.items():
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options
