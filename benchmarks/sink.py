"""A server that costs next to nothing: says yes to everything, discards or replays the bytes.

It runs as a process of its own, `python -m benchmarks.sink`, so that nothing of it is measured in
the client; `running` starts one. A thread serves each connection. What is uploaded is dropped by
the kernel, without a copy, on Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks import tenant
from benchmarks.answers import json_answer
from benchmarks.event_pages import EventLines
from benchmarks.link import Link
from benchmarks.replay import Replay

_DROP = socket.MSG_TRUNC if sys.platform == "linux" else 0
_MOST_AT_ONCE = 1 << 20  # bytes
_NARROW = 64 * 1024  # socket buffer of a limited line: what waits in it has not arrived
_LONGEST_HEAD = 65_536
_PAGE = re.compile(r"pages=\d+(?::|%3A)(\d+)")
_REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
}
_FORBIDDEN = b'{"status": {"code": 403, "message": "The file may not be read"}}'


class Sink:
    """The server.

    Parameters
    ----------
    replay : Replay
        What the export "wrote".
    items : Replay
        What the list answers, as one text.
    pages : sequence of Replay
        What the module's view answers for each item of its page dimension.
    events : EventLines
        The audit events.
    link : Link
        The line to it.
    """

    def __init__(
        self,
        replay: Replay,
        items: Replay,
        pages: Sequence[Replay],
        events: EventLines,
        link: Link,
    ) -> None:
        self._replay = replay
        self._events = events
        self._items = items
        self._pages = pages
        self._link = link
        self._lock = threading.Lock()
        self._counts: dict[str, Any] = {}
        self._reset()

    def _reset(self) -> None:
        self._counts = {"requests": 0, "bytes_in": 0, "bytes_out": 0, "chunks_up": 0, "asked": []}
        self._cpu = time.process_time()

    def serve(self, listener: socket.socket) -> None:
        """Take connections for ever."""
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection: socket.socket) -> None:
        pending = bytearray()
        drain = bytearray(_MOST_AT_ONCE)
        try:
            with connection:
                while (head := _read_head(connection, pending)) is not None:
                    method, path, headers = head
                    length = int(headers.get("content-length", 0))
                    self._drain(connection, pending, length, drain)
                    self._answer(connection, method, path, length)
                    if headers.get("connection", "").lower() == "close":
                        return
        except (ConnectionError, TimeoutError):
            return

    def _drain(
        self, connection: socket.socket, pending: bytearray, length: int, drain: bytearray
    ) -> None:
        """Drop the body of a request."""
        self._link.carry(min(len(pending), length))
        rest = length - len(pending)
        del pending[:length]
        most = self._link.PIECE if self._link.limited else _MOST_AT_ONCE
        while rest > 0:
            count = connection.recv_into(drain, min(rest, most), _DROP)
            if not count:
                raise ConnectionError
            self._link.carry(count)
            rest -= count

    def _answer(self, connection: socket.socket, method: str, target: str, length: int) -> None:
        path, _, query = target.partition("?")
        if path.startswith("/sink/"):
            return _send(connection, 200, self._own(path))
        parts = path.rstrip("/").split("/")
        chunk = int(parts[-1]) if parts[-2] in ("chunks", "pages") else None
        with self._lock:
            self._counts["requests"] += 1
            self._counts["bytes_in"] += length
            if chunk is not None and method == "PUT":
                self._counts["chunks_up"] += 1
            elif chunk is not None:
                self._counts["asked"].append(chunk)
        self._link.wait()
        if method == "PUT":
            return _send(connection, 204, b"")
        if path.endswith("/events"):
            return self._event_page(connection, query)
        if f"/files/{tenant.FILE}/chunks" in path:  # what was uploaded was dropped
            return _send(connection, 403, _FORBIDDEN)
        if method == "GET" and (chunk is not None or parts[-2] == "files"):
            return self._content(connection, self._replay, chunk)
        if method == "GET" and parts[-1] == "items" and parts[-2] != tenant.FEW:
            return self._content(connection, self._items, None, "application/json")
        if "format=v1" in query and (page := _PAGE.search(query)):
            return self._content(connection, self._pages[int(page[1])], None, "application/json")
        _send(connection, *json_answer(method, path, self._replay.chunks))
        return None

    def _content(
        self,
        connection: socket.socket,
        replay: Replay,
        chunk: int | None,
        media: str = "application/octet-stream",
    ) -> None:
        start, end = replay.span(chunk)
        with self._lock:
            self._counts["bytes_out"] += end - start
        connection.sendall(_head(200, media, end - start))
        replay.send(connection, start, end, self._link)

    def _event_page(self, connection: socket.socket, query: str) -> None:
        head, start, end = self._events.page(query)
        length = len(head) + end - start + len(b"]}")
        connection.sendall(_head(200, "application/json", length) + head)
        self._events.send(connection, start, end)
        connection.sendall(b"]}")

    def _own(self, path: str) -> bytes:
        """Report what was asked since the last reset, or reset."""
        with self._lock:
            if path == "/sink/reset":
                self._reset()
            cpu = round(time.process_time() - self._cpu, 3)
            return json.dumps({**self._counts, "chunks": self._replay.chunks, "cpu": cpu}).encode()


def _read_head(
    connection: socket.socket, pending: bytearray
) -> tuple[str, str, Mapping[str, str]] | None:
    """Read a request up to its empty line; what came of its body stays in `pending`."""
    while (end := pending.find(b"\r\n\r\n")) < 0:
        more = connection.recv(_LONGEST_HEAD)
        if not more or len(pending) > _LONGEST_HEAD:
            return None
        pending += more
    first, *lines = pending[:end].decode("latin-1").split("\r\n")
    del pending[: end + 4]
    method, target, _ = first.split(" ", 2)
    fields = (line.partition(":") for line in lines)
    return method, target, {k.lower(): v.strip() for k, _, v in fields}


def _send(connection: socket.socket, status: int, body: bytes) -> None:
    connection.sendall(_head(status, "application/json", len(body)) + body)


def _head(status: int, media: str, length: int) -> bytes:
    # A 204 has no body, and so no length.
    sized = "" if status == 204 else f"Content-Type: {media}\r\nContent-Length: {length}\r\n"
    return f"HTTP/1.1 {status} {_REASONS[status]}\r\n{sized}\r\n".encode()


class Running:
    """A sink that runs in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def counts(self) -> dict[str, Any]:
        """Return what was asked since the last reset.

        ``requests``, ``bytes_in``, ``bytes_out``, ``chunks_up``; ``asked``, the numbers of the
        chunks that were asked for, in order, of ``chunks``; ``cpu``, the sink's own seconds.
        """
        return self._get("counts")

    def reset(self) -> None:
        """Count from zero."""
        self._get("reset")

    def _get(self, label: str) -> dict[str, Any]:
        with urlopen(f"{self.url}/sink/{label}") as answer:
            counts: dict[str, Any] = json.load(answer)
        return counts


