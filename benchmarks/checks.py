"""What the library asks only to be sure, on a line on which each answer takes 150 ms.

A small frame goes into an import, a list and a module, and an export is read, all from a sandbox
behind a relay that delays each answer. The connection and the model were used before, so that
sign-in and listings are not counted. The same is done once more with checks that are not delayed,
which shows what they cost: some are sent together with others.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from benchmarks import report
from benchmarks.link import Link

_DELAY = 0.15  # seconds
_ROUNDS = 3
_ITEMS = 20

Request = tuple[str, str]
Job = Callable[[af.Model, int], object]

# What is asked only to be sure, by job: a method, a path, and which of these requests.
_CHECKS: Mapping[str, list[tuple[str, str, str]]] = {
    "import of 20 rows": [
        ("GET", r"/imports/\d+/tasks", "no import of the file is running; no task is lost"),
        ("GET", r"/files/\d+/chunks/0", "the file has what was sent, before and after"),
    ],
    "list insert of 20 items": [("GET", r"/lists/\d+/items", "no item is there already")],
    "cell write of 20 cells": [],
    "export of 20 rows": [
        ("GET", r"/exports/\d+/tasks", "no task is lost, and nobody runs the export meanwhile"),
        ("GET", r"/files", "the number of chunks is that of the file"),
    ],
}


class Relay:
    """Passes requests on to a sandbox, delays the answers, and notes what was asked."""

    def __init__(self, target: str, delay: float) -> None:
        self.seen: list[Request] = []
        self.is_free: Callable[[str, str], bool] = lambda method, path: False
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), _handler(self, urlsplit(target).netloc, Link(None, delay))
        )
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[Relay]:
        """Serve until the end."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


def _handler(relay: Relay, target: str, link: Link) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            relay.seen.append((self.command, self.path.split("?")[0]))
            there = http.client.HTTPConnection(target)
            headers = {k: v for k, v in self.headers.items() if k != "Host"}
            there.request(self.command, self.path, body, {**headers, "Host": target})
            answer = there.getresponse()
            content = answer.read()
            there.close()
            if not relay.is_free(self.command, self.path.split("?")[0]):
                link.wait()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = pass_on

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _rows(turn: int) -> pd.DataFrame:
    names = [f"item {n} of {turn}" for n in range(_ITEMS)]
    return pd.DataFrame({"name": names, "Text": "a text"})


def _cells(turn: int) -> pd.DataFrame:
    return pd.DataFrame({"Things": [f"t{n}" for n in range(_ITEMS)], "Size": float(turn)})


JOBS: Mapping[str, Job] = {
    "import of 20 rows": lambda model, turn: af.to_anaplan(_rows(turn), "Load things", model),
    "list insert of 20 items": lambda model, turn: model.lists["Others"].insert(_rows(turn)),
    "cell write of 20 cells": lambda model, turn: af.to_anaplan(_cells(turn), "Sizes", model),
    "export of 20 rows": lambda model, turn: af.read_anaplan("Sizes export", model),
}


def build(sandbox: Sandbox) -> None:
    """Make a model that has what the jobs need."""
    model = sandbox.workspace("W").model("M")
    items = pd.DataFrame({"name": [f"t{n}" for n in range(_ITEMS)]})
    things = model.list("Things", items=items)
    model.list("Others", properties={"Text": "TEXT"})
    loaded = model.list("Loaded", properties={"Text": "TEXT"})
    file = model.file("things.csv", columns=["name", "Text"])
    model.import_("Load things", file=file, into=loaded, mapping={"name": "Name"})
    sizes = model.module("Sizes", dimensions=[things], line_items={"Size": "NUMBER"})
    model.export("Sizes export", of=sizes)


def is_check(job: str, method: str, path: str) -> bool:
    """Whether a request of a job is one that is asked only to be sure."""
    return any(
        method == kind and re.search(f"{pattern}$", path) for kind, pattern, _ in _CHECKS[job]
    )


def measure(delay: float = _DELAY, rounds: int = _ROUNDS) -> str:
    """Do the jobs, and return the table."""
    lines = []
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        build(sandbox)
        with (
            Relay(sandbox.api_url, delay).running() as relay,
            af.connect(
                sandbox.email, sandbox.password, api_url=relay.url, auth_url=relay.url
            ) as connection,
        ):
            model = connection.model("M")
            for number, (job, do) in enumerate(JOBS.items()):
                do(model, 1000 * number)  # reads the listings
                seconds, asked = _timed(model, relay, do, 1000 * number + 100, rounds)
                relay.is_free = partial(is_check, job)
                free, _ = _timed(model, relay, do, 1000 * number + 200, rounds)
                relay.is_free = lambda method, path: False
                checks = sum(is_check(job, *request) for request in asked)
                reasons = "; ".join(reason for *_, reason in _CHECKS[job]) or "-"
                counts = [f"{len(asked)}", f"{checks}", f"{seconds:.2f}", f"{free:.2f}"]
                lines.append([job, *counts, reasons])
    header = [
        "job",
        "requests",
        "of them checks",
        "seconds",
        "if checks took no time",
        "checks that",
    ]
    return report.table(header, lines)


def _timed(
    model: af.Model, relay: Relay, do: Job, first: int, rounds: int
) -> tuple[float, list[Request]]:
    """Return the middle of the seconds of some runs, and what that run has asked."""
    found = []
    for turn in range(first, first + rounds):
        relay.seen.clear()
        begin = time.perf_counter()
        do(model, turn)
        found.append((time.perf_counter() - begin, list(relay.seen)))
    return sorted(found)[rounds // 2]
