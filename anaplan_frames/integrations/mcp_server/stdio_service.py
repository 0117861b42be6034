"""The server over stdin and stdout, as clients start it; it also ends when it is interrupted."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from mcp.server import Server
from mcp.server.stdio import stdio_server

_BLOCK = 65_536


def serve_stdio(server: Server[Any]) -> None:
    """Serve until the client closes stdin; stdout is for messages of the protocol only.

    Parameters
    ----------
    server : mcp.server.Server
        From `make_server`.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C or SIGTERM. Calls under way have ended by then.
    """
    with _ends_when_interrupted() as interrupted:
        asyncio.run(_serve(server))
    if interrupted.is_set():
        raise KeyboardInterrupt


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


@contextmanager
def _ends_when_interrupted() -> Iterator[threading.Event]:
    """Have an interrupt end stdin, so that the server ends as it does with its client.

    The SDK reads stdin in a thread that nothing else can end. So it reads a pipe, which another
    thread fills from stdin.
    """
    source = os.dup(0)
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    os.close(reading)
    interrupted = threading.Event()

    def end_input() -> None:
        # Not closed: the other thread may be about to write, and the number would be another's.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, writing)
        os.close(nowhere)

    def interrupt(*_: object) -> None:
        interrupted.set()
        end_input()

    threading.Thread(
        target=_copy, args=(source, writing, end_input), name="anaplan-stdin", daemon=True
    ).start()
    in_main = threading.current_thread() is threading.main_thread()  # only it may set handlers
    signals = (signal.SIGINT, signal.SIGTERM) if in_main else ()
    before = {each: signal.signal(each, interrupt) for each in signals}
    try:
        yield interrupted
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        end_input()
        os.dup2(source, 0)


def _copy(source: int, target: int, end: Callable[[], None]) -> None:
    """Copy what comes from stdin until it ends."""
    with suppress(OSError):  # the server may have ended
        while block := os.read(source, _BLOCK):
            while block:
                block = block[os.write(target, block) :]
    end()