@contextmanager
def running(
    text: Path | None = None,
    repeat: int = 1,
    rate_mbit: float | None = None,
    delay_ms: float = 0,
    items: Path | None = None,
    pages: Sequence[Path] = (),
    events: Sequence[Path] = (),
) -> Iterator[Running]:
    """Run a sink as long as the block lasts; the parameters are those of its command line."""
    options = ["--repeat", str(repeat), "--delay-ms", str(delay_ms)]
    options += ["--text", str(text)] if text else []
    options += ["--items", str(items)] if items else []
    options += ["--pages", *map(str, pages)] if pages else []
    options += ["--events", *map(str, events)] if events else []
    options += ["--rate-mbit", str(rate_mbit)] if rate_mbit else []
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink", *options],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        assert process.stdout is not None
        yield Running(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Serve, after the address has been printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sink", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--text", type=Path, help="CSV text that the export wrote")
    parser.add_argument("--items", type=Path, help="JSON answer with the items of the list")
    parser.add_argument(
        "--pages", type=Path, nargs="*", default=[], help="JSON answers with a page of the view"
    )
    parser.add_argument(
        "--events", type=Path, nargs=2, default=[None, None], help="audit events, and their places"
    )
    parser.add_argument("--repeat", type=int, default=1, help="how often its rows are repeated")
    parser.add_argument("--chunk-bytes", type=int, default=tenant.CHUNK_BYTES)
    parser.add_argument("--rate-mbit", type=float, help="width of the line")
    parser.add_argument("--delay-ms", type=float, default=0, help="before each answer")
    options = parser.parse_args()
    link = Link(options.rate_mbit, options.delay_ms / 1000)
    replay = Replay(options.text, options.repeat, options.chunk_bytes)
    items = Replay(options.items, 1, options.chunk_bytes)
    pages = [Replay(path, 1, options.chunk_bytes) for path in options.pages]
    sink = Sink(replay, items, pages, EventLines(*options.events), link)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if link.limited:  # connections inherit it
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _NARROW)
    listener.bind(("127.0.0.1", options.port))
    listener.listen(128)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    sink.serve(listener)


if __name__ == "__main__":
    main()
