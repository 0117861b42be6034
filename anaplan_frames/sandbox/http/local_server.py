"""The server of a sandbox: uvicorn in a thread, by default on the loopback interface."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from typing import Any

import uvicorn

from anaplan_frames.sandbox.http.fault_injection import NotedConnection

HOST = "127.0.0.1"
EVERY_ADDRESS = "0.0.0.0"
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_GRACE_SECONDS = 1.0
_TICK_SECONDS, _TICKS_PER_DAY = 0.1, 864_000


class _PromptServer(uvicorn.Server):
    """A server that stops at once; uvicorn's own polls ten times a second, and then waits again.

    A test suite starts and stops hundreds of sandboxes.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Stop the server; can be called from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has already ended
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        """Tick until the server is stopped."""
        self._loop = asyncio.get_running_loop()
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % _TICKS_PER_DAY
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close idle connections, and give running requests a little time."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE_SECONDS)
        for task in self.server_state.tasks:
            task.cancel()


class Server:
    """A server that binds its port at once and serves in a daemon thread.

    Parameters
    ----------
    app : ASGI application
    port : int
        0 takes a free one.
    host : str
        The IPv4 address to listen on.

    Raises
    ------
    OSError
        If the port is in use, or the address is not one of this machine.
    """

    def __init__(self, app: Any, port: int = 0, host: str = HOST) -> None:
        self._socket = _listen(host, port)
        self.host: str = host
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=NotedConnection,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            backlog=256,
        )
        self._uvicorn = _PromptServer(config)
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([self._socket],), name="sandbox-server", daemon=True
        )

    def start(self) -> None:
        """Start serving; return when requests are accepted."""
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._uvicorn.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("The sandbox's server did not start.")
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop serving and close the port; return when the thread has ended."""
        self._uvicorn.stop()
        self._thread.join(_STOP_SECONDS)
        self._socket.close()


def _listen(host: str, port: int) -> socket.socket:
    # If the protocol is given, asyncio turns off Nagle's algorithm, which costs 40 ms per request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        text = f"Port {port} of {host} cannot be used: {error.strerror}. Choose another port."
        raise OSError(error.errno, text) from None
    return listener
