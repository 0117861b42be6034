"""Log-outs, which nothing but the end of the process waits for."""

from __future__ import annotations

import threading
from typing import Protocol


class _Closes(Protocol):
    def close(self) -> None: ...


def close(connection: _Closes) -> None:
    """Close a connection or transport, and wait until it is logged out."""
    connection.close()
    wait()


def wait() -> None:
    """Wait for the log-outs that are under way."""
    for thread in threading.enumerate():
        if thread.name == "anaplan-logout":
            thread.join(10)
