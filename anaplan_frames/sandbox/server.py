"""Serving a sandbox on the loopback interface: in a thread, or until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import uvicorn

from anaplan_frames.sandbox.fault_machine import Connection

if TYPE_CHECKING:
    from anaplan_frames.sandbox.sandbox import Sandbox

HOST = "127.0.0.1"
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_GRACE_SECONDS = 1.0
_TICK_SECONDS, _TICKS_OF_A_DAY = 0.1, 864_000


class _PromptServer(uvicorn.Server):
    """Ends when it is told to; uvicorn looks every tenth of a second, and then waits for another.

    A test suite starts and ends hundreds of sandboxes.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Have it end; from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Tick until it is told to end."""
        self._loop = asyncio.get_running_loop()
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % _TICKS_OF_A_DAY
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the connections that are idle, and give the requests under way a little time."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE_SECONDS)
        for task in self.server_state.tasks:
            task.cancel()


class Server:
    """One running server: binds at once, serves in a daemon thread.

    Parameters
    ----------
    app : ASGI application
    port : int
        0 takes a free one.

    Raises
    ------
    OSError
        If the port is in use.
    """

    def __init__(self, app: Any, port: int = 0) -> None:
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=Connection,
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
        """Start serving; returns when requests are being taken."""
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._uvicorn.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("The sandbox's server did not start.")
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop serving and close the port; returns when the thread has ended."""
        self._uvicorn.stop()
        self._thread.join(_STOP_SECONDS)
        self._socket.close()


def _listen(port: int) -> socket.socket:
    # With the protocol given, asyncio switches Nagle's algorithm off, which costs 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        text = f"Port {port} of {HOST} cannot be used: {error.strerror}. Choose another port."
        raise OSError(error.errno, text) from None
    return listener


def _print_url(sandbox: Sandbox) -> None:
    said = f"Anaplan sandbox at {sandbox.api_url}, login {sandbox.email}. Ctrl-C ends it."
    print(said, flush=True)


def serve(sandbox: Sandbox, port: int, announce: Callable[[Sandbox], None] = _print_url) -> None:
    """Serve in the foreground until Ctrl-C or SIGTERM, then close the sandbox.

    Parameters
    ----------
    sandbox : Sandbox
    port : int
        On 127.0.0.1; 0 takes a free one.
    announce : callable, optional
        Called with the sandbox as soon as it takes requests; prints its URL by default.

    Raises
    ------
    OSError
        If the port is in use.
    """
    stopped = threading.Event()
    try:
        sandbox.start(port)
        with _terminated(stopped.set):
            announce(sandbox)
            # Waiting in slices, because an endless wait cannot be interrupted on Windows.
            while not stopped.wait(0.5):
                pass
    except KeyboardInterrupt:
        pass
    finally:
        sandbox.close()


@contextlib.contextmanager
def _terminated(then: Callable[[], None]) -> Iterator[None]:
    """Call `then` on SIGTERM; signals can be caught in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: then())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
